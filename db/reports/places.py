"""Enrollment and capacity of what is held around a date (R15.1)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from db.calendar.occurrence_positions import IS_SCHEDULED
from db.driver import HotStatement
from db.fragments import covers, holds_on, meets_at, takes_place
from db.listing import values

_PLACE = """(slot.sort_key, coalesce(slot.weekday, 0), CAST(slot.start_time AS text) COLLATE "C", slot.id)"""
_PLACES = HotStatement(f"""
WITH slot AS MATERIALIZED (
    SELECT t.id, t.offering_id, t.weekday, t.start_time, o.name, o.sort_key, v.capacity, v.location_id,
           o.starts_on AS own_starts_on, o.ends_on AS own_ends_on, o.holds_from
    FROM timeslot_version t
    JOIN offering o ON o.organization_id = :organization_id AND o.id = t.offering_id AND o.deleted_at IS NULL
    JOIN offering_version v ON v.organization_id = :organization_id AND v.offering_id = o.id
        AND {holds_on("v", ":on_date")}
    WHERE t.organization_id = :organization_id AND t.deleted_at IS NULL AND {holds_on("t", ":on_date")}
      AND (CAST(:offering_ids AS uuid[]) IS NULL OR o.id = ANY (:offering_ids))
      AND (CAST(:location_ids AS uuid[]) IS NULL OR v.location_id = ANY (:location_ids))
      AND (CAST(:program_ids AS uuid[]) IS NULL OR v.program_id = ANY (:program_ids))
), page AS MATERIALIZED (
    SELECT slot.* FROM slot
    WHERE {IS_SCHEDULED.format(day=":on_date")}
      AND (CAST(:after_name AS text) IS NULL
           OR {_PLACE} > (CAST(:after_name AS text) COLLATE "C", CAST(:after_weekday AS integer),
                          CAST(:after_start AS text), CAST(:after_id AS uuid)))
    ORDER BY slot.sort_key, coalesce(slot.weekday, 0), slot.start_time, slot.id
    LIMIT :limit
)
SELECT page.*, l.name AS location_name, counted.*
FROM page
JOIN location l ON l.organization_id = :organization_id AND l.id = page.location_id
CROSS JOIN LATERAL (
    SELECT count(DISTINCT e.student_id) FILTER (WHERE e.type = 'ACTIVE') AS active,
           count(DISTINCT e.student_id) FILTER (WHERE e.type = 'TRIAL') AS trial,
           count(DISTINCT e.student_id) FILTER (WHERE e.type IN ('MAKEUP', 'SINGLE_DAY')) AS for_one_day,
           count(DISTINCT e.student_id) FILTER (WHERE e.type <> 'WAITLIST') AS taken,
           count(DISTINCT e.student_id) FILTER (WHERE {takes_place("e", ":on_date", "CAST(:now AS timestamptz)")})
               AS occupied,
           count(DISTINCT e.student_id) FILTER (WHERE e.type = 'WAITLIST') AS waiting
    FROM enrollment e
    WHERE e.organization_id = :organization_id AND e.offering_id = page.offering_id AND e.deleted_at IS NULL
      AND {covers("e", ":on_date")} AND {meets_at("e", "page.id")}
) counted
ORDER BY page.sort_key, coalesce(page.weekday, 0), page.start_time, page.id
""")  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class PlacesFilter:
    """The date on which places are counted, and the offerings. None or an empty collection sets no condition.

    now -- places that are held until later than this are not free
    """

    on_date: date
    now: datetime
    offering_ids: Collection[UUID] | None = None
    location_ids: Collection[UUID] | None = None
    program_ids: Collection[UUID] | None = None


@dataclass(frozen=True, slots=True)
class PlacesRow:
    """The students of a timeslot by the type of their enrollments.

    weekday -- from 1, Monday, to 7; None when it meets every day.
    capacity -- how many places there are; None when they are unlimited.
    taken -- the students who have a place on the date, each once.
    held -- the students without a place for whom one is held.
    """

    timeslot_id: UUID
    offering_id: UUID
    name: str
    sort_key: str
    location_name: str
    weekday: int | None
    start_time: time
    capacity: int | None
    active: int
    trial: int
    for_one_day: int
    taken: int
    held: int
    waiting: int

    @property
    def free(self) -> int | None:
        return None if self.capacity is None else max(0, self.capacity - self.taken - self.held)

    @property
    def place(self) -> tuple[str, int, str, UUID]:
        return self.sort_key, self.weekday or 0, self.start_time.isoformat(), self.timeslot_id


async def read_places_report(
    connection: AsyncConnection,
    organization_id: UUID,
    chosen: PlacesFilter,
    *,
    after: Sequence[object] | None,
    limit: int,
) -> list[PlacesRow]:
    """Return the timeslots after a position, by class, weekday and time, in one statement."""
    names = ("after_name", "after_weekday", "after_start", "after_id")
    given = dict(zip(names, after or (None,) * len(names), strict=True)) | {
        "organization_id": organization_id,
        "on_date": chosen.on_date,
        "now": chosen.now,
        "offering_ids": values(chosen.offering_ids),
        "location_ids": values(chosen.location_ids),
        "program_ids": values(chosen.program_ids),
        "limit": limit,
    }
    return [
        PlacesRow(
            timeslot_id=row.id,
            offering_id=row.offering_id,
            name=row.name,
            sort_key=row.sort_key,
            location_name=row.location_name,
            weekday=row.weekday,
            start_time=row.start_time,
            capacity=row.capacity,
            active=row.active,
            trial=row.trial,
            for_one_day=row.for_one_day,
            taken=row.taken,
            held=row.occupied - row.taken,
            waiting=row.waiting,
        )
        for row in await _PLACES.rows(connection, given)
    ]
