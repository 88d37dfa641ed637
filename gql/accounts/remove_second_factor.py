"""The mutation removeSecondFactor (R12.4)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.accounts.second_factors import give_up_second_factor
from gql.accounts.account_refusals import SecondFactorIsRequired, WrongCode
from gql.accounts.acting_person import counted
from gql.fields.access import signed_in
from gql.fields.context import Info, changing
from gql.fields.vocabulary import Portal, SecurityEventKind


@strawberry.input(description="Proof of the second factor.")
class RemoveSecondFactorInput:
    code: str = strawberry.field(description="The code that the authenticator app shows, or a recovery code.")
    idempotency_key: str | None = strawberry.field(
        default=None, description="Ignored. A retry finds no second factor and is told that the code is wrong."
    )


@strawberry.type(description="The caller signs in with the password alone from now on.")
class RemoveSecondFactorSuccess:
    removed: bool = strawberry.field(description="Always true.")


RemoveSecondFactorResult: TypeAlias = Annotated[
    RemoveSecondFactorSuccess | WrongCode | SecondFactorIsRequired,
    strawberry.union("RemoveSecondFactorResult", description="The removal, or the reason why the factor stays."),
]


async def resolve(
    info: Info, input: Annotated[RemoveSecondFactorInput, strawberry.argument(description="Proof of the factor.")]
) -> RemoveSecondFactorResult | None:
    context = info.context
    async with changing(info) as (uow, viewer), counted(context, uow.organization_id, viewer.caller.id):
        await give_up_second_factor(uow, viewer, input.code, context.services.authenticator, now=context.clock())
    context.tell(SecurityEventKind.SECOND_FACTOR_REMOVED, viewer.caller)
    return RemoveSecondFactorSuccess(removed=True)


field = strawberry.mutation(
    resolver=resolve,
    description="Remove the caller's second factor, unless a setting requires it. After 10 wrong codes within 15 "
    "minutes, further attempts are RATE_LIMITED. For staff and guardians.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
)
