"""The mutation refreshSession, which exchanges a refresh token for a new access token and the next refresh token."""

from typing import Annotated
from uuid import UUID

import strawberry

from attendance.actions.organization.refresh_session import refresh_session
from attendance.rules.organization.sign_in import RefreshToken
from attendance.rules.organization.sign_in_refusals import SignInRefused
from db.organization.security_events import Happening
from db.unit_of_work import unit_of_work
from gql.fields.access import open_to_all
from gql.fields.context import Context, Info
from gql.fields.vocabulary import SecurityEventKind
from gql.organization.session import SignInResult, show_session
from gql.organization.vocabulary import SignInRefusedReason


@strawberry.input(description="The session to continue.")
class RefreshSessionInput:
    refresh_token: str = strawberry.field(
        description="The latest refresh token that `signIn` or `refreshSession` returned."
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="Ignored, because it is not needed: for 60 seconds, a retry with the same refresh token gets the "
        "same answer.",
    )


async def resolve(
    info: Info, input: Annotated[RefreshSessionInput, strawberry.argument(description="The session to continue.")]
) -> SignInResult | None:
    services = info.context.services
    token = RefreshToken.decode(input.refresh_token)
    if token is None:
        raise SignInRefused(SignInRefusedReason.REFRESH_TOKEN_NOT_VALID, "The refresh token is not valid.")
    now = info.context.clock()
    async with unit_of_work(services.database, token.organization_id, services.announcer) as uow:
        session = await refresh_session(uow, token, services.session_terms, now=now)
    if isinstance(session, SignInRefused):
        _tell(info.context, token.organization_id, session)
        raise session
    return show_session(info.context, session, now)


def _tell(context: Context, organization_id: UUID, refusal: SignInRefused) -> None:
    """Record the refusal, if the token is of a session that exists. Anybody can make up another one."""
    if refusal.person_id is None:
        return
    kind = SecurityEventKind.REFRESH_REUSED if refusal.is_theft else SecurityEventKind.REFRESH_REFUSED
    happening = Happening(
        kind, refusal.person_id, portal=refusal.portal, address=context.address, detail=refusal.reason
    )
    context.services.security_log.tell(organization_id, happening)


field = strawberry.mutation(
    resolver=resolve,
    description="Continue a session with a new access token. Open to everybody: the refresh token is the credential. "
    "Each refresh token can be used once; within 60 seconds it returns the same answer again, because the first "
    "answer may have been lost. Two requests at once get the same answer. If the token is used again later, somebody "
    "else may have stolen it, so the session ends for everybody who uses it. Send this request without an "
    "Authorization header, because an expired access token in that header is refused in every request.",
    metadata=open_to_all(),
)
