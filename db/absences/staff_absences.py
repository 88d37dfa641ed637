"""Statements on staff absences (R9.9), and on the staff members whom actions on absences lock."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, insert, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.absences.substitutes import StaffAbsenceFacts
from attendance.rules.calendar.occurrences import PersonFacts
from attendance.rules.calendar.timeslots import DateSpan
from db import models
from db.unit_of_work import UnitOfWork

_ABSENCES = """
SELECT a.id, a.starts_on, a.ends_on, a.comment, a.recorded_at, p.id AS person_id, p.first_name, p.last_name,
       w.id AS recorder_id, w.first_name AS recorder_first_name, w.last_name AS recorder_last_name
FROM staff_absence a
JOIN person p ON p.organization_id = a.organization_id AND p.id = a.person_id
LEFT JOIN person w ON w.organization_id = a.organization_id AND w.id = a.recorded_by_id
WHERE a.organization_id = :organization_id
"""
_BY_ID = text(_ABSENCES + "  AND a.id = ANY (CAST(:ids AS uuid[]))")
_OF_PEOPLE = text("""
SELECT a.person_id, a.id, a.starts_on, a.ends_on FROM staff_absence a
WHERE a.organization_id = :organization_id AND a.person_id = ANY (CAST(:people AS uuid[]))
  AND a.starts_on <= :to_on AND a.ends_on >= :from_on
""")
_LISTED = text(
    _ABSENCES
    + """
  AND a.starts_on <= :to_on AND a.ends_on >= :from_on
  AND (CAST(:after_on AS date) IS NULL OR (a.starts_on, a.id) > (CAST(:after_on AS date), CAST(:after_id AS uuid)))
ORDER BY a.starts_on, a.id
LIMIT :limit
"""
)

_STAFF_HERE = """
SELECT p.id, p.first_name, p.last_name, nullif(btrim(p.email), '') AS email, p.ends_on FROM person p
WHERE p.organization_id = :organization_id AND p.id = ANY (CAST(:ids AS uuid[])) AND p.kind = 'STAFF'
  AND p.ended_at IS NULL
ORDER BY p.id
"""
_STAFF = text(_STAFF_HERE)
_STAFF_HELD = text(_STAFF_HERE + "FOR NO KEY UPDATE")


@dataclass(frozen=True, slots=True)
class LockedStaff:
    """A staff member. `email` is None when they have none. `ends_on`: the date of the planned end of the access, or
    None.
    """

    facts: PersonFacts
    email: str | None
    ends_on: date | None


async def lock_staff(uow: UnitOfWork, ids: Collection[UUID]) -> dict[UUID, LockedStaff]:
    """Lock the staff members and return them, without those who have left.

    This is the first lock of each action on absences and substitutes, after the idempotency key. The absent people and
    the substitutes are locked in the order of their ids.
    """
    return _staff(await uow.connection.execute(_STAFF_HELD, _given(uow.organization_id, ids)))


async def read_staff(
    connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID]
) -> dict[UUID, LockedStaff]:
    """Return the staff members without locking them. Those who have left are left out."""
    return _staff(await connection.execute(_STAFF, _given(organization_id, ids)))


async def absences_of(
    connection: AsyncConnection, organization_id: UUID, people: Collection[UUID], within: DateSpan
) -> dict[UUID, list[tuple[UUID, DateSpan]]]:
    """Return the ids and dates of absences that overlap the dates, by staff member."""
    given = {
        "organization_id": organization_id,
        "people": list(people),
        "from_on": within.starts_on,
        "to_on": within.ends_on,
    }
    found = await connection.execute(_OF_PEOPLE, given)
    known: dict[UUID, list[tuple[UUID, DateSpan]]] = defaultdict(list)
    for row in found:
        known[row.person_id].append((row.id, DateSpan(row.starts_on, row.ends_on)))
    return known


async def add_absence(uow: UnitOfWork, absence_id: UUID, person_id: UUID, span: DateSpan, **values: Any) -> None:
    """Add a staff absence.

    values -- comment, recorded_by_id and recorded_at.
    """
    await uow.connection.execute(
        insert(models.StaffAbsence).values(
            organization_id=uow.organization_id,
            id=absence_id,
            person_id=person_id,
            starts_on=span.starts_on,
            ends_on=span.ends_on,
            **values,
        )
    )


async def end_absence(uow: UnitOfWork, absence_id: UUID, last_on: date) -> None:
    absence = models.StaffAbsence
    await uow.connection.execute(
        update(absence)
        .where(absence.organization_id == uow.organization_id, absence.id == absence_id)
        .values(ends_on=last_on)
    )


async def delete_absence(uow: UnitOfWork, absence_id: UUID) -> None:
    absence = models.StaffAbsence
    await uow.connection.execute(
        delete(absence).where(absence.organization_id == uow.organization_id, absence.id == absence_id)
    )


async def read_absences(
    connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID]
) -> dict[UUID, StaffAbsenceFacts]:
    found = await connection.execute(_BY_ID, {"organization_id": organization_id, "ids": list(ids)})
    return {row.id: _absence(row) for row in found}


async def list_absences(
    connection: AsyncConnection,
    organization_id: UUID,
    within: DateSpan,
    *,
    after: tuple[date, UUID] | None,
    limit: int,
) -> list[StaffAbsenceFacts]:
    """Return the absences that overlap the dates, ordered by first date."""
    given = {
        "organization_id": organization_id,
        "from_on": within.starts_on,
        "to_on": within.ends_on,
        "after_on": after[0] if after else None,
        "after_id": after[1] if after else None,
        "limit": limit,
    }
    return [_absence(row) for row in await connection.execute(_LISTED, given)]


def _absence(row: Row[Any]) -> StaffAbsenceFacts:
    by = row.recorder_id and PersonFacts(row.recorder_id, row.recorder_first_name, row.recorder_last_name)
    recorded_at: datetime = row.recorded_at
    return StaffAbsenceFacts(
        row.id,
        PersonFacts(row.person_id, row.first_name, row.last_name),
        DateSpan(row.starts_on, row.ends_on),
        row.comment,
        by,
        recorded_at,
    )


def _given(organization_id: UUID, ids: Collection[UUID]) -> dict[str, Any]:
    return {"organization_id": organization_id, "ids": list(ids)}


def _staff(rows: Iterable[Row[Any]]) -> dict[UUID, LockedStaff]:
    return {
        row.id: LockedStaff(PersonFacts(row.id, row.first_name, row.last_name), row.email, row.ends_on) for row in rows
    }
