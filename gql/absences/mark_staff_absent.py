"""markStaffAbsent: a staff member is away for some dates (R9.9)."""

from datetime import date
from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.absences.mark_staff_absent import MarkedAbsent, mark_staff_absent
from attendance.rules.absences.substitutes import COMMENT_LENGTH, MOST_DAYS
from attendance.rules.calendar.timeslots import DateSpan
from gql.absences.staff_absence import MANAGE_STAFF, StaffAbsence, StaffAbsenceNotPossible, find_staff_absences
from gql.enrollments.enrollment_arguments import checked_date
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.people.student_texts import optional_text
from gql.protocol.errors import BadInput


@strawberry.input(description="Who is away, and when.")
class MarkStaffAbsentInput:
    staff_member_id: strawberry.ID = strawberry.field(description="Who is away: somebody who works here.")
    from_on: date = strawberry.field(name="from", description="The first date; it may have passed.")
    to: date = strawberry.field(
        description=f"The last date, inclusive: today or later. An absence has at most {MOST_DAYS} days."
    )
    comment: str | None = strawberry.field(
        default=None,
        description=f"A remark of at most {COMMENT_LENGTH} characters, for those who manage staff. It is not e-mailed.",
    )
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.type(description="The staff member is marked absent.")
class MarkStaffAbsentSuccess:
    staff_absence: StaffAbsence | None = strawberry.field(
        description="The absence. Null: this was sent again, and the absence has been taken back meanwhile."
    )
    missed_count: int = strawberry.field(
        description="How many occurrences the staff member would teach on these dates. Nobody stands in for them yet."
    )
    stood_in_count: int = strawberry.field(
        description="For how many occurrences the staff member was to stand in; nobody does now."
    )


MarkStaffAbsentResult: TypeAlias = Annotated[
    MarkStaffAbsentSuccess | StaffAbsenceNotPossible | PermissionDenied,
    strawberry.union("MarkStaffAbsentResult", description="The absence, or why there is none."),
]


async def resolve(
    info: Info, input: Annotated[MarkStaffAbsentInput, strawberry.argument(description="Who, and when.")]
) -> MarkStaffAbsentResult | None:
    person_id = decode_id(input.staff_member_id, "StaffMember", "input.staffMemberId")
    span = DateSpan(checked_date(input.from_on, "input.from"), checked_date(input.to, "input.to"))
    if input.to < input.from_on:
        raise BadInput("input.to is before input.from.")
    comment = optional_text(input.comment, "input.comment", COMMENT_LENGTH)
    async with act_once(
        info,
        input,
        MarkedAbsent,
        lambda uow, viewer, now: mark_staff_absent(uow, viewer.caller, person_id, span, comment, now=now),
    ) as done:
        found = await find_staff_absences(done.reading, [done.outcome.staff_absence_id])
    return MarkStaffAbsentSuccess(
        staff_absence=found.get(done.outcome.staff_absence_id),
        missed_count=done.outcome.missed_count,
        stood_in_count=done.outcome.stood_in_count,
    )


field = strawberry.mutation(
    resolver=resolve,
    description="Mark a staff member absent for some dates. It is no instructor of what it teaches then, though it "
    "still sees it, and nobody stands in until `assignSubstitutes`; where it was to stand in itself, nobody does. A "
    "class that it is given later does not know of the absence, but can get a substitute. Office and Staff Portal, "
    "MANAGE_STAFF. Somebody who is not known or works here no more is NOT_FOUND.",
    metadata=MANAGE_STAFF,
)
