"""What `acceptInvitation` and `resetPassword` share: a link and a new password."""

from attendance.actions.accounts.choose_password import (
    choose_password,
    examine_link,
    refuse_link,
    require_password_allowed,
)
from attendance.rules.accounts.account_links import LinkToken, LinkVerdict
from attendance.rules.vocabulary import AccountLinkPurpose
from db.accounts.account_holders import AccountHolder
from db.organization.security_events import Happening
from db.unit_of_work import unit_of_work
from gql.fields.context import Context, Info
from gql.fields.vocabulary import SecurityEventKind
from gql.protocol.errors import BadInput, RateLimited

LONGEST_TOKEN = 200
LONGEST_PASSWORD = 1024
OF_TOKEN = "The token of the link: what follows the # in its address."  # noqa: S105 - a description
OF_NEW = (
    "The new password: 8 to 128 characters of any kind. It may not be on a list of common passwords, and not be the "
    "person's name or e-mail address, or the name of the business."
)
OF_KEY = "Ignored, because it is not needed: a retry with the same token and the same password gets the same answer."
_DONE = {
    AccountLinkPurpose.INVITATION: SecurityEventKind.INVITATION_ACCEPTED,
    AccountLinkPurpose.PASSWORD_RESET: SecurityEventKind.PASSWORD_RESET,
}


async def use_link(info: Info, purpose: AccountLinkPurpose, text: str, password: str) -> AccountHolder:
    """Choose the password with the link and return its person. A retry with the same password returns the same.

    Raises LinkNotValid, PasswordNotAllowed, BadInput and RateLimited.
    """
    for name, value, longest in (("token", text, LONGEST_TOKEN), ("password", password, LONGEST_PASSWORD)):
        if len(value) > longest:
            raise BadInput(f'Argument "input.{name}" has at most {longest} characters.')
    context = info.context
    token = LinkToken.decode(text)
    if token is None:
        raise refuse_link(LinkVerdict.UNKNOWN)
    await count_attempt(context, _counted_as(token))
    services = context.services
    async with unit_of_work(services.database, token.organization_id, services.announcer, context.clock) as uow:
        verdict, holder = await examine_link(uow, token, purpose, now=context.clock())
    if holder is not None and verdict is LinkVerdict.OPEN:
        await require_password_allowed(holder, password)
        password_hash = await services.passwords.hash(password)
        async with unit_of_work(services.database, token.organization_id, services.announcer, context.clock) as uow:
            verdict = await choose_password(uow, token, purpose, password_hash, now=context.clock())
            _, holder = await examine_link(uow, token, purpose, now=context.clock())
        if verdict is LinkVerdict.OPEN and holder is not None:
            _tell(context, token, holder, _DONE[purpose])
            await services.attempts.succeed(_counted_as(token), context.address)
            return holder
    if holder is None or verdict is not LinkVerdict.USED or not await _is_a_retry(context, holder, password):
        if holder is not None:
            _tell(context, token, holder, SecurityEventKind.LINK_REFUSED, verdict.name)
        raise refuse_link(verdict)
    await services.attempts.succeed(_counted_as(token), context.address)
    return holder


async def _is_a_retry(context: Context, holder: AccountHolder, password: str) -> bool:
    if holder.has_left(context.clock()):
        return False
    return await context.services.passwords.fits(password, holder.password_hash)


async def count_attempt(context: Context, counted_as: str) -> None:
    """Count an attempt with a link. Raises RateLimited.

    counted_as -- the link and what is attempted, which are counted together
    """
    attempts = context.services.attempts
    if not await attempts.begin(counted_as, context.address):
        raise RateLimited("This was tried too often. Wait before you try again.", retryAfterSeconds=attempts.window)


def _counted_as(token: LinkToken) -> str:
    return f"link {token.link_id}"


def _tell(
    context: Context, token: LinkToken, holder: AccountHolder, kind: SecurityEventKind, detail: str | None = None
) -> None:
    happening = Happening(kind, holder.id, address=context.address, detail=detail)
    context.services.security_log.tell(token.organization_id, happening)
