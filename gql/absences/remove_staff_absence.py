"""The mutation `removeStaffAbsence` removes a staff absence (R9.9)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.absences.remove_staff_absence import RemovedAbsence, remove_staff_absence
from gql.absences.staff_absence import MANAGE_STAFF, StaffAbsenceNotPossible
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied


@strawberry.input(description="The staff absence to remove.")
class RemoveStaffAbsenceInput:
    staff_absence_id: strawberry.ID = strawberry.field(description="The id of the staff absence.")
    email_substitutes: bool = strawberry.field(
        default=False,
        description="Whether the substitutes of occurrences that are not over are notified by e-mail that they no "
        "longer substitute. A substitute whose first notice has not been sent yet gets neither message.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The absence is removed from today on, so the staff member teaches again.")
class RemoveStaffAbsenceSuccess:
    removed_id: strawberry.ID = strawberry.field(description="The id of the absence.")
    is_shortened: bool = strawberry.field(
        description="Whether the absence had already begun. If true, it now ends yesterday, and past occurrences keep "
        "the people who taught them. If false, it was deleted."
    )
    released_count: int = strawberry.field(description="The number of occurrences that had a substitute.")
    email_count: int = strawberry.field(description="The number of e-mails that are sent to substitutes.")


RemoveStaffAbsenceResult: TypeAlias = Annotated[
    RemoveStaffAbsenceSuccess | StaffAbsenceNotPossible | PermissionDenied,
    strawberry.union(
        "RemoveStaffAbsenceResult",
        description="The result of the removal, or the reason why the absence was not removed.",
    ),
]


async def resolve(
    info: Info, input: Annotated[RemoveStaffAbsenceInput, strawberry.argument(description="The staff absence.")]
) -> RemoveStaffAbsenceResult | None:
    absence_id = decode_id(input.staff_absence_id, "StaffAbsence", "input.staffAbsenceId")
    async with act_once(
        info,
        input,
        RemovedAbsence,
        lambda uow, viewer, now: remove_staff_absence(
            uow, absence_id, email_substitutes=input.email_substitutes, now=now
        ),
    ) as done:
        return RemoveStaffAbsenceSuccess(
            removed_id=input.staff_absence_id,
            is_shortened=done.outcome.is_shortened,
            released_count=done.outcome.released_count,
            email_count=done.outcome.email_count,
        )


field = strawberry.mutation(
    resolver=resolve,
    description="Removes a staff absence from today on. The staff member teaches again, and substitutes lose their "
    "access to these occurrences immediately. To assign somebody else to an occurrence, use `assignSubstitutes`. "
    "Needs MANAGE_STAFF in the Office Portal or the Staff Portal. An absence that does not exist is answered with "
    "NOT_FOUND, and one that is over with StaffAbsenceNotPossible.",
    metadata=MANAGE_STAFF,
)
