"""The mutation renewRecoveryCodes (R12.4)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.accounts.second_factors import renew_recovery_codes
from gql.accounts.account_refusals import WrongCode
from gql.accounts.acting_person import acting, counted
from gql.fields.access import signed_in
from gql.fields.context import Info
from gql.fields.vocabulary import Portal, SecurityEventKind


@strawberry.input(description="Proof of the second factor.")
class RenewRecoveryCodesInput:
    code: str = strawberry.field(description="The code that the authenticator app shows, or a recovery code.")
    idempotency_key: str | None = strawberry.field(
        default=None, description="Ignored, because it is not needed: newer recovery codes replace older ones."
    )


@strawberry.type(description="All earlier recovery codes have ended.")
class RenewRecoveryCodesSuccess:
    recovery_codes: list[str] = strawberry.field(
        description="Ten codes, each of which stands in for the app once. They are shown once."
    )


RenewRecoveryCodesResult: TypeAlias = Annotated[
    RenewRecoveryCodesSuccess | WrongCode,
    strawberry.union("RenewRecoveryCodesResult", description="The codes, or the reason why the earlier ones stay."),
]


async def resolve(
    info: Info, input: Annotated[RenewRecoveryCodesInput, strawberry.argument(description="Proof of the factor.")]
) -> RenewRecoveryCodesResult | None:
    context = info.context
    async with acting(info, None) as person, counted(context, person.uow.organization_id, person.person_id):
        codes = await renew_recovery_codes(
            person.uow, person.person_id, input.code, context.services.authenticator, now=context.clock()
        )
    context.tell_of_person(
        person.uow.organization_id, person.person_id, SecurityEventKind.SECOND_FACTOR_ADDED, person.portal
    )
    return RenewRecoveryCodesSuccess(recovery_codes=codes)


field = strawberry.mutation(
    resolver=resolve,
    description="Make new recovery codes in place of all earlier ones. After 10 wrong codes within 15 minutes, further "
    "attempts are RATE_LIMITED. For staff and guardians.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
)
