"""Statements with which actions read and write enrollments. Rosters and students are read elsewhere."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.absences.expected_absences import ExpectedAbsence
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey
from attendance.rules.enrollments.places import held
from attendance.rules.roster.roster import RosterEnrollment
from attendance.rules.vocabulary import EnrollmentEnd, EnrollmentType
from db import models
from db.fragments import found_by
from db.ids import new_id
from db.unit_of_work import UnitOfWork

_COLUMNS = """
e.id, e.student_id, e.offering_id, e.type, e.starts_on, e.drop_on, e.timeslot_id, e.end_cause, e.deleted_at
"""
_BY_ID = text(f"""
SELECT {_COLUMNS} FROM enrollment e WHERE e.organization_id = :organization_id AND e.id = :id
""")  # noqa: S608 - a constant
_HAS_TRANSFER = text("""
SELECT EXISTS (
    SELECT FROM enrollment e WHERE e.organization_id = :organization_id AND e.transferred_from_id = :id
)
""")
_IS_ENROLLABLE = text("""
SELECT EXISTS (
    SELECT FROM student s WHERE s.organization_id = :organization_id AND s.id = :id AND s.deleted_at IS NULL
)
""")
_PLACES_IN = text(f"""
SELECT {_COLUMNS}, h.starts_on AS held_from FROM enrollment e
LEFT JOIN {found_by("place_offer", "place_offer.enrollment_id = e.id AND e.type = 'WAITLIST'")} h
    ON h.state = 'OPEN' AND h.holds_until > :now
WHERE e.organization_id = :organization_id AND e.offering_id = :offering_id AND e.deleted_at IS NULL
  AND (e.drop_on IS NULL OR e.drop_on >= :since) AND (CAST(:until AS date) IS NULL OR e.starts_on <= :until)
""")  # noqa: S608 - a constant
_ABSENCES = text("""
SELECT a.student_id, a.starts_on, a.ends_on, a.is_excused, a.comment, a.window_starts, a.window_ends,
       ARRAY(SELECT x.enrollment_id FROM expected_absence_enrollment x
             WHERE x.organization_id = a.organization_id AND x.expected_absence_id = a.id) AS enrollment_ids
FROM expected_absence a
WHERE a.organization_id = :organization_id AND a.student_id = ANY (CAST(:student_ids AS uuid[]))
  AND a.state = 'APPROVED' AND a.ends_on >= :since AND (CAST(:until AS date) IS NULL OR a.starts_on <= :until)
