"""The audit of the settings and of the currency: who changed what, before and after."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import PersonFacts
from attendance.rules.organization.settings_changes import SettingsChangeFacts
from db import models
from db.ids import new_id
from db.unit_of_work import UnitOfWork

_LISTED = text("""
SELECT c.id, c.changed_at, c.before, c.after, p.id AS person_id, p.first_name, p.last_name
FROM settings_change c
LEFT JOIN person p ON p.organization_id = c.organization_id AND p.id = c.changed_by_id
WHERE c.organization_id = :organization_id
  AND (CAST(:after_at AS timestamptz) IS NULL OR (c.changed_at, c.id) < (:after_at, CAST(:after_id AS uuid)))
ORDER BY c.changed_at DESC, c.id DESC
LIMIT :limit
""")


class ListedSettingsChange(NamedTuple):
    """A change in the list, whose position is `facts.changed_at` with `id`."""

    id: UUID
    facts: SettingsChangeFacts


async def record_settings_change(
    uow: UnitOfWork, before: Mapping[str, Any], after: Mapping[str, Any], person_id: UUID | None, *, now: datetime
) -> None:
    """Record a change. The caller has locked the row of settings, or that of the organization for its currency."""
    await uow.connection.execute(
        insert(models.SettingsChange).values(
            organization_id=uow.organization_id,
            id=new_id(),
            changed_at=uow.time_under_lock(now),
            changed_by_id=person_id,
            before=before,
            after=after,
        )
    )


async def list_settings_changes(
    connection: AsyncConnection, organization_id: UUID, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[ListedSettingsChange]:
    """Return the changes after the position, newest first."""
    given = {
        "organization_id": organization_id,
        "after_at": after[0] if after else None,
        "after_id": after[1] if after else None,
        "limit": limit,
    }
    return [
        ListedSettingsChange(row.id, SettingsChangeFacts(row.changed_at, _person(row), row.before, row.after))
        for row in await connection.execute(_LISTED, given)
    ]


def _person(row: Any) -> PersonFacts | None:
    return None if row.person_id is None else PersonFacts(row.person_id, row.first_name, row.last_name)
