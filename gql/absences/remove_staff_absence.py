"""removeStaffAbsence: who was away is back (R9.9)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.absences.remove_staff_absence import RemovedAbsence, remove_staff_absence
from gql.absences.staff_absence import MANAGE_STAFF, StaffAbsenceNotPossible
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied


@strawberry.input(description="Which absence is taken back.")
class RemoveStaffAbsenceInput:
    staff_absence_id: strawberry.ID = strawberry.field(description="The absence.")
    email_substitutes: bool = strawberry.field(
        default=False,
        description="Whether substitutes of what is still to come are told that they do not stand in any more. Who was "
        "to be told that it does, and was not yet, hears neither.",
    )
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.type(description="The absence is taken back; the staff member teaches again.")
class RemoveStaffAbsenceSuccess:
    removed_id: strawberry.ID = strawberry.field(description="The id of the absence.")
    is_shortened: bool = strawberry.field(
        description="Whether the absence had begun: then it ended yesterday, and who taught what until then stays. "
        "False: "
        "it is gone."
    )
    released_count: int = strawberry.field(description="At how many occurrences somebody was to stand in.")
    email_count: int = strawberry.field(description="How many e-mails go to substitutes.")


RemoveStaffAbsenceResult: TypeAlias = Annotated[
    RemoveStaffAbsenceSuccess | StaffAbsenceNotPossible | PermissionDenied,
    strawberry.union("RemoveStaffAbsenceResult", description="What became of it."),
]


async def resolve(
    info: Info, input: Annotated[RemoveStaffAbsenceInput, strawberry.argument(description="Which one.")]
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
    description="Take a staff absence back, from today on: the staff member teaches again, and substitutes lose what "
    "they saw by it at once. To give an occurrence to somebody else, use `assignSubstitutes`. Office and Staff Portal, "
    "MANAGE_STAFF. An absence that is not known is NOT_FOUND; one that is over is refused.",
    metadata=MANAGE_STAFF,
)
