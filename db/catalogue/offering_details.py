"""Statements that read what hangs on offerings and timeslots, for pages that show the catalogue."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import PersonFacts
from db.catalogue.listings import SessionFacts
from db.names import sort_key

_SESSIONS = text("""
SELECT a.offering_id, s.id, s.name, s.starts_on, s.ends_on, s.deleted_at IS NOT NULL AS is_deleted
FROM offering_session a
JOIN session s ON s.organization_id = a.organization_id AND s.id = a.session_id
WHERE a.organization_id = :organization_id AND a.offering_id = ANY (CAST(:ids AS uuid[]))
ORDER BY s.starts_on, s.id
""")
_INSTRUCTORS = text("""
SELECT i.offering_id, p.id, p.first_name, p.last_name
FROM offering_instructor i
JOIN person p ON p.organization_id = i.organization_id AND p.id = i.person_id
WHERE i.organization_id = :organization_id AND i.offering_id = ANY (CAST(:ids AS uuid[]))
""")
_ROOMS = text("""
SELECT id, room FROM timeslot WHERE organization_id = :organization_id AND id = ANY (CAST(:ids AS uuid[]))
""")


async def read_sessions_of(
    connection: AsyncConnection, organization_id: UUID, offering_ids: Collection[UUID]
) -> dict[UUID, list[SessionFacts]]:
    """Return the sessions of offerings, ordered by start."""
    found: dict[UUID, list[SessionFacts]] = defaultdict(list)
    given = {"organization_id": organization_id, "ids": list(offering_ids)}
    for row in await connection.execute(_SESSIONS, given):
        found[row.offering_id].append(SessionFacts(row.id, row.name, row.starts_on, row.ends_on, row.is_deleted))
    return found


async def read_instructors_of(
    connection: AsyncConnection, organization_id: UUID, offering_ids: Collection[UUID]
) -> dict[UUID, list[PersonFacts]]:
    """Return who teaches offerings now or is to teach them, ordered by name."""
    found: dict[UUID, list[PersonFacts]] = defaultdict(list)
    given = {"organization_id": organization_id, "ids": list(offering_ids)}
    for row in await connection.execute(_INSTRUCTORS, given):
        found[row.offering_id].append(PersonFacts(row.id, row.first_name, row.last_name))
    for people in found.values():
        people.sort(key=lambda each: (sort_key(each.last_name, each.first_name), each.id))
    return found


async def read_rooms(
    connection: AsyncConnection, organization_id: UUID, timeslot_ids: Collection[UUID]
) -> dict[UUID, str | None]:
    """Return the room that each timeslot has last."""
    given = {"organization_id": organization_id, "ids": list(timeslot_ids)}
    return {row.id: row.room for row in await connection.execute(_ROOMS, given)}
