"""Choose a password with the link of an invitation or of a reset (R12.2)."""

import asyncio
from datetime import datetime

from attendance.actions.accounts.common_passwords import is_common
from attendance.rules.accounts.account_links import LinkToken, LinkVerdict, judge_link
from attendance.rules.accounts.account_refusals import LinkNotValid
from attendance.rules.accounts.passwords import require_allowed
from attendance.rules.vocabulary import AccountLinkPurpose, LinkNotValidReason
from db.accounts.account_holders import AccountHolder, find_account_holder, lock_account, set_password
from db.accounts.account_links import read_link, revoke_links, use_link
from db.organization.sign_ins import end_all_sign_ins
from db.tasks.emails import Message, queue_emails
from db.unit_of_work import UnitOfWork

_SENTENCES = {
    LinkVerdict.UNKNOWN: (LinkNotValidReason.UNKNOWN, "This link is not valid. Open it exactly as it was sent."),
    LinkVerdict.USED: (LinkNotValidReason.USED, "This link was used already. Sign in, or ask for another link."),
    LinkVerdict.EXPIRED: (LinkNotValidReason.EXPIRED, "This link has expired. Ask for another one."),
    LinkVerdict.REVOKED: (LinkNotValidReason.REVOKED, "This link is not valid any more. Use the newest one."),
}


async def require_password_allowed(holder: AccountHolder, password: str) -> None:
    """Raise PasswordNotAllowed unless the person may choose the password (R12.3)."""
    # The list of common passwords is read in a thread.
    await asyncio.to_thread(is_common, "")
    require_allowed(password, is_common=is_common, known=holder.known)


async def examine_link(
    uow: UnitOfWork, token: LinkToken, purpose: AccountLinkPurpose, *, now: datetime
) -> tuple[LinkVerdict, AccountHolder | None]:
    """Return what the link is good for, and its person; None for a link that nobody has."""
    state = await read_link(uow.connection, uow.organization_id, token.link_id)
    verdict = judge_link(token, state, purpose, now)
    if state is None or verdict is LinkVerdict.UNKNOWN:
        return verdict, None
    return verdict, await find_account_holder(uow.connection, uow.organization_id, state.person_id)


async def choose_password(
    uow: UnitOfWork, token: LinkToken, purpose: AccountLinkPurpose, password_hash: str, *, now: datetime
) -> LinkVerdict:
    """Use the link: set the password, revoke the person's other links, and end all of the person's sign-ins. The
    verdict is OPEN when it was done, and nothing was changed otherwise. Of two who use the link at once, one does.

    A reset is told to the person's address.
    """
    state = await read_link(uow.connection, uow.organization_id, token.link_id)
    holder = None if state is None else await lock_account(uow, state.person_id)
    # It is judged by what is known under the lock.
    verdict = judge_link(token, await read_link(uow.connection, uow.organization_id, token.link_id), purpose, now)
    if verdict is not LinkVerdict.OPEN or holder is None:
        return verdict
    await use_link(uow, token.link_id, now=now)
    await revoke_links(uow, holder.id, now=now)
    await set_password(uow, holder.id, password_hash)
    await end_all_sign_ins(uow, holder.id, now=now)
    if purpose is AccountLinkPurpose.PASSWORD_RESET:
        await tell_new_password(uow, holder, f"account/{holder.id}/reset/{token.link_id}", now=now)
    return verdict


async def tell_new_password(uow: UnitOfWork, holder: AccountHolder, reason: str, *, now: datetime) -> None:
    """Tell the person by e-mail that the password is another one (R12.3)."""
    if holder.email is None:
        return
    facts = {"first_name": holder.first_name}
    message = Message(reason, holder.email, "password_changed", facts, now, holder.family_id)
    await queue_emails(uow, [message], now=now)


def refuse_link(verdict: LinkVerdict) -> LinkNotValid:
    return LinkNotValid(*_SENTENCES[verdict])
