"""The mutation `markStaffAbsent` marks a staff member absent for a range of dates (R9.9)."""

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


@strawberry.input(description="The staff member and the dates.")
class MarkStaffAbsentInput:
    staff_member_id: strawberry.ID = strawberry.field(
        description="The id of a staff member who works for the organization."
    )
    from_on: date = strawberry.field(name="from", description="The first date of the absence. It can be in the past.")
    to: date = strawberry.field(
        description="The last date of the absence, inclusive: today or later. An absence can have at most "
        f"{MOST_DAYS} days."
    )
    comment: str | None = strawberry.field(
        default=None,
        description=f"A comment of at most {COMMENT_LENGTH} characters, for those who manage staff. It is never "
        "e-mailed. When left out, null or blank, there is none.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The staff member is marked absent.")
class MarkStaffAbsentSuccess:
    staff_absence: StaffAbsence | None = strawberry.field(
        description="The staff absence. Null when the request was a retry and the absence has been removed since."
    )
    missed_count: int = strawberry.field(
        description="The number of occurrences that the staff member would teach on these dates. They have no "
        "substitute yet."
    )
    stood_in_count: int = strawberry.field(
        description="The number of occurrences at which the staff member was to substitute. They no longer have a "
        "substitute."
    )


MarkStaffAbsentResult: TypeAlias = Annotated[
    MarkStaffAbsentSuccess | StaffAbsenceNotPossible | PermissionDenied,
    strawberry.union("MarkStaffAbsentResult", description="The staff absence, or the reason why none was recorded."),
]


async def resolve(
    info: Info,
    input: Annotated[MarkStaffAbsentInput, strawberry.argument(description="The staff member and the dates.")],
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
    description="Marks a staff member absent for a range of dates. On these dates they are not an instructor of the "
    "occurrences that they teach, though they still see them. These occurrences have no substitute until "
    "`assignSubstitutes` assigns one. Where the staff member was to substitute, there is no substitute any more. "
    "Classes that the staff member is given later are not part of the absence, but can get a substitute. Needs "
    "MANAGE_STAFF in the Office Portal or the Staff Portal. A staff member who does not exist or no longer works here "
    "is answered with NOT_FOUND.",
    metadata=MANAGE_STAFF,
)
