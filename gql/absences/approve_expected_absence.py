"""approveExpectedAbsence: staff grant a family's request (R6.2)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.absences.approve_expected_absence import approve_expected_absence
from attendance.rules.organization.permissions import RECORD_ATTENDANCE
from gql.absences.expected_absence_changed import ExpectedAbsenceChanged, change_expected_absence
from gql.absences.expected_absence_refusals import ExpectedAbsenceSettled
from gql.fields.access import requires
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied


@strawberry.input(description="A request to grant.")
class ApproveExpectedAbsenceInput:
    expected_absence_id: strawberry.ID = strawberry.field(description="An expected absence that is REQUESTED.")
    is_excused: bool = strawberry.field(
        description="Whether it excuses. In the Staff Portal true needs EXCUSE_ABSENCES."
    )
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.type(description="The absence is approved.")
class ApproveExpectedAbsenceSuccess(ExpectedAbsenceChanged):
    pass


ApproveExpectedAbsenceResult: TypeAlias = Annotated[
    ApproveExpectedAbsenceSuccess | ExpectedAbsenceSettled | PermissionDenied,
    strawberry.union("ApproveExpectedAbsenceResult", description="The approved absence, or why it is not."),
]


async def resolve(
    info: Info, input: Annotated[ApproveExpectedAbsenceInput, strawberry.argument(description="Which one, and how.")]
) -> ApproveExpectedAbsenceResult | None:
    absence_id = decode_id(input.expected_absence_id, "ExpectedAbsence", "input.expectedAbsenceId")
    is_excused = input.is_excused
    changed = await change_expected_absence(
        info,
        input,
        lambda uow, viewer, now: approve_expected_absence(uow, viewer, absence_id, is_excused=is_excused, now=now),
    )
    return ApproveExpectedAbsenceSuccess(**changed)


field = strawberry.mutation(
    resolver=resolve,
    description="Approve an absence that a guardian asked for, excused or not, late ones too. Of several who approve, "
    "deny or withdraw it at once one does, and the others get ExpectedAbsenceSettled. Open roll sheets hear of it at "
    "once. Office and Staff Portal, attendance FULL; without SEE_ALL only what is for enrollments in what one teaches. "
    "An absence of a student whom the caller may not see is NOT_FOUND.",
    metadata=requires(RECORD_ATTENDANCE),
)
