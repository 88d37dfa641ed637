"""withdrawExpectedAbsence: an absence that was told is taken back (R6.2)."""

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


@strawberry.input(description="An expected absence to take back.")
class WithdrawExpectedAbsenceInput:
    expected_absence_id: strawberry.ID = strawberry.field(
        description="An expected absence that is REQUESTED or APPROVED."
    )
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=KEY_DESCRIPTION)


@strawberry.type(description="The absence is not expected any more.")
class WithdrawExpectedAbsenceSuccess(ExpectedAbsenceChanged):
    pass


WithdrawExpectedAbsenceResult: TypeAlias = Annotated[
    WithdrawExpectedAbsenceSuccess | ExpectedAbsenceSettled | ExpectedAbsenceNotPossible | PermissionDenied,
    strawberry.union("WithdrawExpectedAbsenceResult", description="The withdrawn absence, or why it stands."),
]


async def resolve(
    info: Info, input: Annotated[WithdrawExpectedAbsenceInput, strawberry.argument(description="Which one.")]
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
    description="Take back an absence, asked for or approved; roll sheets show it no more, and marks that it has "
    "excused stay. Guardians: those of their family, whoever told them, until they are over. Staff: any, at any time; "
    "attendance FULL, and without SEE_ALL only what is for enrollments in what one teaches. Office, Staff and Customer "
    "Portal. An absence of a student whom the caller may not see is NOT_FOUND.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
)
