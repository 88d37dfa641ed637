"""Statements about what hangs on an offering: its sessions, its instructors and the enrollments in it."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, insert, text

from db import models
from db.unit_of_work import UnitOfWork

_SESSIONS = text("""
SELECT session_id FROM offering_session WHERE organization_id = :organization_id AND offering_id = :offering_id
""")
_INSTRUCTORS = text("""
SELECT person_id FROM offering_instructor WHERE organization_id = :organization_id AND offering_id = :offering_id
""")
_KNOWN_SESSIONS = text("""
SELECT count(*) FROM session
WHERE organization_id = :organization_id AND id = ANY (CAST(:ids AS uuid[])) AND deleted_at IS NULL
""")
_KNOWN_STAFF = text("""
SELECT count(*) FROM person
WHERE organization_id = :organization_id AND id = ANY (CAST(:ids AS uuid[])) AND kind = 'STAFF' AND ended_at IS NULL
""")
# A place of one day that lies ahead cannot end before it begins, and a makeup is given back.
_END = text("""
WITH begun AS (
    UPDATE enrollment e SET drop_on = CAST(:since AS date) - 1, end_cause = 'SESSION_ENDED'
    WHERE e.organization_id = :organization_id AND e.offering_id = :offering_id AND e.deleted_at IS NULL
      AND e.type <> 'MAKEUP' AND e.starts_on < :since AND (e.drop_on IS NULL OR e.drop_on >= :since)
)
UPDATE enrollment e SET deleted_at = :now
WHERE e.organization_id = :organization_id AND e.offering_id = :offering_id AND e.deleted_at IS NULL
  AND e.type <> 'MAKEUP' AND e.starts_on >= :since
""")


async def sessions_of(uow: UnitOfWork, offering_id: UUID) -> set[UUID]:
    return await _ids(uow, _SESSIONS, offering_id)


async def instructors_of(uow: UnitOfWork, offering_id: UUID) -> set[UUID]:
    """Return who teaches the offering now or is to teach it."""
    return await _ids(uow, _INSTRUCTORS, offering_id)


async def are_sessions(uow: UnitOfWork, ids: Collection[UUID]) -> bool:
    """Return whether all of these are sessions of the organization that are not deleted."""
    return await _count(uow, _KNOWN_SESSIONS, ids) == len(set(ids))


async def are_staff(uow: UnitOfWork, ids: Collection[UUID]) -> bool:
    """Return whether all of these are staff members who work for the organization."""
    return await _count(uow, _KNOWN_STAFF, ids) == len(set(ids))


async def attach_sessions(uow: UnitOfWork, offering_id: UUID, session_ids: Collection[UUID]) -> None:
    await _add(uow, models.OfferingSession, offering_id, [{"session_id": each} for each in sorted(session_ids)])


async def detach_sessions(uow: UnitOfWork, offering_id: UUID, session_ids: Collection[UUID]) -> None:
    row = models.OfferingSession
    mine = (row.organization_id == uow.organization_id, row.offering_id == offering_id)
    await uow.connection.execute(delete(row).where(*mine, row.session_id.in_(session_ids)))


async def add_instructors(uow: UnitOfWork, offering_id: UUID, ids: Collection[UUID], since: date | None) -> None:
    """Let these people teach the offering from the date on. None means from its first date on."""
    rows = [{"person_id": each, "starts_on": since} for each in sorted(ids)]
    await _add(uow, models.OfferingInstructor, offering_id, rows)


async def end_places(uow: UnitOfWork, offering_id: UUID, since: date, now: datetime) -> None:
    """End the enrollments in the offering on the day before, and delete those that would begin later. Makeups stay."""
    given = {"organization_id": uow.organization_id, "offering_id": offering_id, "since": since, "now": now}
    await uow.connection.execute(_END, given)


async def _ids(uow: UnitOfWork, statement: Any, offering_id: UUID) -> set[UUID]:
    given = {"organization_id": uow.organization_id, "offering_id": offering_id}
    return set((await uow.connection.execute(statement, given)).scalars())


async def _count(uow: UnitOfWork, statement: Any, ids: Collection[UUID]) -> int:
    return (await uow.connection.scalar(statement, {"organization_id": uow.organization_id, "ids": list(ids)})) or 0


async def _add(uow: UnitOfWork, model: type[Any], offering_id: UUID, rows: list[dict[str, Any]]) -> None:
    if rows:
        whole = {"organization_id": uow.organization_id, "offering_id": offering_id}
        await uow.connection.execute(insert(model), [whole | row for row in rows])
