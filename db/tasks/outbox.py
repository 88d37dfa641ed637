"""The e-mail outbox as operators look at it, for all organizations at once, with the owner's connection."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, TextClause, text, update

from attendance.rules.vocabulary import EmailState
from db import models
from db.engine import Database
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer

_ENDED = (EmailState.KEPT, EmailState.FAILED, EmailState.UNCERTAIN)


@dataclass(frozen=True, slots=True)
class StoredEmail:
    """A message and its state. For a QUEUED message, `due_at` is the time of the next attempt."""

    organization_id: UUID
    organization_name: str
    id: UUID
    reason: str
    recipient: str
    template: str
    facts: Mapping[str, Any]
    state: EmailState
    attempts: int
    last_error: str | None
    created_at: datetime
    due_at: datetime


_EMAILS = """
SELECT e.organization_id, o.name AS organization_name, e.id, e.reason, e.recipient, e.template, e.facts, e.state,
       e.attempts, e.last_error, e.created_at, e.due_at
FROM email e
JOIN organization o ON o.organization_id = e.organization_id
"""
_LATEST = text(
    _EMAILS
    + """
WHERE CAST(:state AS text) IS NULL OR e.state = :state
ORDER BY e.created_at DESC, e.id DESC
LIMIT :at_most
"""
)
_BY_END_OF_ID = text(_EMAILS + "WHERE right(CAST(e.id AS text), length(CAST(:id_end AS text))) = :id_end LIMIT 2")


async def latest_emails(database: Database, *, state: EmailState | None, at_most: int) -> list[StoredEmail]:
    """Return the messages, newest first."""
    return await _read(database, _LATEST, {"state": state and state.value, "at_most": at_most})


async def find_emails(database: Database, id_end: str) -> list[StoredEmail]:
    """Return at most two messages whose id ends like this. The beginning of an id is the time, which many ids share."""
    return await _read(database, _BY_END_OF_ID, {"id_end": id_end})


async def queue_again(database: Database, announcer: Announcer, stored: StoredEmail, *, now: datetime) -> bool:
    """Begin a new round of attempts. False means that the message is not in a final state that can be tried again."""
    email = models.Email
    async with unit_of_work(database, stored.organization_id, announcer) as uow:
        queued = await uow.connection.execute(
            update(email)
            .where(
                email.organization_id == stored.organization_id,
                email.id == stored.id,
                email.state == stored.state,
                email.state.in_(_ENDED),
            )
            .values(state=EmailState.QUEUED, due_at=now, attempts=0, last_error=None)
        )
    return queued.rowcount == 1


async def _read(database: Database, statement: TextClause, given: Mapping[str, object]) -> list[StoredEmail]:
    async with database.connect() as connection:
        return [_stored(row) for row in await connection.execute(statement, given)]


def _stored(row: Row[Any]) -> StoredEmail:
    return StoredEmail(**{**row._mapping, "state": EmailState(row.state)})
