"""The e-mail outbox as people look at it, all organizations at once: with the owner's connection."""

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
    """A message, and what has become of it. `due_at`: of a QUEUED one, when the next attempt is due."""

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
    """The newest first."""
    return await _read(database, _LATEST, {"state": state and state.value, "at_most": at_most})


async def find_emails(database: Database, id_end: str) -> list[StoredEmail]:
    """Those whose id ends so, two at most: its beginning is the time, which many have in common."""
    return await _read(database, _BY_END_OF_ID, {"id_end": id_end})


async def queue_again(database: Database, announcer: Announcer, stored: StoredEmail, *, now: datetime) -> bool:
    """A new round of attempts; False: the message is not at an end that can be tried again, or no more."""
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
    async with database.engine.connect() as connection:
        return [_stored(row) for row in await connection.execute(statement, given)]


def _stored(row: Row[Any]) -> StoredEmail:
    return StoredEmail(**{**row._mapping, "state": EmailState(row.state)})
