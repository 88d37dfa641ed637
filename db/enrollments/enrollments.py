"""Statements with which actions read and write enrollments. Rosters and students are read elsewhere."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.absences.expected_absences import ExpectedAbsence
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.roster.roster import RosterEnrollment
from attendance.rules.vocabulary import EnrollmentEnd, EnrollmentType
from db import models
from db.fragments import gives_place
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
SELECT {_COLUMNS} FROM enrollment e
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
_PLACES_OF = text(f"""
WITH here AS MATERIALIZED (
    SELECT e.offering_id, e.timeslot_id, e.id, e.student_id, e.type, e.starts_on, e.drop_on, e.end_cause, e.deleted_at,
           count(*) OVER (PARTITION BY e.offering_id, e.student_id) = 1
           AND e.starts_on <= :since AND (e.drop_on IS NULL OR e.drop_on >= :until) AND e.student_id <> :student_id
           AND NOT EXISTS (SELECT FROM expected_absence a
                           WHERE a.organization_id = e.organization_id AND a.student_id = e.student_id
                             AND a.state = 'APPROVED' AND a.ends_on >= :since AND a.starts_on <= :day_after
                          ) AS is_steady
    FROM enrollment e
    JOIN offering o ON o.organization_id = e.organization_id AND o.id = e.offering_id
    WHERE e.organization_id = :organization_id AND e.offering_id = ANY (CAST(:offering_ids AS uuid[]))
      AND {gives_place("e")}
      AND e.starts_on <= :until AND (e.drop_on IS NULL OR e.drop_on >= :since)
      AND (o.capacity IS NOT NULL OR e.student_id = :student_id)
)
SELECT offering_id, timeslot_id, count(*) AS steady, NULL AS id, NULL AS student_id, NULL AS type, NULL AS starts_on,
       NULL AS drop_on, NULL AS end_cause, NULL AS deleted_at
FROM here WHERE is_steady GROUP BY offering_id, timeslot_id
UNION ALL
SELECT offering_id, timeslot_id, 0, id, student_id, type, starts_on, drop_on, end_cause, deleted_at
FROM here WHERE NOT is_steady
""")  # noqa: S608 - a constant
_MARKED = text("""
SELECT DISTINCT m.timeslot_id, m.held_on
FROM unnest(CAST(:timeslot_ids AS uuid[]), CAST(:dates AS date[])) AS k (timeslot_id, held_on)
JOIN mark m ON m.organization_id = :organization_id AND m.timeslot_id = k.timeslot_id AND m.held_on = k.held_on
ORDER BY m.timeslot_id, m.held_on
""")


@dataclass(frozen=True, slots=True)
class PlacesOf:
    """Who has a place in offerings over a range of dates. For an offering with unlimited places, only `moving` is
    filled, with the enrollments of the student who asks.

    steady -- by offering and timeslot (None means all timeslots), how many students have one enrollment that covers all
        of the dates, and no absence.
    moving -- the other enrollments, always including those of the student who asks.
    """

    steady: Mapping[tuple[UUID, UUID | None], int]
    moving: Mapping[UUID, Sequence[RosterEnrollment]]


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
    connection: AsyncConnection, organization_id: UUID, offering_id: UUID, *, since: date, until: date | None
) -> list[RosterEnrollment]:
    """Return the offering's enrollments that cover one of the dates, including WAITLIST, without deleted ones."""
    given = {"organization_id": organization_id, "offering_id": offering_id, "since": since, "until": until}
    return [enrollment_of(row) for row in await connection.execute(_PLACES_IN, given)]


async def read_places_of(
    connection: AsyncConnection,
    organization_id: UUID,
    offering_ids: Collection[UUID],
    student_id: UUID,
    *,
    since: date,
    until: date,
) -> PlacesOf:
    """Return the places, without deleted enrollments and WAITLIST. Nearly all places are steady, so they are only
    counted.
    """
    given = {
        "organization_id": organization_id,
        "offering_ids": list(offering_ids),
        "student_id": student_id,
        "since": since,
        "until": until,
        # An absence on the day after can cover an occurrence that runs past midnight.
        "day_after": until + timedelta(days=1),
    }
    steady: dict[tuple[UUID, UUID | None], int] = {}
    moving: dict[UUID, list[RosterEnrollment]] = defaultdict(list)
    for row in await connection.execute(_PLACES_OF, given):
        if row.id is None:
            steady[row.offering_id, row.timeslot_id] = row.steady
        else:
            moving[row.offering_id].append(enrollment_of(row))
    return PlacesOf(steady, moving)


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
