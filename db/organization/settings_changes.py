"""The audit of the settings: what somebody changed, before and after."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import PersonFacts
from attendance.rules.organization.settings_changes import SettingsChangeFacts
from db import models
from db.ids import new_id
from db.unit_of_work import UnitOfWork


class ListedSettingsChange(NamedTuple):
    """`facts.changed_at` and `id` place it in the listing."""

    id: UUID
    facts: SettingsChangeFacts


async def record_settings_change(
    uow: UnitOfWork, before: Mapping[str, Any], after: Mapping[str, Any], person_id: UUID | None, *, now: datetime
) -> None:
    """The caller holds the row of settings."""
    await uow.connection.execute(
        insert(models.SettingsChange).values(
            organization_id=uow.organization_id,
            id=new_id(),
            changed_at=now,
            changed_by_id=person_id,
            before=before,
            after=after,
        )
    )


async def list_settings_changes(
    connection: AsyncConnection, organization_id: UUID, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[ListedSettingsChange]:
    """Newest first, those after the position."""
    change, person = models.SettingsChange, models.Person
    statement = (
        select(
            change.id,
            change.changed_at,
            change.before,
            change.after,
            person.id.label("person_id"),
            person.first_name,
            person.last_name,
        )
        .outerjoin(person, (person.organization_id == change.organization_id) & (person.id == change.changed_by_id))
        .where(change.organization_id == organization_id)
        .order_by(change.changed_at.desc(), change.id.desc())
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(tuple_(change.changed_at, change.id) < after)
    return [
        ListedSettingsChange(row.id, SettingsChangeFacts(row.changed_at, _person(row), row.before, row.after))
        for row in await connection.execute(statement)
    ]


def _person(row: Any) -> PersonFacts | None:
    return None if row.person_id is None else PersonFacts(row.person_id, row.first_name, row.last_name)
