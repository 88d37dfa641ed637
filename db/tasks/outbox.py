"""The e-mail outbox as people look at it, all organizations at once: with the owner's connection."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, cast, select, update

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


def _emails() -> Select[*tuple[Any, ...]]:
    email, organization = models.Email, models.Organization
    return select(
        email.organization_id,
        organization.name,
        email.id,
        email.reason,
        email.recipient,
        email.template,
        email.facts,
        email.state,
        email.attempts,
        email.last_error,
        email.created_at,
        email.due_at,
    ).join(organization, organization.organization_id == email.organization_id)


async def latest_emails(database: Database, *, state: EmailState | None, at_most: int) -> list[StoredEmail]:
    """The newest first."""
    email = models.Email
    wanted = _emails().order_by(email.created_at.desc(), email.id.desc()).limit(at_most)
    if state is not None:
        wanted = wanted.where(email.state == state)
    return await _read(database, wanted)


async def find_emails(database: Database, id_end: str) -> list[StoredEmail]:
    """Those whose id ends so, two at most: its beginning is the time, which many have in common."""
    wanted = _emails().where(cast(models.Email.id, Text).endswith(id_end, autoescape=True)).limit(2)
    return await _read(database, wanted)


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


async def _read(database: Database, statement: Select[*tuple[Any, ...]]) -> list[StoredEmail]:
    async with database.engine.connect() as connection:
        return [StoredEmail(*row) for row in await connection.execute(statement)]