""")
_MARKED = text("""
SELECT DISTINCT m.timeslot_id, m.held_on
FROM unnest(CAST(:timeslot_ids AS uuid[]), CAST(:dates AS date[])) AS k (timeslot_id, held_on)
JOIN mark m ON m.organization_id = :organization_id AND m.timeslot_id = k.timeslot_id AND m.held_on = k.held_on
ORDER BY m.timeslot_id, m.held_on
""")


async def find_enrollment(uow: UnitOfWork, enrollment_id: UUID) -> tuple[UUID, RosterEnrollment] | None:
    """Return the enrollment and the id of its offering, even when it is deleted, or None."""
    given = {"organization_id": uow.organization_id, "id": enrollment_id}
    row = (await uow.connection.execute(_BY_ID, given)).one_or_none()
    return None if row is None else (row.offering_id, enrollment_of(row))


async def has_transfer(uow: UnitOfWork, enrollment_id: UUID) -> bool:
    """Return whether the enrollment has already been transferred, even when the target is deleted."""
    given = {"organization_id": uow.organization_id, "id": enrollment_id}
    return bool(await uow.connection.scalar(_HAS_TRANSFER, given))


async def is_enrollable(uow: UnitOfWork, student_id: UUID) -> bool:
    """Return whether the student exists and is not deleted."""
    given = {"organization_id": uow.organization_id, "id": student_id}
    return bool(await uow.connection.scalar(_IS_ENROLLABLE, given))


async def read_places(
    connection: AsyncConnection,
    organization_id: UUID,
    offering_id: UUID,
    *,
    dates: DateSpan,
    now: datetime,
    for_student: UUID | None = None,
) -> list[RosterEnrollment]:
    """Return the offering's enrollments that cover one of the dates, including WAITLIST, without deleted ones, and the
    places that are held, each as the ACTIVE one that it would become.

    for_student -- the student for whom a place is looked for. Places that are held for this student are left out
    """
    given = {
        "organization_id": organization_id,
        "offering_id": offering_id,
        "since": dates.starts_on,
        "until": dates.ends_on,
        "now": now,
    }
    rows = (await connection.execute(_PLACES_IN, given)).all()
    holds = [
        held(enrollment_of(row), row.held_from)
        for row in rows
        if row.held_from is not None and row.student_id != for_student
    ]
    return [*(enrollment_of(row) for row in rows), *holds]


async def read_absences(
    connection: AsyncConnection,
    organization_id: UUID,
    student_ids: Collection[UUID],
    *,
    since: date,
    until: date | None,
) -> Mapping[UUID, Sequence[ExpectedAbsence]]:
    """Return the approved absences near these dates, by student."""
    given = {"organization_id": organization_id, "student_ids": list(student_ids), "since": since, "until": until}
    found: dict[UUID, list[ExpectedAbsence]] = defaultdict(list)
    for row in await connection.execute(_ABSENCES, given):
        chosen = frozenset(row.enrollment_ids) or None
        found[row.student_id].append(
            ExpectedAbsence(
                row.starts_on, row.ends_on, row.is_excused, row.comment, row.window_starts, row.window_ends, chosen
            )
        )
    return found


async def marked_among(uow: UnitOfWork, keys: Collection[OccurrenceKey]) -> list[OccurrenceKey]:
    """Return those of the occurrences that have a mark, in the order in which they are to be locked."""
    if not keys:
        return []
    given = {
        "organization_id": uow.organization_id,
        "timeslot_ids": [key.timeslot_id for key in keys],
        "dates": [key.held_on for key in keys],
    }
    return [OccurrenceKey(*row) for row in await uow.connection.execute(_MARKED, given)]


async def add_enrollment(
    uow: UnitOfWork,
    offering_id: UUID,
    student_id: UUID,
    *,
    type: EnrollmentType,
    starts_on: date,
    drop_on: date | None,
    timeslot_id: UUID | None,
    now: datetime,
    transferred_from_id: UUID | None = None,
) -> UUID:
    enrollment_id = new_id()
    await uow.connection.execute(
        insert(models.Enrollment).values(
            organization_id=uow.organization_id,
            id=enrollment_id,
            offering_id=offering_id,
            student_id=student_id,
            type=type,
            starts_on=starts_on,
            drop_on=drop_on,
            timeslot_id=timeslot_id,
            transferred_from_id=transferred_from_id,
            created_at=now,
        )
    )
    return enrollment_id


async def end_enrollment(uow: UnitOfWork, enrollment_id: UUID, drop_on: date, cause: EnrollmentEnd) -> None:
    await _change(uow, enrollment_id, drop_on=drop_on, end_cause=cause)


async def delete_enrollment(uow: UnitOfWork, enrollment_id: UUID, now: datetime) -> None:
    """Delete the enrollment softly, because marks still refer to it (R3.1)."""
    await _change(uow, enrollment_id, deleted_at=now)


async def _change(uow: UnitOfWork, enrollment_id: UUID, **values: object) -> None:
    table = models.Enrollment
    await uow.connection.execute(
        update(table).where(table.organization_id == uow.organization_id, table.id == enrollment_id).values(**values)
    )


def enrollment_of(row: Row[Any]) -> RosterEnrollment:
    """Return the enrollment from its own columns, without what only roll sheets show."""
    return RosterEnrollment(
        id=row.id,
        student_id=row.student_id,
        type=EnrollmentType(row.type),
        starts_on=row.starts_on,
        drop_on=row.drop_on,
        timeslot_id=row.timeslot_id,
        end_cause=EnrollmentEnd(row.end_cause) if row.end_cause else None,
        is_deleted=row.deleted_at is not None,
    )
