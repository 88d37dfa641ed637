"""Invite people, start resets for them, and take invitations back (R12.2)."""

from datetime import datetime, timedelta
from uuid import UUID

from attendance.rules.accounts.account_links import LIFETIMES, LinkTerms
from attendance.rules.accounts.account_refusals import AccountNotFound, InvitationNotFound, NotInvitable
from attendance.rules.accounts.email_addresses import is_email_address
from attendance.rules.vocabulary import AccountLinkPurpose, NotInvitableReason, PersonKind
from db.accounts.account_holders import AccountHolder, lock_account
from db.accounts.account_links import NewLink, add_link, count_links_since, read_link, revoke_links
from db.ids import new_id
from db.tasks.emails import Message, queue_emails
from db.unit_of_work import UnitOfWork

MOST_RESETS, RESETS_WITHIN = 3, timedelta(hours=1)

_TEMPLATES = {
    AccountLinkPurpose.INVITATION: "account_invitation",
    AccountLinkPurpose.PASSWORD_RESET: "account_reset",
}
_SENTENCES = {
    NotInvitableReason.NO_EMAIL: "No e-mail address of this person is known to which a message can be sent.",
    NotInvitableReason.HAS_LEFT: "This person has left.",
    NotInvitableReason.HAS_PASSWORD: "This person has chosen a password already. It can be reset instead.",
    NotInvitableReason.HAS_NO_PASSWORD: "This person has not chosen a password yet. Send an invitation instead.",
    NotInvitableReason.TOO_MANY: "This person got several links within the hour. Wait before you send another one.",
}


async def invite(
    uow: UnitOfWork, person_id: UUID, kinds: frozenset[PersonKind], terms: LinkTerms, *, by: UUID, now: datetime
) -> UUID:
    """Send the person a link for choosing a password, and return the id of the invitation. It revokes an earlier one.

    kinds -- the kinds of people whom the caller may invite
    by -- the staff member who invites

    Raises AccountNotFound and NotInvitable.
    """
    return await _send(uow, person_id, kinds, AccountLinkPurpose.INVITATION, terms, by=by, now=now)


async def send_reset(
    uow: UnitOfWork, person_id: UUID, kinds: frozenset[PersonKind], terms: LinkTerms, *, by: UUID | None, now: datetime
) -> UUID:
    """Send the person a link for choosing another password, at most three within an hour, and return the person's id.

    by -- the staff member who starts the reset; None when the person asked for it

    Raises AccountNotFound and NotInvitable.
    """
    await _send(uow, person_id, kinds, AccountLinkPurpose.PASSWORD_RESET, terms, by=by, now=now)
    return person_id


async def revoke_invitation(uow: UnitOfWork, link_id: UUID, kinds: frozenset[PersonKind], *, now: datetime) -> UUID:
    """Revoke the invitation and return the id of its person. One that was used or revoked stays as it is.

    Raises InvitationNotFound.
    """
    link = await read_link(uow.connection, uow.organization_id, link_id)
    if link is None or link.purpose is not AccountLinkPurpose.INVITATION:
        raise InvitationNotFound
    holder = await lock_account(uow, link.person_id)
    if holder is None or holder.kind not in kinds:
        raise InvitationNotFound
    locked = await read_link(uow.connection, uow.organization_id, link_id)
    if locked is not None and locked.used_at is None and locked.revoked_at is None:
        await revoke_links(uow, holder.id, AccountLinkPurpose.INVITATION, now=now)
    return holder.id


async def _send(
    uow: UnitOfWork,
    person_id: UUID,
    kinds: frozenset[PersonKind],
    purpose: AccountLinkPurpose,
    terms: LinkTerms,
    *,
    by: UUID | None,
    now: datetime,
) -> UUID:
    holder = await lock_account(uow, person_id)
    if holder is None or holder.kind not in kinds:
        raise AccountNotFound
    at_most = None if purpose is AccountLinkPurpose.INVITATION else MOST_RESETS
    sent = await count_links_since(uow, person_id, purpose, now - RESETS_WITHIN)
    is_over = at_most is not None and sent >= at_most
    reason = NotInvitableReason.HAS_LEFT if holder.has_left(now) else _why_not(holder, purpose, is_over=is_over)
    if reason is not None or holder.email is None:
        why = reason or NotInvitableReason.NO_EMAIL
        raise NotInvitable(why, _SENTENCES[why])
    link_id = new_id()
    token = terms.token(uow.organization_id, link_id)
    await add_link(uow, NewLink(token, person_id, purpose, now + LIFETIMES[purpose], by), now=now)
    facts = {
        "first_name": holder.first_name,
        "link_id": str(link_id),
        "purpose": purpose.value,
        "for_family": holder.kind is PersonKind.GUARDIAN,
    }
    reason_key = f"account/{person_id}/{link_id}"
    message = Message(reason_key, holder.email, _TEMPLATES[purpose], facts, now, holder.family_id)
    await queue_emails(uow, [message], now=now)
    return link_id


def _why_not(holder: AccountHolder, purpose: AccountLinkPurpose, *, is_over: bool) -> NotInvitableReason | None:
    if holder.email is None or not is_email_address(holder.email):
        return NotInvitableReason.NO_EMAIL
    if purpose is AccountLinkPurpose.INVITATION and holder.password_hash is not None:
        return NotInvitableReason.HAS_PASSWORD
    if purpose is AccountLinkPurpose.PASSWORD_RESET and holder.password_hash is None:
        return NotInvitableReason.HAS_NO_PASSWORD
    return NotInvitableReason.TOO_MANY if is_over else None
