"""The mutation signIn, which exchanges e-mail address and password for a session."""

from typing import Annotated
from uuid import UUID

import strawberry

from attendance.actions.organization.sign_in import check_password, sign_in
from attendance.rules.organization.sign_in import choose_account
from attendance.rules.organization.sign_in_refusals import SignInRefused
from db.organization.security_events import Happening
from db.organization.sign_ins import find_accounts
from db.unit_of_work import unit_of_work
from gql.fields.access import open_to_all
from gql.fields.context import Context, Info
from gql.fields.global_ids import decode_id
from gql.fields.vocabulary import Portal, SecurityEventKind
from gql.organization.session import SignInResult, show_session
from gql.protocol.errors import BadInput, RateLimited

_LONGEST_EMAIL = 320
_LONGEST_PASSWORD = 1024
_LONGEST_KEY = 255


@strawberry.input(description="The credentials, and the portal to sign in to.")
class SignInInput:
    email: str = strawberry.field(
        description=f"The e-mail address of the account, at most {_LONGEST_EMAIL} characters. Upper and lower case "
        "are the same."
    )
    password: str = strawberry.field(description=f"The password, at most {_LONGEST_PASSWORD} characters.")
    portal: Portal = strawberry.field(
        description="The portal to sign in to: OFFICE, STAFF or CUSTOMER. All requests of the session come from this "
        "portal."
    )
    organization_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The id of the organization, for somebody who has accounts in several organizations. When left out "
        "or null, it is the only organization in which e-mail address and password are correct.",
    )
    idempotency_key: str | None = strawberry.field(
        default=None,
        description="At most 255 characters. A retry with the same key gets the same session again, until that session "
        "is refreshed. When left out or null, each call starts a new session, which does no harm.",
    )


async def resolve(
    info: Info, input: Annotated[SignInInput, strawberry.argument(description="The credentials and the portal.")]
) -> SignInResult | None:
    context, services = info.context, info.context.services
    # Addresses are pasted with spaces around them.
    input.email = input.email.strip()
    organization_id = _checked(input)
    await _count_attempt(context, input)
    accounts = await find_accounts(services.database, input.email)
    if organization_id is not None:
        accounts = [account for account in accounts if account.organization_id == organization_id]
    right = await check_password(accounts, input.password, input.portal, services.passwords)
    if right:
        await services.attempts.succeed(input.email, context.address)
    now = context.clock()
    try:
        account = choose_account(right, input.portal)
        async with unit_of_work(services.database, account.organization_id, services.announcer) as uow:
            session = await sign_in(
                uow,
                account,
                input.portal,
                services.session_terms,
                now=now,
                idempotency_key=input.idempotency_key or None,
                device=context.device,
                challenges=services.challenges.issue,
            )
    except SignInRefused as refusal:
        _tell(context, input, SecurityEventKind.SIGN_IN_REFUSED, refusal.reason)
        raise
    context.tell(SecurityEventKind.SIGNED_IN, session.viewer.caller)
    return show_session(context, session, now)


def _checked(input: SignInInput) -> UUID | None:
    """Return the id of the organization, or None when it was not given. Raises BadInput."""
    for name, value, longest in (
        ("email", input.email, _LONGEST_EMAIL),
        ("password", input.password, _LONGEST_PASSWORD),
        ("idempotencyKey", input.idempotency_key or "", _LONGEST_KEY),
    ):
        if len(value) > longest:
            raise BadInput(f'Argument "input.{name}" has at most {longest} characters.')
    return decode_id(input.organization_id, "Organization", "input.organizationId") if input.organization_id else None


def _tell(context: Context, input: SignInInput, kind: SecurityEventKind, detail: str | None = None) -> None:
    """Record the event for each account of the e-mail address."""
    happening = Happening(kind, portal=input.portal, address=context.address, detail=detail)
    context.services.security_log.tell_of_address(input.email, happening)


async def _count_attempt(context: Context, input: SignInInput) -> None:
    attempts = context.services.attempts
    if not await attempts.begin(input.email, context.address):
        _tell(context, input, SecurityEventKind.SIGN_IN_LIMITED)
        raise RateLimited("Signing in failed too often. Wait before you try again.", retryAfterSeconds=attempts.window)


field = strawberry.mutation(
    resolver=resolve,
    description="Sign in with e-mail address and password. Open to everybody. After 10 failed attempts for one e-mail "
    "address, or 100 from one network address, within 15 minutes, further attempts are RATE_LIMITED. With a second "
    "factor, the answer is a challenge for `completeSignIn`.",
    metadata=open_to_all(),
)
