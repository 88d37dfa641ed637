"""Statements that read sessions, blackout schedules and closures."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.vocabulary import BlackoutScope
from db.listing import values
from db.names import sort_key

_SESSIONS = text("""
SELECT id, name, starts_on, ends_on, deleted_at IS NOT NULL AS is_deleted FROM session
WHERE organization_id = :organization_id
  AND CASE WHEN CAST(:ids AS uuid[]) IS NULL THEN deleted_at IS NULL ELSE id = ANY (:ids) END
  AND (CAST(:after_start AS date) IS NULL OR (starts_on, id) > (:after_start, CAST(:after_id AS uuid)))
ORDER BY starts_on, id LIMIT :limit
""")
_SCHEDULES = text("""
SELECT b.id, b.name, programs.*
FROM blackout_schedule b
CROSS JOIN LATERAL (
    SELECT array_agg(p.id) AS program_ids FROM program p
    WHERE p.organization_id = b.organization_id AND p.blackout_schedule_id = b.id AND p.deleted_at IS NULL
) programs
WHERE b.organization_id = :organization_id AND (CAST(:ids AS uuid[]) IS NULL OR b.id = ANY (:ids))
""")
_CLOSURES = text("""
SELECT id, blackout_schedule_id, starts_on, ends_on, scope, label FROM blackout_date
WHERE organization_id = :organization_id
  AND (CAST(:ids AS uuid[]) IS NULL OR id = ANY (:ids))
  AND (CAST(:schedule_ids AS uuid[]) IS NULL OR blackout_schedule_id = ANY (:schedule_ids))
  AND (CAST(:after_start AS date) IS NULL OR (starts_on, id) > (:after_start, CAST(:after_id AS uuid)))
ORDER BY starts_on, id LIMIT :limit
""")
_ALL = 100_000


@dataclass(frozen=True, slots=True)
class SessionFacts:
    id: UUID
    name: str
    starts_on: date
    ends_on: date | None
    is_deleted: bool


@dataclass(frozen=True, slots=True)
class BlackoutScheduleFacts:
    id: UUID
    name: str
    program_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class BlackoutDateFacts:
    id: UUID
    blackout_schedule_id: UUID
    starts_on: date
    ends_on: date
    scope: BlackoutScope
    label: str | None


async def read_sessions(
    connection: AsyncConnection,
    organization_id: UUID,
    ids: Collection[UUID] | None = None,
    *,
    after: tuple[date, UUID] | None = None,
    limit: int = _ALL,
) -> list[SessionFacts]:
    """Return sessions ordered by start: those with these ids, or all that are not deleted."""
    given = {
        "organization_id": organization_id,
        "ids": None if ids is None else list(ids),
        "after_start": after and after[0],
        "after_id": after and after[1],
        "limit": limit,
    }
    return [SessionFacts(*row) for row in await connection.execute(_SESSIONS, given)]


async def read_blackout_schedules(
    connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID] | None = None
) -> list[BlackoutScheduleFacts]:
    """Return blackout schedules ordered by name: those with these ids, or all."""
    given = {"organization_id": organization_id, "ids": None if ids is None else list(ids)}
    found = await connection.execute(_SCHEDULES, given)
    facts = [BlackoutScheduleFacts(row.id, row.name, tuple(row.program_ids or ())) for row in found]
    return sorted(facts, key=lambda each: (sort_key(each.name), each.id))


async def read_blackout_dates(
    connection: AsyncConnection,
    organization_id: UUID,
    ids: Collection[UUID] | None = None,
    *,
    schedule_ids: Collection[UUID] | None = None,
    after: tuple[date, UUID] | None = None,
    limit: int = _ALL,
) -> list[BlackoutDateFacts]:
    """Return closures ordered by start: those with these ids, or those of the blackout schedules, or all."""
    given = {
        "organization_id": organization_id,
        "ids": None if ids is None else list(ids),
        "schedule_ids": values(schedule_ids),
        "after_start": after and after[0],
        "after_id": after and after[1],
        "limit": limit,
    }
    found = await connection.execute(_CLOSURES, given)
    return [
        BlackoutDateFacts(
            row.id, row.blackout_schedule_id, row.starts_on, row.ends_on, BlackoutScope(row.scope), row.label
        )
        for row in found
    ]
