"""Statements that carry a class over to another session (R13.5)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text

from attendance.rules.catalogue.carrying import CarriedPlace, PlaceToCarry
from attendance.rules.vocabulary import EnrollmentType
from db import models
from db.ids import new_id
from db.unit_of_work import UnitOfWork

_OFFERINGS = text("""
SELECT o.id, o.name FROM offering o
JOIN offering_session a ON a.organization_id = o.organization_id AND a.offering_id = o.id
WHERE o.organization_id = :organization_id AND a.session_id = :session_id AND o.deleted_at IS NULL
  AND (CAST(:ids AS uuid[]) IS NULL OR o.id = ANY (:ids))
ORDER BY o.sort_key, o.id
""")
_MADE = text("""
SELECT c.made_offering_id, o.deleted_at IS NOT NULL OR o.ends_on < :on_date AS has_ended
FROM carried_offering c
JOIN offering o ON o.organization_id = c.organization_id AND o.id = c.made_offering_id
WHERE c.organization_id = :organization_id AND c.offering_id = :offering_id AND c.session_id = :session_id
""")
_STAFF = text("""
SELECT i.person_id FROM offering_instructor i
JOIN person p ON p.organization_id = i.organization_id AND p.id = i.person_id AND p.ended_at IS NULL
WHERE i.organization_id = :organization_id AND i.offering_id = :offering_id
""")
_PLACES = text("""
SELECT e.id, e.student_id, e.timeslot_id
FROM enrollment e
JOIN student s ON s.organization_id = e.organization_id AND s.id = e.student_id
    AND s.deleted_at IS NULL AND s.erased_at IS NULL
WHERE e.organization_id = :organization_id AND e.offering_id = :offering_id AND e.type = 'ACTIVE'
  AND e.deleted_at IS NULL AND e.starts_on <= :last_on AND (e.drop_on IS NULL OR e.drop_on >= :last_on)
  AND (e.end_cause IS NULL OR e.end_cause = 'SESSION_ENDED')
  AND NOT EXISTS (SELECT FROM carried_enrollment c WHERE c.organization_id = e.organization_id
                  AND c.enrollment_id = e.id AND c.session_id = :session_id)
ORDER BY e.starts_on, e.created_at, e.id
""")
_TAKEN = text("""
SELECT e.student_id, e.timeslot_id FROM enrollment e
WHERE e.organization_id = :organization_id AND e.offering_id = :offering_id AND e.deleted_at IS NULL
  AND (e.type IN ('ACTIVE', 'TRIAL') OR EXISTS (
      SELECT FROM place_offer h WHERE h.organization_id = e.organization_id AND h.enrollment_id = e.id
        AND h.state = 'OPEN' AND h.holds_until > :now))
  AND (e.drop_on IS NULL OR e.drop_on >= :since)
""")
_SLOTS = text("""
SELECT t.id, t.weekday, t.start_time, t.duration_minutes, t.room FROM timeslot t
WHERE t.organization_id = :organization_id AND t.offering_id = :offering_id AND t.deleted_at IS NULL
ORDER BY t.weekday, t.start_time, t.id
""")
_LAPSING = text("""
SELECT s.id FROM student s
WHERE s.organization_id = :organization_id AND s.id = ANY (CAST(:ids AS uuid[])) AND s.tokens_lapse_on IS NOT NULL
ORDER BY s.id
""")


@dataclass(frozen=True, slots=True)
class MadeBefore:
    """The class that was made of an offering when it was carried over before."""

    offering_id: UUID
    has_ended: bool


async def offerings_to_carry(uow: UnitOfWork, session_id: UUID, ids: Collection[UUID] | None) -> list[tuple[UUID, str]]:
    """Return the offerings of the session with their names, ordered by name. With `ids`, only these."""
    given = {"organization_id": uow.organization_id, "session_id": session_id, "ids": list(ids) if ids else None}
    return [(row.id, row.name) for row in await uow.connection.execute(_OFFERINGS, given)]


async def find_made(uow: UnitOfWork, offering_id: UUID, session_id: UUID, on_date: date) -> MadeBefore | None:
    """Return what was made of the offering for the session. `has_ended` tells whether that ended before the date."""
    given = {**_of(uow, offering_id), "session_id": session_id, "on_date": on_date}
    row = (await uow.connection.execute(_MADE, given)).one_or_none()
    return None if row is None else MadeBefore(row.made_offering_id, bool(row.has_ended))


async def remember_made(uow: UnitOfWork, offering_id: UUID, session_id: UUID, made_id: UUID) -> None:
    """Record what was made of the offering. The table's key refuses a second one."""
    values = {**_of(uow, offering_id), "session_id": session_id, "made_offering_id": made_id}
    await uow.connection.execute(insert(models.CarriedOffering).values(**values))


async def working_instructors(uow: UnitOfWork, offering_id: UUID) -> list[UUID]:
    """Return who teaches the offering and still works for the organization."""
    return list((await uow.connection.execute(_STAFF, _of(uow, offering_id))).scalars())


async def slots_of_made(uow: UnitOfWork, offering_id: UUID) -> list[Any]:
    """Return the timeslots of a class as rows."""
    return list(await uow.connection.execute(_SLOTS, _of(uow, offering_id)))


async def places_to_carry(uow: UnitOfWork, offering_id: UUID, session_id: UUID, last_on: date) -> list[PlaceToCarry]:
    """Return the ACTIVE enrollments that last until the date and were not carried over to the session before, the
    oldest first.
    """
    given = {**_of(uow, offering_id), "session_id": session_id, "last_on": last_on}
    return [PlaceToCarry(*row) for row in await uow.connection.execute(_PLACES, given)]


async def places_taken(
    uow: UnitOfWork, offering_id: UUID, since: date, now: datetime
) -> list[tuple[UUID, UUID | None]]:
    """Return the students who have a place in the offering from the date on, or for whom one is held, each with a
    timeslot, or None for all timeslots.
    """
    found = await uow.connection.execute(_TAKEN, {**_of(uow, offering_id), "since": since, "now": now})
    return [(row.student_id, row.timeslot_id) for row in found]


async def add_carried(
    uow: UnitOfWork, offering_id: UUID, session_id: UUID, places: Sequence[CarriedPlace], starts_on: date
) -> None:
    """Enroll these students in the offering from the date on, and record of which enrollment each is made."""
    if not places:
        return
    ids = [new_id() for _ in places]
    tenant = {"organization_id": uow.organization_id}
    rows = [
        {
            **tenant,
            "id": id_,
            "student_id": each.of.student_id,
            "offering_id": offering_id,
            "timeslot_id": each.timeslot_id,
            "type": EnrollmentType.ACTIVE,
            "starts_on": starts_on,
        }
        for id_, each in zip(ids, places, strict=True)
    ]
    await uow.connection.execute(insert(models.Enrollment), rows)
    links = [
        {
            **tenant,
            "enrollment_id": each.of.enrollment_id,
            "session_id": session_id,
            "made_enrollment_id": id_,
        }
        for id_, each in zip(ids, places, strict=True)
    ]
    await uow.connection.execute(insert(models.CarriedEnrollment), links)


async def students_with_lapsing_tokens(uow: UnitOfWork, student_ids: Collection[UUID]) -> list[UUID]:
    """Return those of the students whose makeup tokens are to lapse, ordered by id."""
    given = {"organization_id": uow.organization_id, "ids": list(student_ids)}
    return list((await uow.connection.execute(_LAPSING, given)).scalars())


def _of(uow: UnitOfWork, offering_id: UUID) -> dict[str, Any]:
    return {"organization_id": uow.organization_id, "offering_id": offering_id}
