"""Occurrences by key, with their offering and with the row in which changes are recorded, if there is one.

The statement is text because it is read with every roster, and walking its expression tree would cost more than running
it.
"""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.neighbours import Series
from attendance.rules.calendar.occurrences import (
    CancellationFacts,
    LocationFacts,
    OccurrenceHead,
    OfferingFacts,
    PersonFacts,
    ProgramFacts,
)
from attendance.rules.calendar.recordability import closing_scopes
from attendance.rules.calendar.timeslots import CALENDAR, DateSpan, OccurrenceKey, Schedule, Timeslot
from attendance.rules.vocabulary import OfferingKind
from db.driver import Beside, HotStatement
from db.fragments import found_by, holds_on, zone_of
from db.names import sort_key
from pace import in_turns

# Parts of statements that read a version v of offering o, with location l and program p. Their columns are read by
# offering_of, slots_of and schedule_of. What held before a change of the catalogue is in the versions (R2.10).
CURRENT_VERSION = """JOIN offering_version v ON v.organization_id = o.organization_id AND v.offering_id = o.id
    AND v.ends_on IS NULL"""
_COLUMNS = """o.id AS offering_id, o.kind, o.name, o.sort_key AS offering_sort_key,
       v.capacity, o.starts_on, o.ends_on, o.holds_from, o.min_age_months, o.max_age_months, o.gender,
       l.id AS location_id, l.name AS location_name, {zone} AS time_zone,
       p.id AS program_id, p.name AS program_name, p.deleted_at IS NOT NULL AS program_is_deleted"""
# The zone of an occurrence is that of its version. An offering by itself shows the zone that its location has now.
_COLUMNS_THEN = _COLUMNS.format(zone=zone_of("v", "l"))
OFFERING_COLUMNS = _COLUMNS.format(zone="l.time_zone")
OFFERING_SLOTS = """CROSS JOIN LATERAL (
    SELECT array_agg(x.id) AS slot_ids, array_agg(x.weekday) AS slot_weekdays,
           array_agg(x.starts_on) AS slot_starts, array_agg(x.ends_on) AS slot_ends,
           array_agg(x.start_time) AS slot_times, array_agg(x.duration_minutes) AS slot_minutes,
           array_agg(x.deleted_at IS NULL) AS slot_is_live
    FROM timeslot_version x WHERE x.organization_id = o.organization_id AND x.offering_id = o.id
) slots"""
OFFERING_SESSIONS = """CROSS JOIN LATERAL (
    SELECT count(*) AS sessions_attached,
           array_agg(s.starts_on) FILTER (WHERE s.deleted_at IS NULL) AS session_starts,
           array_agg(s.ends_on) FILTER (WHERE s.deleted_at IS NULL) AS session_ends
    FROM offering_session a
    JOIN session s ON s.organization_id = a.organization_id AND s.id = a.session_id
    WHERE a.organization_id = o.organization_id AND a.offering_id = o.id
) sessions
CROSS JOIN LATERAL (
    SELECT array_agg(f.starts_on) AS former_starts, array_agg(f.ends_on) AS former_ends
    FROM former_schedule f
    WHERE f.organization_id = o.organization_id AND f.offering_id = o.id AND NOT f.is_closed
) formerly"""
# For series_of: the dates on which offering o, in program p, was or is closed, from one date to another.
CLOSED = """CROSS JOIN LATERAL (
    SELECT array_agg(n.starts_on) AS closed_starts, array_agg(n.ends_on) AS closed_ends,
           array_agg(n.scope) AS closed_scopes
    FROM (SELECT greatest(b.starts_on, o.holds_from) AS starts_on, b.ends_on, b.scope
          FROM blackout_date b
          JOIN program r ON r.organization_id = b.organization_id AND r.blackout_schedule_id = b.blackout_schedule_id
          WHERE b.organization_id = o.organization_id AND r.id = o.program_id
            AND b.starts_on <= {until} AND b.ends_on >= {since}
            AND (o.holds_from IS NULL OR b.ends_on >= o.holds_from)
          UNION ALL
          SELECT f.starts_on, f.ends_on, NULL
          FROM former_schedule f
          WHERE f.organization_id = o.organization_id AND f.offering_id = o.id AND f.is_closed
            AND f.starts_on <= {until} AND f.ends_on >= {since}) n
) closed"""

_RECORDED = "occurrence.timeslot_id = k.timeslot_id AND occurrence.held_on = k.held_on"


