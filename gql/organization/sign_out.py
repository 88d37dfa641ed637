"""The mutation signOut, which ends sessions."""

from typing import Annotated

import strawberry

from attendance.actions.organization.sign_out import sign_out
from gql.fields.access import signed_in
from gql.fields.context import Info, changing
from gql.fields.vocabulary import Portal, SecurityEventKind
from gql.organization.session import NoSession


@strawberry.input(description="The sessions to end.")
class SignOutInput:
    everywhere: bool = strawberry.field(
        default=False, description="True: all sessions of the caller, on all devices. False: only this session."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Ignored, because it is not needed: a session that has ended cannot end again.",
    )


@strawberry.type(description="The sessions have ended. Their access tokens and refresh tokens are refused from now on.")
class SignOutSuccess:
    ended_sessions: int = strawberry.field(description="How many sessions have ended.")


SignOutResult = Annotated[
    SignOutSuccess | NoSession,
    strawberry.union("SignOutResult", description="The result of signing out, or the reason why nothing ended."),
]


async def resolve(
    info: Info, input: Annotated[SignOutInput, strawberry.argument(description="The sessions to end.")]
) -> SignOutResult | None:
    async with changing(info) as (uow, viewer):
        ended = await sign_out(uow, viewer, everywhere=input.everywhere, now=info.context.clock())
    if ended:
        info.context.tell(SecurityEventKind.SESSION_ENDED, viewer.caller, "everywhere" if input.everywhere else None)
    return SignOutSuccess(ended_sessions=ended)


field = strawberry.mutation(
    resolver=resolve,
    description="Sign out. For staff and guardians; a kiosk is revoked by staff instead.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
)
