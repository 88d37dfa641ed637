"""The e-mail outbox (R9.8): e-mails are written with the change that they tell of, and so is what became of them.

An attempt has two steps. `claim` reserves a message for a while by its `due_at`. Right before the message is handed
over, `begin_sending` records that it may have been sent from now on.
"""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import DateTime, Text, Uuid

from attendance.rules.vocabulary import EmailState
from db import models
from db.ids import new_id
from db.unit_of_work import UnitOfWork
from db.wake_ups import EmailQueued

UNANSWERED = "It was handed over, and no answer was recorded: it may have been sent, and is not sent again."


@dataclass(frozen=True, slots=True)
class Message:
    """A message to be sent from `due_at` on.

    reason -- what it is about, unique within the organization, for example "token/<id>/issued"
    template -- a name in mail/templates
    facts -- the values for the template, as JSON; dates are in ISO form
    """

    reason: str
    recipient: str
    template: str
    facts: Mapping[str, Any]
    due_at: datetime
    family_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class OutgoingEmail:
    """A message from its row, with the name of the organization that sends it."""

    organization_id: UUID
    id: UUID
    organization_name: str
    reason: str
    recipient: str
    template: str
    facts: Mapping[str, Any]
    attempts: int


# This is text because an INSERT of many VALUES would be compiled anew for each number of messages, which would cost
# more than executing it. A message that two requested is withdrawn when both withdraw it. Withdrawing goes by task, so
# such a message belongs to no task. A worker may still hold an attempt at a withdrawn message; the next attempt has
# another number, so it is not mistaken for it.
_QUEUE = text("""
INSERT INTO email AS old (organization_id, id, reason, recipient, template, facts, state, due_at, family_id,
    background_task_id, created_at)
SELECT :organization_id, m.id, m.reason, m.recipient, m.template, CAST(m.facts AS jsonb), 'QUEUED', m.due_at,
    m.family_id, :background_task_id, :now
FROM unnest(:ids, :reasons, :recipients, :templates, :facts, :due_ats, :family_ids)
    AS m (id, reason, recipient, template, facts, due_at, family_id)
ORDER BY m.reason
ON CONFLICT (organization_id, reason) DO UPDATE SET
    state = 'QUEUED', trace_parent = excluded.trace_parent,
    recipient = excluded.recipient, template = excluded.template, facts = excluded.facts,
    background_task_id = CASE
        WHEN old.state = 'QUEUED' AND old.attempts = 0
            AND old.background_task_id IS DISTINCT FROM excluded.background_task_id THEN NULL
        ELSE excluded.background_task_id END,
    due_at = CASE WHEN old.state = 'QUEUED' AND old.attempts = 0 THEN least(old.due_at, excluded.due_at)
        ELSE excluded.due_at END,
    attempts = old.attempts + least(old.attempts, 1), is_withheld = false
WHERE old.state = 'WITHDRAWN' OR old.state = 'QUEUED' AND old.attempts = 0
RETURNING old.id, old.due_at
""").bindparams(
    bindparam("organization_id", type_=Uuid),
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("reasons", type_=ARRAY(Text)),
    bindparam("recipients", type_=ARRAY(Text)),
    bindparam("templates", type_=ARRAY(Text)),
    bindparam("facts", type_=ARRAY(Text)),
    bindparam("due_ats", type_=ARRAY(DateTime(timezone=True))),
    bindparam("family_ids", type_=ARRAY(Uuid)),
    bindparam("background_task_id", type_=Uuid),
    bindparam("now", type_=DateTime(timezone=True)),
)


_DUE = text("SELECT organization_id, email_id FROM due_emails(:now, :at_most)")


async def queue_emails(uow: UnitOfWork, messages: Collection[Message], *, now: datetime) -> None:
    """Queue the messages, which are sent once the transaction has committed, in one statement.

    There is one message for each reason. A message that was sent, kept, has failed or is under way stays unchanged. A
    withdrawn message is queued again. A message without an attempt gets the new facts and keeps its time, unless the
    new time is earlier. The reasons must differ.

    In a background task's transaction, the messages belong to the task and are withdrawn with it, except messages that
    somebody else wants to be sent too.
    """
    if not messages:
        return
    # They are always in one order, so that two transactions with the same reasons wait for each other and cannot
    # deadlock.
    ordered = sorted(messages, key=lambda message: message.reason)
    queued = await uow.connection.execute(
        _QUEUE,
        {
            "organization_id": uow.organization_id,
            "ids": [new_id() for _ in ordered],
            "reasons": [message.reason for message in ordered],
            "recipients": [message.recipient for message in ordered],
            "templates": [message.template for message in ordered],
            "facts": [json.dumps(dict(message.facts)) for message in ordered],
            "due_ats": [message.due_at for message in ordered],
            "family_ids": [message.family_id for message in ordered],
            "background_task_id": uow.background_task_id,
            "now": now,
        },
    )
    uow.wake_ups += [EmailQueued(uow.organization_id, row.id, row.due_at) for row in queued]


