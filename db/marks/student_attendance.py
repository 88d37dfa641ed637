"""Statements that read where a student has or had a place, and occurrences at which only a mark remains (R4.4)."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.listings import Position
from attendance.rules.calendar.timeslots import DateSpan, Schedule, Timeslot, starts_at
from attendance.rules.marks.student_attendance import PlaceSlot
from db.fragments import found_by, gives_place, holds_on, meets_at, on_sheet, zone_of

_SLOT = f"""
       t.id, t.start_time, t.duration_minutes, t.weekday, greatest(t.starts_on, v.starts_on) AS slot_starts_on,
       least(t.ends_on, v.ends_on, (o.deleted_at AT TIME ZONE coalesce(v.time_zone, l.time_zone))::date)
           AS slot_ends_on,
       o.sort_key, {zone_of("v", "l")} AS time_zone
"""

_PLACES = text(f"""
SELECT e.student_id, greatest(e.starts_on, sight.starts_on) AS starts_on, least(e.drop_on, sight.ends_on) AS drop_on,
       least(e.drop_on, (o.deleted_at AT TIME ZONE coalesce(v.time_zone, l.time_zone))::date) AS place_ends_on,
       {_SLOT}, sight.is_wholly_visible,
       ARRAY(SELECT u.held_on FROM substitution u WHERE u.organization_id = t.organization_id
               AND u.timeslot_id = t.id AND u.substitute_id = :visible_to) AS substituted_on,
       ARRAY(SELECT c.held_on FROM occurrence c WHERE c.organization_id = t.organization_id AND c.timeslot_id = t.id
               AND c.cancelled_at IS NOT NULL AND NOT :with_cancelled) AS hidden_on
FROM unnest(CAST(:student_ids AS uuid[])) AS asked (id)
JOIN {found_by("enrollment", "enrollment.student_id = asked.id")} e ON {gives_place("e")}
JOIN {found_by("offering", "offering.id = e.offering_id")} o ON true
JOIN {found_by("offering_version", "offering_version.offering_id = o.id")} v ON true
JOIN location l ON l.organization_id = v.organization_id AND l.id = v.location_id
JOIN {found_by("timeslot_version", "timeslot_version.offering_id = o.id")} t ON t.deleted_at IS NULL
    AND {meets_at("e", "t.id")}
    AND (t.ends_on IS NULL OR v.starts_on IS NULL OR v.starts_on <= t.ends_on)
    AND (t.starts_on IS NULL OR v.ends_on IS NULL OR v.ends_on >= t.starts_on)
CROSS JOIN LATERAL (
    SELECT CAST(NULL AS date) AS starts_on, CAST(NULL AS date) AS ends_on,
           CAST(:visible_to AS uuid) IS NULL AS is_wholly_visible
    UNION ALL
    SELECT i.starts_on, i.ends_on, true
    FROM instructor_version i
    WHERE i.organization_id = o.organization_id AND i.offering_id = o.id AND i.person_id = :visible_to
) sight
""")  # noqa: S608 - a constant

_STRAYS = text(f"""
SELECT m.student_id, m.held_on, {_SLOT}
FROM unnest(CAST(:student_ids AS uuid[])) AS asked (id)
JOIN {found_by("mark", "mark.student_id = asked.id")} m ON true
JOIN {found_by("timeslot_version", "timeslot_version.id = m.timeslot_id")} t ON {holds_on("t", "m.held_on")}
JOIN {found_by("offering", "offering.id = t.offering_id")} o ON true
JOIN {found_by("offering_version", "offering_version.offering_id = o.id")} v ON {holds_on("v", "m.held_on")}
JOIN location l ON l.organization_id = v.organization_id AND l.id = v.location_id
WHERE (t.deleted_at IS NOT NULL
       OR m.held_on > (o.deleted_at AT TIME ZONE coalesce(v.time_zone, l.time_zone))::date
       OR NOT EXISTS (
      SELECT FROM enrollment e
      WHERE e.organization_id = m.organization_id AND e.student_id = m.student_id AND e.offering_id = o.id
        AND {on_sheet("e", "t.id", "m.held_on")}))
  AND (:with_cancelled OR NOT EXISTS (
      SELECT FROM occurrence c WHERE c.organization_id = m.organization_id AND c.timeslot_id = m.timeslot_id
        AND c.held_on = m.held_on AND c.cancelled_at IS NOT NULL))
  AND (CAST(:visible_to AS uuid) IS NULL
       OR EXISTS (SELECT FROM instructor_version i WHERE i.organization_id = o.organization_id
                  AND i.offering_id = o.id AND i.person_id = :visible_to
                  AND {holds_on("i", "m.held_on")})
       OR EXISTS (SELECT FROM substitution u WHERE u.organization_id = m.organization_id
                  AND u.timeslot_id = m.timeslot_id AND u.held_on = m.held_on AND u.substitute_id = :visible_to))
""")  # noqa: S608 - a constant


@dataclass(slots=True)
class StudentPlaces:
    """A student's occurrences, for attendance/rules/marks/student_attendance.py.

    slots -- the timeslots of each enrollment, clipped to its dates.
    strays -- the occurrences with a mark to which no enrollment leads any more.
    """

    slots: list[PlaceSlot] = field(default_factory=list)
    strays: list[Position] = field(default_factory=list)


async def read_student_places(
    connection: AsyncConnection,
    organization_id: UUID,
    student_ids: Collection[UUID],
    *,
    with_cancelled: bool,
    visible_to: UUID | None,
) -> dict[UUID, StudentPlaces]:
    """Return the places of each student, in two statements for all.

    with_cancelled -- whether cancelled occurrences are included.
    visible_to -- a person who sees only what they teach or substitute (section 11). None shows all.
    """
    given = {
        "organization_id": organization_id,
        "student_ids": list(set(student_ids)),
        "with_cancelled": with_cancelled,
        "visible_to": visible_to,
    }
    places = {student_id: StudentPlaces() for student_id in student_ids}
    for row in await connection.execute(_PLACES, given):
        places[row.student_id].slots.append(_listed(row))
    for row in await connection.execute(_STRAYS, given):
        places[row.student_id].strays.append(_position(row, row.held_on))
    return places


def _listed(row: Row[Any]) -> PlaceSlot:
    return PlaceSlot(
        _slot(row, DateSpan(row.starts_on, row.drop_on)),
        Schedule(),
        row.sort_key,
        ZoneInfo(row.time_zone),
        only_on=None if row.is_wholly_visible else frozenset(row.substituted_on),
        not_on=frozenset(row.hidden_on),
        place_ends_on=row.place_ends_on,
    )


def _position(row: Row[Any], held_on: date) -> Position:
    slot = _slot(row, DateSpan())
    return Position(starts_at(slot, held_on, ZoneInfo(row.time_zone)), row.sort_key, slot.id, held_on)


def _slot(row: Row[Any], within: DateSpan) -> Timeslot:
    span = DateSpan(row.slot_starts_on, row.slot_ends_on).clip(within)
    return Timeslot(row.id, row.start_time, row.duration_minutes, row.weekday, span)