def heads_of(keys: str) -> str:
    """Return the query for the occurrences of a table expression with the columns timeslot_id, held_on and place, in
    the order of their places. Its rows are for `head_of`.

    Cancellations and blackouts decide first and last days (R3.4). They are only read within some distance of the date.
    """
    return f"""
SELECT k.timeslot_id, k.held_on,
       t.room, t.deleted_at IS NOT NULL
           OR coalesce(k.held_on > (o.deleted_at AT TIME ZONE coalesce(v.time_zone, l.time_zone))::date, false)
           AS is_deleted,
       {_COLUMNS_THEN},
       g.currency,
       coalesce(c.revision, 0) AS revision, c.cancelled_at, c.cancellation_comment,
       w.id AS canceller_id, w.first_name AS canceller_first_name, w.last_name AS canceller_last_name,
       slots.*, sessions.*, formerly.*, closed.*, cancelled.*, teachers.*, instructors.*
FROM {keys} AS k (timeslot_id, held_on, place)
JOIN timeslot_version t ON t.organization_id = :organization_id AND t.id = k.timeslot_id
    AND {holds_on("t", "k.held_on")}
JOIN offering o ON o.organization_id = t.organization_id AND o.id = t.offering_id
JOIN offering_version v ON v.organization_id = o.organization_id AND v.offering_id = o.id
    AND {holds_on("v", "k.held_on")}
JOIN location l ON l.organization_id = v.organization_id AND l.id = v.location_id
JOIN organization g ON g.organization_id = o.organization_id
LEFT JOIN program p ON p.organization_id = v.organization_id AND p.id = v.program_id
LEFT JOIN {found_by("occurrence", _RECORDED)} c ON true
LEFT JOIN person w ON w.organization_id = c.organization_id AND w.id = c.cancelled_by_id
{OFFERING_SLOTS}
{OFFERING_SESSIONS}
{CLOSED.format(since="k.held_on - 400", until="k.held_on + 400")}
CROSS JOIN LATERAL (
    SELECT array_agg(y.timeslot_id) AS cancelled_ids, array_agg(y.held_on) AS cancelled_dates
    FROM timeslot z
    JOIN occurrence y ON y.organization_id = z.organization_id AND y.timeslot_id = z.id
    WHERE z.organization_id = o.organization_id AND z.offering_id = o.id AND y.cancelled_at IS NOT NULL
      AND y.held_on BETWEEN k.held_on - 200 AND k.held_on + 200
) cancelled
CROSS JOIN LATERAL (
    SELECT array_agg(i.person_id) AS teacher_ids
    FROM instructor_version i WHERE i.organization_id = o.organization_id AND i.offering_id = o.id
      AND {holds_on("i", "k.held_on")}
) teachers
CROSS JOIN LATERAL (
    SELECT array_agg(q.id) AS instructor_ids, array_agg(q.first_name) AS first_names,
           array_agg(q.last_name) AS last_names
    FROM (SELECT i.person_id FROM instructor_version i
          WHERE i.organization_id = o.organization_id AND i.offering_id = o.id
            AND {holds_on("i", "k.held_on")}
            AND NOT EXISTS (SELECT FROM substitution u WHERE u.organization_id = i.organization_id
                            AND u.timeslot_id = k.timeslot_id AND u.held_on = k.held_on
                            AND u.absent_person_id = i.person_id)
          UNION
          SELECT u.substitute_id FROM substitution u
          WHERE u.organization_id = o.organization_id AND u.timeslot_id = k.timeslot_id AND u.held_on = k.held_on
    ) there
    JOIN person q ON q.organization_id = o.organization_id AND q.id = there.person_id
) instructors
ORDER BY k.place
"""  # noqa: S608 - constants


# The driver takes several times as long for an array as for a value, so what reads one occurrence gives two values.
KEY = "CAST(:timeslot_id AS uuid), CAST(:held_on AS date)"
KEYS = "CAST(:timeslot_ids AS uuid[]), CAST(:dates AS date[])"
HEAD_QUERY, HEADS_QUERY = heads_of(f"(VALUES ({KEY}, 1))"), heads_of(f"unnest({KEYS}) WITH ORDINALITY")
_HEADS = HotStatement(HEADS_QUERY)


async def find_head(
    connection: AsyncConnection, organization_id: UUID, key: OccurrenceKey, read: Beside | None = None
) -> OccurrenceHead | None:
    """Return the occurrence, or None when the organization has no such timeslot or it does not fall on the date.

    read -- the query that `head_beside` returned for the key, in the same snapshot. The statement is executed unless
    this query has been executed.
    """
    if read is not None and read.rows is not None:
        return next((head for row in read.rows if (head := head_of(row)) is not None), None)
    heads = await read_heads(connection, organization_id, [key])
    return heads[0] if heads else None


def head_beside(key: OccurrenceKey) -> Beside | None:
    """Return the query of an occurrence, for statements of its organization; None when the date cannot be read."""
    if key.held_on not in CALENDAR:
        return None
    return Beside(HEADS_QUERY, {"timeslot_ids": [key.timeslot_id], "dates": [key.held_on]})