async def reasons_beginning(uow: UnitOfWork, beginning: str) -> set[str]:
    """Return the reasons with this beginning of messages that can be withdrawn."""
    found = await uow.connection.execute(
        select(models.Email.reason).where(
            models.Email.organization_id == uow.organization_id,
            or_(models.Email.state == EmailState.QUEUED, models.Email.is_withheld),
            models.Email.reason.startswith(beginning, autoescape=True),
        )
    )
    return set(found.scalars())


async def withdraw_emails(uow: UnitOfWork, reasons: Collection[str]) -> set[str]:
    """Withdraw the messages that were not handed over yet, and return their reasons. Those that were kept back with a
    task cannot be sent later any more.
    """
    if not reasons:
        return set()
    withdrawn = await uow.connection.execute(
        update(models.Email)
        .where(
            models.Email.organization_id == uow.organization_id,
            models.Email.reason.in_(sorted(reasons)),
            or_(models.Email.state == EmailState.QUEUED, models.Email.is_withheld),
        )
        .values(state=EmailState.WITHDRAWN, is_withheld=False)
        .returning(models.Email.reason)
    )
    return set(withdrawn.scalars())


async def due_emails(connection: AsyncConnection, now: datetime, *, at_most: int) -> list[tuple[UUID, UUID]]:
    """Return the organization and id of messages that are due, or that a dead worker left, the longest due first.

    It needs no tenant: the function `due_emails` passes row-level security.
    """
    found = await connection.execute(_DUE, {"now": now, "at_most": at_most})
    return [(row.organization_id, row.email_id) for row in found]


def _mine(uow: UnitOfWork, email_id: UUID) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return models.Email.organization_id == uow.organization_id, models.Email.id == email_id


async def claim(uow: UnitOfWork, email_id: UUID, *, now: datetime, lease: timedelta) -> OutgoingEmail | None:
    """Begin the next attempt and return the message.

    None means that the message is not due, is finished, or has been claimed by another worker. If this worker dies, the
    message is due again after the lease.
    """
    email = models.Email
    waiting = (
        select(email.id)
        .where(
            *_mine(uow, email_id),
            email.state == EmailState.QUEUED,
            email.due_at <= now,
        )
        .with_for_update(skip_locked=True)
    )
    organization = select(models.Organization.name).where(models.Organization.organization_id == email.organization_id)
    claimed = await uow.connection.execute(
        update(email)
        .where(email.organization_id == uow.organization_id, email.id == waiting.scalar_subquery())
        .values(attempts=email.attempts + 1, due_at=now + lease)
        .returning(
            email.organization_id,
            email.id,
            organization.scalar_subquery(),
            email.reason,
            email.recipient,
            email.template,
            email.facts,
            email.attempts,
        )
    )
    row = claimed.one_or_none()
    return None if row is None else OutgoingEmail(*row)


async def begin_sending(uow: UnitOfWork, sent: OutgoingEmail, *, now: datetime, lease: timedelta) -> bool:
    """Record, as the last step before handing over, that the message may have been sent. Commit this first.

    False means that the message was withdrawn, or that the attempt took longer than its lease and another worker has
    begun. The message must not be handed over then.
    """
    email = models.Email
    begun = await uow.connection.execute(
        update(email)
        .where(*_mine(uow, sent.id), email.state == EmailState.QUEUED, email.attempts == sent.attempts)
        .values(state=EmailState.SENDING, due_at=now + lease)
    )
    return begun.rowcount == 1


async def give_up_unanswered(uow: UnitOfWork, email_id: UUID, *, now: datetime) -> bool:
    """Mark the message UNCERTAIN if a worker handed it over and died before it recorded the answer."""
    email = models.Email
    given_up = await uow.connection.execute(
        update(email)
        .where(*_mine(uow, email_id), email.state == EmailState.SENDING, email.due_at <= now)
        .values(state=EmailState.UNCERTAIN, last_error=UNANSWERED)
    )
    return given_up.rowcount == 1


async def record(
    uow: UnitOfWork, sent: OutgoingEmail, state: EmailState, *, now: datetime, due_at: datetime, error: str | None
) -> bool:
    """Record what became of the attempt. False means that the message was withdrawn, or that a later attempt has begun.

    A late answer settles a message that was UNCERTAIN.
    """
    email = models.Email
    under_way = (EmailState.QUEUED, EmailState.SENDING, EmailState.UNCERTAIN)
    recorded = await uow.connection.execute(
        update(email)
        .where(*_mine(uow, sent.id), email.attempts == sent.attempts, email.state.in_(under_way))
        .values(state=state, due_at=due_at, sent_at=now if state is EmailState.SENT else None, last_error=error)
    )
    return recorded.rowcount == 1
