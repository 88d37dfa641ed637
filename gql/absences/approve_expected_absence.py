"""The mutation `approveExpectedAbsence`: staff approve a family's request (R6.2)."""

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


@strawberry.input(description="The request to approve.")
class ApproveExpectedAbsenceInput:
    expected_absence_id: strawberry.ID = strawberry.field(
        description="The id of an expected absence that is REQUESTED."
    )
    is_excused: bool = strawberry.field(
        description="Whether the absence is excused. In the Staff Portal, true needs EXCUSE_ABSENCES."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The absence is approved.")
class ApproveExpectedAbsenceSuccess(ExpectedAbsenceChanged):
    pass


ApproveExpectedAbsenceResult: TypeAlias = Annotated[
    ApproveExpectedAbsenceSuccess | ExpectedAbsenceSettled | PermissionDenied,
    strawberry.union(
        "ApproveExpectedAbsenceResult", description="The approved absence, or the reason why it was not approved."
    ),
]


async def resolve(
    info: Info,
    input: Annotated[
        ApproveExpectedAbsenceInput, strawberry.argument(description="The request, and whether the absence is excused.")
    ],
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
    description="Approves an absence that a guardian requested, excused or not. Late requests can be approved too. "
    "When several people approve, deny or withdraw it at the same time, one succeeds, and the others get "
    "ExpectedAbsenceSettled. Subscribers to roll sheets receive the change at once. Needs attendance FULL in the "
    "Office Portal or the Staff Portal. Without SEE_ALL, only absences that are limited to enrollments in offerings "
    "that the caller teaches can be approved. An absence of a student whom the caller may not see is answered with "
    "NOT_FOUND.",
    metadata=requires(RECORD_ATTENDANCE),
)