async def read_heads(
    connection: AsyncConnection, organization_id: UUID, keys: Iterable[OccurrenceKey]
) -> list[OccurrenceHead]:
    """Return the occurrences in the order of the keys, in one statement. Keys that denote no occurrence are left
    out.
    """
    possible = [key for key in keys if key.held_on in CALENDAR]
    if not possible:
        return []
    found = await _HEADS.rows(
        connection,
        {
            "organization_id": organization_id,
            "timeslot_ids": [key.timeslot_id for key in possible],
            "dates": [key.held_on for key in possible],
        },
    )
    return [head async for row in in_turns(found) if (head := head_of(row)) is not None]


def head_of(row: Row[Any]) -> OccurrenceHead | None:
    """Return the occurrence of a row, or None when its timeslot does not fall on the date."""
    slots = slots_of(row)
    own = next((slot for slot, _ in slots if slot.id == row.timeslot_id and slot.falls_on(row.held_on)), None)
    if own is None:
        return None
    instructors = [PersonFacts(*each) for each in _zip(row.instructor_ids, row.first_names, row.last_names)]
    return OccurrenceHead(
        key=OccurrenceKey(row.timeslot_id, row.held_on),
        offering=offering_of(row),
        slot=own,
        room=row.room,
        is_deleted=row.is_deleted,
        series=series_of(row, tuple(slot for slot, is_live in slots if is_live)),
        timeslots=tuple(slot for slot, _ in slots),
        teacher_ids=frozenset(row.teacher_ids or ()),
        instructors=tuple(sorted(instructors, key=_by_name)),
        revision=row.revision,
        cancellation=_cancellation(row),
        currency=row.currency,
    )


def _by_name(person: PersonFacts) -> tuple[str, UUID]:
    return sort_key(person.last_name, person.first_name), person.id


def slots_of(row: Row[Any]) -> list[tuple[Timeslot, bool]]:
    """Return the versions of the timeslots in a row's slot_ids, slot_times and so on, each with whether it is not
    deleted.
    """
    return [
        (Timeslot(slot_id, start_time, minutes, weekday, DateSpan(starts_on, ends_on)), is_live)
        for slot_id, start_time, minutes, weekday, starts_on, ends_on, is_live in _zip(
            row.slot_ids,
            row.slot_times,
            row.slot_minutes,
            row.slot_weekdays,
            row.slot_starts,
            row.slot_ends,
            row.slot_is_live,
        )
    ]


def series_of(row: Row[Any], live: tuple[Timeslot, ...]) -> Series:
    """Return the series from a row's kind, closed_starts and so on, cancelled_ids and cancelled_dates, and from the
    columns that `schedule_of` needs.
    """
    scopes = closing_scopes(OfferingKind(row.kind))
    closed = _zip(row.closed_starts, row.closed_ends, row.closed_scopes)
    return Series(
        timeslots=live,
        schedule=schedule_of(row),
        closed=tuple(DateSpan(first, last) for first, last, scope in closed if scope is None or scope in scopes),
        cancelled=frozenset(OccurrenceKey(*each) for each in _zip(row.cancelled_ids, row.cancelled_dates)),
    )


def schedule_of(row: Row[Any]) -> Schedule:
    """Return the schedule from a row's starts_on, ends_on and holds_from of the offering, sessions_attached,
    session_starts, session_ends, former_starts and former_ends.

    The former dates decide for dates before `holds_from`, and the others for later dates (R2.10).
    """
    sessions = tuple(DateSpan(*each) for each in _zip(row.session_starts, row.session_ends))
    current = Schedule(DateSpan(row.starts_on, row.ends_on), sessions if row.sessions_attached else None)
    if row.holds_from is None:
        return current
    since = DateSpan(row.holds_from)
    former = tuple(DateSpan(*each) for each in _zip(row.former_starts, row.former_ends))
    return Schedule(sessions=(*former, *(span.clip(since) for span in current.spans())))


def offering_of(row: Row[Any]) -> OfferingFacts:
    has_program = row.program_id is not None
    return OfferingFacts(
        id=row.offering_id,
        kind=OfferingKind(row.kind),
        name=row.name,
        location=LocationFacts(row.location_id, row.location_name, row.time_zone),
        program=ProgramFacts(row.program_id, row.program_name, row.program_is_deleted) if has_program else None,
        capacity=row.capacity,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        min_age_months=row.min_age_months,
        max_age_months=row.max_age_months,
        gender=row.gender,
        sort_key=row.offering_sort_key,
    )


def _cancellation(row: Row[Any]) -> CancellationFacts | None:
    if row.cancelled_at is None:
        return None
    by = row.canceller_id and PersonFacts(row.canceller_id, row.canceller_first_name, row.canceller_last_name)
    return CancellationFacts(row.cancelled_at, by, row.cancellation_comment)


def _zip(*columns: Sequence[Any] | None) -> Iterable[tuple[Any, ...]]:
    """Return the rows of parallel arrays. An aggregate over no rows is None and yields nothing."""
    return zip(*columns, strict=True) if columns[0] is not None else ()
