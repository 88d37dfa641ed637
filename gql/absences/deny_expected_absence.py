"""denyExpectedAbsence: staff turn a family's request down (R6.2)."""

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


@strawberry.input(description="A request to turn down.")
class DenyExpectedAbsenceInput:
    expected_absence_id: strawberry.ID = strawberry.field(description="An expected absence that is REQUESTED.")
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.type(description="The absence is denied.")
class DenyExpectedAbsenceSuccess(ExpectedAbsenceChanged):
    pass


DenyExpectedAbsenceResult: TypeAlias = Annotated[
    DenyExpectedAbsenceSuccess | ExpectedAbsenceSettled | PermissionDenied,
    strawberry.union("DenyExpectedAbsenceResult", description="The denied absence, or why it is not."),
]


async def resolve(
    info: Info, input: Annotated[DenyExpectedAbsenceInput, strawberry.argument(description="Which one.")]
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
    description="Turn down an absence that a guardian asked for. It has no effect then, and the family sees that it "
    "was denied. Of several who approve, deny or withdraw it at once one does, and the others get "
    "ExpectedAbsenceSettled. Office and Staff Portal, attendance FULL; without SEE_ALL only what is for enrollments in "
    "what one teaches. An absence of a student whom the caller may not see is NOT_FOUND.",
    metadata=requires(RECORD_ATTENDANCE),
)
