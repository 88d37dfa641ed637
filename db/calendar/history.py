"""Changing the catalogue without changing the past (R2.10): what held is copied before it is changed.

Whoever changes offerings, their sessions, timeslots, instructors or locations asks `change_dates` from which date the
change may hold, calls `keep_what_held`, and then writes. Each function is one statement, and takes what runs it:
the importer has a connection of the driver, an action has one of SQLAlchemy.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, TypeAlias
from uuid import UUID

from db.fragments import closures_of, holds_on, zone_from

Fetch: TypeAlias = Callable[..., Awaitable[Sequence[Any]]]
"""`asyncpg.Connection.fetch` of some connection: a statement and its arguments, answered with rows."""

# Today at the location, or tomorrow when an occurrence of today has begun or has a mark: that one has taken place.
_CHANGE_DATES = f"""
SELECT o.id, n.today + CASE WHEN EXISTS (
    SELECT FROM timeslot_version t
    WHERE t.organization_id = o.organization_id AND t.offering_id = o.id AND t.deleted_at IS NULL
      AND (t.weekday IS NULL OR t.weekday = extract(isodow FROM n.today))
      AND {holds_on("t", "n.today")}
      AND ((n.today + t.start_time) AT TIME ZONE l.time_zone <= $3
           OR EXISTS (SELECT FROM mark m WHERE m.organization_id = t.organization_id AND m.timeslot_id = t.id
                      AND m.held_on = n.today))
) THEN 1 ELSE 0 END AS changes_on
FROM offering o
JOIN location l ON l.organization_id = o.organization_id AND l.id = o.location_id
CROSS JOIN LATERAL (SELECT ($3 AT TIME ZONE l.time_zone)::date AS today) n
WHERE o.organization_id = $1 AND o.id = ANY ($2)
"""  # noqa: S608 - a constant

# The parts see one state, in which nothing is copied yet. greatest and least pass over nulls.
_KEEP = f"""
WITH wanted AS (
    SELECT o.organization_id, o.id, o.kind, o.starts_on, o.ends_on, o.holds_from, o.location_id, o.program_id,
           o.capacity, {zone_from("o.holds_from", "l")} AS time_zone,
           k.changes_on, k.changes_on - 1 AS through_on
    FROM unnest($2::uuid[], $3::date[]) AS k (offering_id, changes_on)
    JOIN offering o ON o.organization_id = $1 AND o.id = k.offering_id
        AND (o.holds_from IS NULL OR o.holds_from < k.changes_on)
    JOIN location l ON l.organization_id = o.organization_id AND l.id = o.location_id
), span AS (
    SELECT w.id AS offering_id, greatest(s.starts_on, w.starts_on, w.holds_from) AS starts_on,
           least(s.ends_on, w.ends_on, w.through_on) AS ends_on, false AS is_closed
    FROM wanted w
    JOIN offering_session a ON a.organization_id = w.organization_id AND a.offering_id = w.id
    JOIN session s ON s.organization_id = a.organization_id AND s.id = a.session_id AND s.deleted_at IS NULL
    UNION
    SELECT w.id, greatest(w.starts_on, w.holds_from), least(w.ends_on, w.through_on), false
    FROM wanted w
    WHERE NOT EXISTS (SELECT FROM offering_session a
                      WHERE a.organization_id = w.organization_id AND a.offering_id = w.id)
    UNION
    SELECT w.id, greatest(c.starts_on, w.holds_from), least(c.ends_on, w.through_on), true
    FROM wanted w
    JOIN program p ON p.organization_id = w.organization_id AND p.id = w.program_id
    JOIN LATERAL {closures_of("p")} c
        ON (w.kind = 'CLASS' AND c.scope IN ('ATTENDANCE', 'BOTH') OR w.kind = 'APPOINTMENT' AND c.scope = 'BOTH')
), kept_schedule AS (
    INSERT INTO former_schedule (organization_id, id, offering_id, starts_on, ends_on, is_closed)
    SELECT $1, gen_random_uuid(), offering_id, starts_on, ends_on, is_closed FROM span
    WHERE starts_on IS NULL OR starts_on <= ends_on
), kept_offering AS (
    INSERT INTO former_offering (organization_id, offering_id, starts_on, ends_on, location_id, program_id, capacity,
                                 time_zone)
    SELECT $1, w.id, w.holds_from, w.through_on, w.location_id, w.program_id, w.capacity, w.time_zone FROM wanted w
)
UPDATE offering o SET holds_from = w.changes_on
FROM wanted w
WHERE o.organization_id = $1 AND o.id = w.id
"""  # noqa: S608 - a constant

# Offerings whose present version spans the date from which their location is planned to be in another zone, or their
# program to have another blackout schedule.
_SPANNING = """
SELECT o.id, c.changes_on FROM offering o
JOIN location l ON l.organization_id = o.organization_id AND l.id = o.location_id
LEFT JOIN program p ON p.organization_id = o.organization_id AND p.id = o.program_id
    AND p.blackout_schedule_from > $2::date
CROSS JOIN LATERAL (VALUES (l.next_zone_on), (p.blackout_schedule_from)) AS c (changes_on)
WHERE o.organization_id = $1 AND o.deleted_at IS NULL AND (o.holds_from IS NULL OR o.holds_from < c.changes_on)
  AND c.changes_on IS NOT NULL
