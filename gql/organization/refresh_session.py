"""refreshSession: a refresh token for a fresh access token and the next refresh token."""

from typing import Annotated

import strawberry

from attendance.actions.organization.refresh_session import refresh_session
from attendance.rules.organization.sign_in import RefreshToken
from attendance.rules.organization.sign_in_refusals import SignInRefused
from db.unit_of_work import unit_of_work
from gql.fields.access import open_to_all
from gql.fields.context import Info
from gql.organization.session import SignInResult, show_session
from gql.organization.vocabulary import SignInRefusedReason


@strawberry.input(description="The session to go on with.")
class RefreshSessionInput:
    refresh_token: str = strawberry.field(description="The latest one that `signIn` or `refreshSession` gave.")
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Not needed and not looked at: for 60 seconds the refresh token itself makes a retry give the same "
        "answer.",
    )


async def resolve(
    info: Info, input: Annotated[RefreshSessionInput, strawberry.argument(description="The session to go on with.")]
) -> SignInResult | None:
    services = info.context.services
    token = RefreshToken.decode(input.refresh_token)
    if token is None:
        raise SignInRefused(SignInRefusedReason.REFRESH_TOKEN_NOT_VALID, "The refresh token is not valid.")
    now = info.context.clock()
    async with unit_of_work(services.database, token.organization_id, services.announcer) as uow:
        session = await refresh_session(uow, token, services.session_terms, now=now)
    if isinstance(session, SignInRefused):
        raise session
    return show_session(info.context, session, now)


field = strawberry.mutation(
    resolver=resolve,
    description="Go on with a session. Open to all: the refresh token is the credential. It can be used once; for 60 "
    "seconds the same answer is given again, since an answer can be lost, and two at once get the same. When it comes "
    "back later, somebody else holds it too, and the session ends for both. Send it without an Authorization header: "
    "an access token that has expired is refused there, whatever is asked.",
    metadata=open_to_all(),
)
