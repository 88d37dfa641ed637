"""Reads the booked makeups from today on, and who is still on roll sheets without them (R8.6b)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Date, DateTime, Uuid

from attendance.rules.calendar.timeslots import OccurrenceKey
from db.fragments import on_sheet


@dataclass(frozen=True, slots=True)
class MakeupAhead:
    """A makeup that was booked with a token. `today` is the local date at the location of its class."""

    token_id: UUID
    student_id: UUID
    missed: OccurrenceKey | None
    key: OccurrenceKey
    today: date


_AHEAD = text("""
SELECT t.id, t.student_id, t.timeslot_id AS missed_id, t.held_on AS missed_on, e.timeslot_id, e.starts_on, n.today
FROM enrollment e
JOIN makeup_token t ON t.organization_id = e.organization_id AND t.makeup_enrollment_id = e.id
JOIN offering o ON o.organization_id = e.organization_id AND o.id = e.offering_id
JOIN location l ON l.organization_id = o.organization_id AND l.id = o.location_id
CROSS JOIN LATERAL (SELECT (:now AT TIME ZONE l.time_zone)::date AS today) n
WHERE e.organization_id = :organization_id AND e.type = 'MAKEUP' AND e.deleted_at IS NULL
  AND e.timeslot_id IS NOT NULL AND e.starts_on >= n.today
ORDER BY t.id
""").bindparams(bindparam("now", type_=DateTime(timezone=True)))

_STILL = text(
    f"""
SELECT k.timeslot_id, k.held_on, k.student_id
FROM unnest(:timeslot_ids, :dates, :student_ids) AS k (timeslot_id, held_on, student_id)
JOIN timeslot s ON s.organization_id = :organization_id AND s.id = k.timeslot_id
WHERE EXISTS (
    SELECT FROM enrollment e WHERE e.organization_id = s.organization_id AND e.offering_id = s.offering_id
        AND e.student_id = k.student_id AND {on_sheet("e", "k.timeslot_id", "k.held_on")})
   OR EXISTS (
    SELECT FROM mark m WHERE m.organization_id = s.organization_id AND m.timeslot_id = k.timeslot_id
        AND m.held_on = k.held_on AND m.student_id = k.student_id)
"""  # noqa: S608 - a constant
).bindparams(
    bindparam("timeslot_ids", type_=ARRAY(Uuid)),
    bindparam("dates", type_=ARRAY(Date)),
    bindparam("student_ids", type_=ARRAY(Uuid)),
)


async def makeups_ahead(connection: AsyncConnection, organization_id: UUID, now: datetime) -> list[MakeupAhead]:
    """Return the makeups of today and later, local to their classes, ordered by token."""
    found = await connection.execute(_AHEAD, {"organization_id": organization_id, "now": now})
    return [
        MakeupAhead(
            token_id=row.id,
            student_id=row.student_id,
            missed=None if row.missed_id is None else OccurrenceKey(row.missed_id, row.missed_on),
            key=OccurrenceKey(row.timeslot_id, row.starts_on),
            today=row.today,
        )
        for row in found
    ]


async def still_on_sheet(
    connection: AsyncConnection, organization_id: UUID, rows: Collection[tuple[OccurrenceKey, UUID]]
) -> set[tuple[OccurrenceKey, UUID]]:
    """Return those of the students who are on the roll sheets, subdued rows included (R3.1)."""
    given = {
        "organization_id": organization_id,
        "timeslot_ids": [key.timeslot_id for key, _ in rows],
        "dates": [key.held_on for key, _ in rows],
        "student_ids": [student_id for _, student_id in rows],
    }
    found = await connection.execute(_STILL, given)
    return {(OccurrenceKey(row.timeslot_id, row.held_on), row.student_id) for row in found}