ORDER BY c.changes_on DESC
"""

# A version that began on the date of the change itself, or later, was never met: it is replaced.
_MOVE = """
WITH wanted AS (
    SELECT t.id, t.offering_id, t.weekday AS old_weekday, t.start_time AS old_start, t.duration_minutes AS old_minutes,
           t.room AS old_room, t.starts_on AS old_starts_on, least(t.ends_on, k.changes_on - 1) AS old_ends_on,
           k.weekday, k.start_time, k.minutes, k.room, k.changes_on
    FROM unnest($2::uuid[], $3::date[], $4::integer[], $5::time[], $6::integer[], $7::text[])
        AS k (timeslot_id, changes_on, weekday, start_time, minutes, room)
    JOIN timeslot t ON t.organization_id = $1 AND t.id = k.timeslot_id
), kept AS (
    INSERT INTO former_timeslot (organization_id, timeslot_id, offering_id, starts_on, ends_on, weekday, start_time,
                                 duration_minutes, room)
    SELECT $1, w.id, w.offering_id, w.old_starts_on, w.old_ends_on, w.old_weekday, w.old_start, w.old_minutes,
           w.old_room
    FROM wanted w
    WHERE w.old_starts_on IS NULL OR w.old_starts_on <= w.old_ends_on
)
UPDATE timeslot t
SET weekday = w.weekday, start_time = w.start_time, duration_minutes = w.minutes, room = w.room,
    starts_on = greatest(w.old_starts_on, w.changes_on), ends_on = NULL, deleted_at = NULL
FROM wanted w
WHERE t.organization_id = $1 AND t.id = w.id
"""

_END = """
UPDATE timeslot t
SET ends_on = CASE WHEN t.starts_on >= k.changes_on THEN t.ends_on ELSE least(t.ends_on, k.changes_on - 1) END,
    deleted_at = CASE WHEN t.starts_on >= k.changes_on THEN $4::timestamptz END
FROM unnest($2::uuid[], $3::date[]) AS k (timeslot_id, changes_on)
WHERE t.organization_id = $1 AND t.id = k.timeslot_id AND t.deleted_at IS NULL
  AND (t.ends_on IS NULL OR t.ends_on >= k.changes_on)
"""

_LEAVE = """
WITH gone AS (
    DELETE FROM offering_instructor i
    USING unnest($2::uuid[], $3::uuid[], $4::date[]) AS k (offering_id, person_id, changes_on)
    WHERE i.organization_id = $1 AND i.offering_id = k.offering_id AND i.person_id = k.person_id
    RETURNING i.offering_id, i.person_id, i.starts_on, k.changes_on
), kept AS (
    INSERT INTO former_instructor (organization_id, offering_id, person_id, starts_on, ends_on)
    SELECT $1, g.offering_id, g.person_id, g.starts_on, g.changes_on - 1 FROM gone g
    WHERE g.starts_on IS NULL OR g.starts_on < g.changes_on
)
SELECT offering_id, person_id FROM gone
"""


@dataclass(frozen=True, slots=True)
class MovedTimeslot:
    """A weekly timeslot with the weekday (ISO), wall time, length and room that it has from a date on."""

    timeslot_id: UUID
    changes_on: date
    weekday: int
    start_time: time
    minutes: int
    room: str | None


async def change_dates(
    fetch: Fetch, organization_id: UUID, offering_ids: Collection[UUID], now: datetime
) -> dict[UUID, date]:
    """From which date on a change of each offering can hold without touching what has taken place.

    That is today at its location, or tomorrow when an occurrence of today has begun or has a mark. Offerings that do
    not exist are left out.
    """
    found = await fetch(_CHANGE_DATES, organization_id, list(offering_ids), now)
    return {row[0]: row[1] for row in found}


async def keep_what_held(fetch: Fetch, organization_id: UUID, dates: Mapping[UUID, date]) -> None:
    """Copy the schedule, closures, location, program, zone and capacity of offerings as they held until now.

    dates -- by offering, the date from which the rows of the catalogue speak afterwards. Dates for which they have
    been copied before stay as they were copied; calling it twice does nothing the second time.
    """
    await fetch(_KEEP, organization_id, list(dates), list(dates.values()))


async def keep_plans(fetch: Fetch, organization_id: UUID, now: datetime) -> None:
    """Let offerings be held in the planned zone of their location, and with the planned closures of their program, from
    the date of the plan on and not before.

    Whoever makes offerings, or gives them another location, program, timeslot or date, calls it afterwards: an offering
    that did not meet when the plan was made meets then.
    """
    # It is still yesterday at some location. Of two dates of an offering, the earlier one comes first.
    while spanning := await fetch(_SPANNING, organization_id, now.date() - timedelta(days=1)):
        await keep_what_held(fetch, organization_id, {row[0]: row[1] for row in spanning})


async def move_timeslots(fetch: Fetch, organization_id: UUID, moved: Sequence[MovedTimeslot]) -> None:
    """Give weekly timeslots another day, hour, length or room from a date on; their occurrences before it stay.

    A timeslot that had ended, or was deleted, meets again from that date on.
    """
    columns = zip(
        *((m.timeslot_id, m.changes_on, m.weekday, m.start_time, m.minutes, m.room) for m in moved), strict=True
    )
    if moved:
        await fetch(_MOVE, organization_id, *map(list, columns))


async def end_timeslots(fetch: Fetch, organization_id: UUID, dates: Mapping[UUID, date], now: datetime) -> None:
    """Let timeslots meet no more from a date on, by timeslot; one that had not begun by then is deleted."""
    await fetch(_END, organization_id, list(dates), list(dates.values()), now)


async def end_teaching(
    fetch: Fetch, organization_id: UUID, pairs: Collection[tuple[UUID, UUID]], dates: Mapping[UUID, date]
) -> int:
    """Let people (pairs of offering and person) teach offerings no more from a date on, by offering. Returns how many
    of the pairs did so until now.
    """
    given = [(offering, person, dates[offering]) for offering, person in pairs]
    gone = await fetch(
        _LEAVE, organization_id, [each[0] for each in given], [each[1] for each in given], [each[2] for each in given]
    )
    return len(gone)
