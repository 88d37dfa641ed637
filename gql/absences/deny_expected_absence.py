"""The mutation `denyExpectedAbsence`: staff deny a family's request (R6.2)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.absences.deny_expected_absence import deny_expected_absence
from attendance.rules.organization.permissions import RECORD_ATTENDANCE
from gql.absences.expected_absence_changed import ExpectedAbsenceChanged, change_expected_absence
from gql.absences.expected_absence_refusals import ExpectedAbsenceSettled
from gql.fields.access import requires
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied


@strawberry.input(description="The request to deny.")
class DenyExpectedAbsenceInput:
    expected_absence_id: strawberry.ID = strawberry.field(
        description="The id of an expected absence that is REQUESTED."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The absence is denied.")
class DenyExpectedAbsenceSuccess(ExpectedAbsenceChanged):
    pass


DenyExpectedAbsenceResult: TypeAlias = Annotated[
    DenyExpectedAbsenceSuccess | ExpectedAbsenceSettled | PermissionDenied,
    strawberry.union(
        "DenyExpectedAbsenceResult", description="The denied absence, or the reason why it was not denied."
    ),
]


async def resolve(
    info: Info, input: Annotated[DenyExpectedAbsenceInput, strawberry.argument(description="The request.")]
) -> DenyExpectedAbsenceResult | None:
    absence_id = decode_id(input.expected_absence_id, "ExpectedAbsence", "input.expectedAbsenceId")
    changed = await change_expected_absence(
        info,
        input,
        lambda uow, viewer, now: deny_expected_absence(uow, viewer, absence_id, now=now),
    )
    return DenyExpectedAbsenceSuccess(**changed)


field = strawberry.mutation(
    resolver=resolve,
    description="Denies an absence that a guardian requested. It then has no effect, and the family sees that it was "
    "denied. When several people approve, deny or withdraw it at the same time, one succeeds, and the others get "
    "ExpectedAbsenceSettled. Needs attendance FULL in the Office Portal or the Staff Portal. Without SEE_ALL, only "
    "absences that are limited to enrollments in offerings that the caller teaches can be denied. An absence of a "
    "student whom the caller may not see is answered with NOT_FOUND.",
    metadata=requires(RECORD_ATTENDANCE),
)
