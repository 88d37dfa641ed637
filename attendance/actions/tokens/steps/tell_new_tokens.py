"""Tell families of their new makeup tokens (R8.1, R9.8)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.tokens.tokens_by_hand import notice_due_at, notice_reason
from db.tasks.emails import Message, queue_emails, withdraw_emails
from db.tokens.tokens_by_hand import TokenNotice, read_notices
from db.unit_of_work import UnitOfWork

TEMPLATE = "new_makeup_token"


async def tell_new_tokens(
    uow: UnitOfWork, token_ids: Collection[UUID], *, settings: MakeupTokenSettings, now: datetime
) -> int:
    """Queue one e-mail for each token, to be sent from its issue date on, and return how many are queued.

    Families without an address get none. This executes two statements. The comment is included only where families may
    see comments, and the location only where it restricts the token.
    """
    if not token_ids:
        return 0
    notices = await read_notices(uow.connection, uow.organization_id, token_ids)
    messages = [_message(notice, notice.recipient, settings, now) for notice in notices if notice.recipient is not None]
    await queue_emails(uow, messages, now=now)
    return len(messages)


async def untell_new_tokens(uow: UnitOfWork, token_ids: Collection[UUID]) -> bool:
    """Withdraw the e-mail if it was not handed over yet, and return whether there was one to withdraw."""
    return bool(await withdraw_emails(uow, [notice_reason(token_id) for token_id in token_ids]))


def _message(notice: TokenNotice, recipient: str, settings: MakeupTokenSettings, now: datetime) -> Message:
    return Message(
        reason=notice_reason(notice.token_id),
        recipient=recipient,
        template=TEMPLATE,
        facts={
            "student": notice.student,
            "location": None if settings.ignore_location_lock else notice.location,
            "program": notice.program,
            "comment": notice.comment if settings.families_see_comments else None,
            "issued_on": notice.issued_on.isoformat(),
            "expires_on": notice.expires_on and notice.expires_on.isoformat(),
        },
        due_at=notice_due_at(notice.issued_on, notice.zones, now),
        family_id=notice.family_id,
    )
