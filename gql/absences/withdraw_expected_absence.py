"""The mutation `withdrawExpectedAbsence` withdraws an expected absence (R6.2)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.absences.withdraw_expected_absence import withdraw_expected_absence
from gql.absences.expected_absence_changed import ExpectedAbsenceChanged, change_expected_absence
from gql.absences.expected_absence_refusals import ExpectedAbsenceNotPossible, ExpectedAbsenceSettled
from gql.fields.access import signed_in
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Portal


@strawberry.input(description="The expected absence to withdraw.")
class WithdrawExpectedAbsenceInput:
    expected_absence_id: strawberry.ID = strawberry.field(
        description="The id of an expected absence that is REQUESTED or APPROVED."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The absence is withdrawn.")
class WithdrawExpectedAbsenceSuccess(ExpectedAbsenceChanged):
    pass


WithdrawExpectedAbsenceResult: TypeAlias = Annotated[
    WithdrawExpectedAbsenceSuccess | ExpectedAbsenceSettled | ExpectedAbsenceNotPossible | PermissionDenied,
    strawberry.union(
        "WithdrawExpectedAbsenceResult", description="The withdrawn absence, or the reason why it was not withdrawn."
    ),
]


async def resolve(
    info: Info, input: Annotated[WithdrawExpectedAbsenceInput, strawberry.argument(description="The expected absence.")]
) -> WithdrawExpectedAbsenceResult | None:
    absence_id = decode_id(input.expected_absence_id, "ExpectedAbsence", "input.expectedAbsenceId")
    changed = await change_expected_absence(
        info,
        input,
        lambda uow, viewer, now: withdraw_expected_absence(uow, viewer, absence_id, now=now),
    )
    return WithdrawExpectedAbsenceSuccess(**changed)


field = strawberry.mutation(
    resolver=resolve,
    description="Withdraws an absence that is requested or approved. Roll sheets no longer show it, but marks that it "
    "has excused stay. Guardians can withdraw absences of their own family, whoever announced them, until they are "
    "over. Staff can withdraw any absence at any time. They need attendance FULL; without SEE_ALL, they can only "
    "withdraw absences that are limited to enrollments in offerings that they teach. It can be used in the Office "
    "Portal, the Staff Portal and the Customer Portal. An absence of a student whom the caller may not see is "
    "answered with NOT_FOUND.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
)
