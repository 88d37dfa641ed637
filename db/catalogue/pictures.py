"""Reads what decides when and where offerings meet, and who has a place in them, for comparing before and after
(R13.3).
"""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey, Timeslot
from attendance.rules.catalogue.meetings import Placed, Programme, Setting, SlotVersion
from db.calendar.occurrences import CLOSED, OFFERING_SESSIONS, series_of
from db.fragments import zone_of

# The slots are read with their rooms, which OFFERING_SLOTS leaves out.
_PROGRAMMES = text(f"""
SELECT o.id AS offering_id, o.name, o.kind, o.starts_on, o.ends_on, o.holds_from,
       (o.deleted_at AT TIME ZONE l.time_zone)::date AS deleted_on,
       slots.*, settings.*, sessions.*, formerly.*, closed.*, cancelled.*
FROM offering o
JOIN location l ON l.organization_id = o.organization_id AND l.id = o.location_id
CROSS JOIN LATERAL (
    SELECT array_agg(x.id) AS slot_ids, array_agg(x.weekday) AS slot_weekdays, array_agg(x.starts_on) AS slot_starts,
           array_agg(x.ends_on) AS slot_ends, array_agg(x.start_time) AS slot_times,
           array_agg(x.duration_minutes) AS slot_minutes, array_agg(x.room) AS slot_rooms
    FROM timeslot_version x
    WHERE x.organization_id = o.organization_id AND x.offering_id = o.id AND x.deleted_at IS NULL
) slots
CROSS JOIN LATERAL (
    SELECT array_agg(v.starts_on) AS setting_starts, array_agg(v.ends_on) AS setting_ends,
           array_agg(v.location_id) AS setting_locations,
           array_agg({zone_of("v", "h")}) AS setting_zones, array_agg(v.capacity) AS setting_capacities
    FROM offering_version v
    JOIN location h ON h.organization_id = v.organization_id AND h.id = v.location_id
    WHERE v.organization_id = o.organization_id AND v.offering_id = o.id
) settings
{OFFERING_SESSIONS}
{CLOSED.format(since="CAST(:since AS date)", until="CAST('infinity' AS date)")}
CROSS JOIN LATERAL (
    SELECT array_agg(y.timeslot_id) AS cancelled_ids, array_agg(y.held_on) AS cancelled_dates
    FROM timeslot z
    JOIN occurrence y ON y.organization_id = z.organization_id AND y.timeslot_id = z.id
    WHERE z.organization_id = o.organization_id AND z.offering_id = o.id AND y.cancelled_at IS NOT NULL
      AND y.held_on >= :since
) cancelled
WHERE o.organization_id = :organization_id AND o.id = ANY (CAST(:ids AS uuid[]))
ORDER BY o.id
""")  # noqa: S608 - constants

# A place that is held for somebody who waits is one of the places.
_PLACED = text("""
SELECT e.id, e.student_id, s.family_id, f.email, s.first_name, e.offering_id, e.timeslot_id,
       coalesce(h.starts_on, e.starts_on) AS starts_on, e.drop_on, e.type = 'WAITLIST' AND h.id IS NULL AS is_waiting
FROM enrollment e
LEFT JOIN place_offer h ON h.organization_id = e.organization_id AND h.enrollment_id = e.id AND h.state = 'OPEN'
JOIN student s ON s.organization_id = e.organization_id AND s.id = e.student_id
JOIN family f ON f.organization_id = s.organization_id AND f.id = s.family_id
WHERE e.organization_id = :organization_id AND e.offering_id = ANY (CAST(:ids AS uuid[])) AND e.deleted_at IS NULL
  AND (e.drop_on IS NULL OR e.drop_on >= :since)
ORDER BY e.id
""")

_RECORDED = text("""
SELECT DISTINCT m.timeslot_id, m.held_on
FROM mark m
JOIN timeslot t ON t.organization_id = m.organization_id AND t.id = m.timeslot_id
WHERE m.organization_id = :organization_id AND t.offering_id = ANY (CAST(:ids AS uuid[])) AND m.held_on >= :since
""")

_TOKENS = text("""
SELECT count(*) FROM makeup_token t
JOIN unnest(CAST(:timeslot_ids AS uuid[]), CAST(:dates AS date[])) AS k (timeslot_id, held_on)
    ON k.timeslot_id = t.timeslot_id AND k.held_on = t.held_on
WHERE t.organization_id = :organization_id AND t.deleted_at IS NULL AND t.revoked_at IS NULL
""")


async def read_programmes(
    connection: AsyncConnection, organization_id: UUID, offering_ids: Collection[UUID], *, since: date
) -> list[Programme]:
    """Return the offerings, including deleted ones, ordered by id.

    since -- closures and cancellations are read from this date on
    """
    given = {"organization_id": organization_id, "ids": list(offering_ids), "since": since}
    return [_programme(row) for row in await connection.execute(_PROGRAMMES, given)]


async def read_placed(
    connection: AsyncConnection, organization_id: UUID, offering_ids: Collection[UUID], *, since: date
) -> list[Placed]:
    """Return the enrollments in the offerings that do not end before the date, ordered by id."""
    given = {"organization_id": organization_id, "ids": list(offering_ids), "since": since}
    return [
        Placed(
            row.id,
            row.student_id,
            row.family_id,
            row.email,
            row.first_name,
            row.offering_id,
            row.timeslot_id,
            row.starts_on,
            row.drop_on,
            row.is_waiting,
        )
        for row in await connection.execute(_PLACED, given)
    ]


async def read_recorded(
    connection: AsyncConnection, organization_id: UUID, offering_ids: Collection[UUID], *, since: date
) -> set[OccurrenceKey]:
    """Return the occurrences of the offerings from the date on that have a mark."""
    given = {"organization_id": organization_id, "ids": list(offering_ids), "since": since}
    return {OccurrenceKey(row.timeslot_id, row.held_on) for row in await connection.execute(_RECORDED, given)}


async def count_tokens_of(connection: AsyncConnection, organization_id: UUID, keys: Collection[OccurrenceKey]) -> int:
    """Return how many makeup tokens that stand were issued for these occurrences."""
    given = {
        "organization_id": organization_id,
        "timeslot_ids": [key.timeslot_id for key in keys],
        "dates": [key.held_on for key in keys],
    }
    return (await connection.scalar(_TOKENS, given)) or 0


def _programme(row: Row[Any]) -> Programme:
    return Programme(
        row.offering_id,
        row.name,
        series_of(row, ()),
        tuple(_slot(*each) for each in _columns(row, "slot", _SLOT)),
        tuple(
            Setting(DateSpan(starts_on, ends_on), location_id, zone, capacity)
            for starts_on, ends_on, location_id, zone, capacity in _columns(row, "setting", _SETTING)
        ),
        row.deleted_on,
    )


_SLOT = ("ids", "times", "minutes", "weekdays", "starts", "ends", "rooms")
_SETTING = ("starts", "ends", "locations", "zones", "capacities")


def _slot(id_: UUID, start_time: Any, minutes: int, weekday: int | None, *rest: Any) -> SlotVersion:
    starts_on, ends_on, room = rest
    return SlotVersion(Timeslot(id_, start_time, minutes, weekday, DateSpan(starts_on, ends_on)), room)


def _columns(row: Row[Any], of: str, names: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Return the rows of parallel arrays. An aggregate over no rows is None."""
    columns = [getattr(row, f"{of}_{name}") for name in names]
    return list(zip(*columns, strict=True)) if columns[0] is not None else []
