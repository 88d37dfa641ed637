"""Listings of occurrences (R2.8): the timeslots that a filter selects, a page of their dates, and what is recorded for
them.

PostgreSQL chooses the occurrences of a page (db/calendar/occurrence_positions.py). Only these are read, so a listing
takes the same two statements however long its page and its range are. Actions that need every occurrence of a range
read the timeslots instead and place their dates with attendance/rules/calendar/listings.py.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.listings import ListedSlot, Position
from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey, Timeslot, dates
from attendance.rules.roster.roster import AttendanceTally
from attendance.rules.vocabulary import AttendanceStatus
from db.calendar.listing_filter import ListingFilter, Window
from db.calendar.occurrence_positions import asked, positions, weekdays
from db.calendar.occurrences import KEYS, OFFERING_SESSIONS, head_of, heads_of, schedule_of
from db.driver import HotStatement
from db.fragments import on_sheet, zone_of
from db.listing import values
from db.names import searched
from pace import in_turns

_SLOTS = text(f"""
SELECT t.id, t.start_time, t.duration_minutes, t.weekday,
       greatest(t.starts_on, v.starts_on) AS slot_starts_on,
       least(t.ends_on, v.ends_on, (o.deleted_at AT TIME ZONE coalesce(v.time_zone, l.time_zone))::date)
           AS slot_ends_on,
       t.offering_id, o.sort_key, o.starts_on, o.ends_on, o.holds_from, {zone_of("v", "l")} AS time_zone,
       sessions.*, formerly.*, teachers.*, substitutions.*
FROM timeslot_version t
JOIN offering o ON o.organization_id = t.organization_id AND o.id = t.offering_id
JOIN offering_version v ON v.organization_id = o.organization_id AND v.offering_id = o.id
    AND (v.starts_on IS NULL OR v.starts_on <= :to_on) AND (v.ends_on IS NULL OR v.ends_on >= :from_on)
JOIN location l ON l.organization_id = v.organization_id AND l.id = v.location_id
{OFFERING_SESSIONS}
CROSS JOIN LATERAL (
    SELECT array_agg(i.person_id) AS teacher_ids, array_agg(i.starts_on) AS teacher_starts,
           array_agg(i.ends_on) AS teacher_ends
    FROM instructor_version i
    WHERE i.organization_id = o.organization_id AND i.offering_id = o.id
      AND i.person_id = ANY (CAST(:people AS uuid[]))
) teachers
CROSS JOIN LATERAL (
    SELECT array_agg(u.held_on) AS substituted_on, array_agg(u.absent_person_id) AS absent_ids,
           array_agg(u.substitute_id) AS substitute_ids
    FROM substitution u
    WHERE u.organization_id = t.organization_id AND u.timeslot_id = t.id
      AND u.held_on BETWEEN :from_on AND :to_on
      AND (u.absent_person_id = ANY (CAST(:people AS uuid[])) OR u.substitute_id = ANY (CAST(:people AS uuid[])))
) substitutions
WHERE t.organization_id = :organization_id AND t.deleted_at IS NULL
  AND (t.starts_on IS NULL OR t.starts_on <= :to_on) AND (t.ends_on IS NULL OR t.ends_on >= :from_on)
  AND (t.weekday IS NULL OR t.weekday = ANY (CAST(:weekdays AS integer[])))
  AND (CAST(:kinds AS text[]) IS NULL OR o.kind = ANY (:kinds))
  AND (CAST(:offering_ids AS uuid[]) IS NULL OR o.id = ANY (:offering_ids))
  AND (CAST(:location_ids AS uuid[]) IS NULL OR v.location_id = ANY (:location_ids))
  AND (CAST(:program_ids AS uuid[]) IS NULL OR v.program_id = ANY (:program_ids))
  AND (CAST(:search AS text) IS NULL OR strpos(o.search_key, :search) > 0)
""")  # noqa: S608 - constants


def _page(order: str) -> HotStatement:
    keys = f"""(SELECT timeslot_id, held_on,
             row_number() OVER (ORDER BY starts_at {order}, name {order}, timeslot_id {order}, held_on {order})
      FROM listed)"""  # noqa: S608 - constants
    return HotStatement(positions(order) + heads_of(keys))


_FORWARDS, _BACKWARDS = _page("ASC"), _page("DESC")


def tallies_of(keys: str) -> str:
    """Return the query for the tallies of a table expression with the columns timeslot_id and held_on. Its rows are for
    `tally_in`.
    """
    return f"""
SELECT k.timeslot_id, k.held_on, marked.statuses, marked.counts,
       (SELECT count(DISTINCT e.student_id)
        FROM enrollment e
        WHERE e.organization_id = t.organization_id AND e.offering_id = t.offering_id
          AND {on_sheet("e", "t.id", "k.held_on")}
          AND NOT EXISTS (SELECT FROM mark m
                          WHERE m.organization_id = e.organization_id AND m.timeslot_id = t.id
                            AND m.held_on = k.held_on AND m.student_id = e.student_id)) AS unmarked
FROM {keys} AS k (timeslot_id, held_on)
JOIN timeslot t ON t.organization_id = :organization_id AND t.id = k.timeslot_id
CROSS JOIN LATERAL (
    SELECT array_agg(n.status) AS statuses, array_agg(n.marks) AS counts
    FROM (SELECT m.status, count(*) AS marks FROM mark m
          WHERE m.organization_id = t.organization_id AND m.timeslot_id = t.id AND m.held_on = k.held_on
          GROUP BY m.status) n
) marked
"""  # noqa: S608 - a constant


_TALLIES = HotStatement(tallies_of(f"unnest({KEYS})"))
# Each is equal to its value. Going through an enumeration, and asking its members for their values, takes longer.
_STATUSES = tuple(AttendanceStatus)


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of occurrences in listing order. `has_more` says whether there are others beyond the far end of the
    window.
    """

    positions: tuple[Position, ...]
    heads: tuple[OccurrenceHead, ...]
    has_more: bool


async def list_occurrences(
    connection: AsyncConnection, organization_id: UUID, chosen: ListingFilter, window: Window
) -> Listing:
    """Return a page of occurrences, in two statements."""
    given = await asked(connection, organization_id, chosen, replace(window, limit=window.limit + 1))
    rows = await (_BACKWARDS if window.backwards else _FORWARDS).rows(connection, given)
    heads = [head async for row in in_turns(rows[: window.limit]) if (head := head_of(row)) is not None]
    if window.backwards:
        heads.reverse()
    return Listing(tuple(map(_position, heads)), tuple(heads), len(rows) > window.limit)


def _position(head: OccurrenceHead) -> Position:
    return Position(head.starts_at, head.offering.sort_key, head.key.timeslot_id, head.key.held_on)


async def read_tallies(
    connection: AsyncConnection, organization_id: UUID, keys: Collection[OccurrenceKey]
) -> dict[OccurrenceKey, AttendanceTally]:
    """Return the tallies of the occurrences' rosters (R2.9), in one statement and without reading the rosters."""
    found = await _TALLIES.rows(
        connection,
        {
            "organization_id": organization_id,
            "timeslot_ids": [key.timeslot_id for key in keys],
            "dates": [key.held_on for key in keys],
        },
    )
    return {OccurrenceKey(row.timeslot_id, row.held_on): tally_in(row) for row in found}


def tally_in(row: Row[Any]) -> AttendanceTally:
    counts = dict(zip(row.statuses or (), row.counts or (), strict=True))
    return AttendanceTally({status: counts.get(status, 0) for status in _STATUSES}, row.unmarked)


async def read_slots(connection: AsyncConnection, organization_id: UUID, chosen: ListingFilter) -> list[ListedSlot]:
    """Return the timeslots that the filter selects. The filter's attendance states are not considered."""
    people = set(chosen.instructor_ids or ()) | ({chosen.visible_to} if chosen.visible_to else set())
    found = await connection.execute(
        _SLOTS,
        {
            "organization_id": organization_id,
            "from_on": chosen.within.starts_on,
            "to_on": chosen.within.ends_on,
            "weekdays": weekdays(chosen.within),
            "kinds": values(chosen.kinds),
            "offering_ids": values(chosen.offering_ids),
            "location_ids": values(chosen.location_ids),
            "program_ids": values(chosen.program_ids),
            "search": searched(chosen.search),
            "people": list(people),
        },
    )
    slots = [_listed(row, chosen) async for row in in_turns(found)]
    return [slot for slot in slots if slot.only_on is None or slot.only_on]


def _listed(row: Row[Any], chosen: ListingFilter) -> ListedSlot:
    slot = Timeslot(
        row.id,
        row.start_time,
        row.duration_minutes,
        row.weekday,
        DateSpan(row.slot_starts_on, row.slot_ends_on),
    )
    only_on: frozenset[date] | None = None
    not_on: frozenset[date] = frozenset()
    if chosen.instructor_ids:
        only_on, not_on = _instructed(row, slot, chosen.within, chosen.instructor_ids)
    if chosen.visible_to:
        visible_on = _visible_on(row, slot, chosen.within, chosen.visible_to)
        if visible_on is not None:
            only_on = visible_on if only_on is None else only_on & visible_on
    return ListedSlot(slot, schedule_of(row), row.sort_key, ZoneInfo(row.time_zone), only_on, not_on, row.offering_id)


def _instructed(
    row: Row[Any], slot: Timeslot, within: DateSpan, instructor_ids: Collection[UUID]
) -> tuple[frozenset[date] | None, frozenset[date]]:
    """Return the dates on which at least one of the instructors teaches, with substitutes applied.

    The first set holds the only such dates; None means all dates. The second set holds dates to be left out of them.
    """
    substitutions = _substitutions(row)
    standing_in = frozenset(day for day, _, substitute in substitutions if substitute in instructor_ids)
    terms = [each for each in _terms(row) if each[0] in instructor_ids]
    if not terms:
        return standing_in, frozenset()
    away = [frozenset(day for day, absent, _ in substitutions if absent == teacher) for teacher, _ in terms]
    if all(_covers(span, within) for _, span in terms):
        return None, frozenset.intersection(*away) - standing_in
    taught = {
        day
        for (_, span), days_away in zip(terms, away, strict=True)
        for day in dates(slot, within.clip(span))
        if day not in days_away
    }
    return frozenset(taught) | standing_in, frozenset()


def _visible_on(row: Row[Any], slot: Timeslot, within: DateSpan, person_id: UUID) -> frozenset[date] | None:
    """The dates that somebody who sees only their own occurrences sees; None means all."""
    terms = [span for teacher, span in _terms(row) if teacher == person_id]
    if any(_covers(span, within) for span in terms):
        return None
    taught = frozenset(day for span in terms for day in dates(slot, within.clip(span)))
    return taught | {day for day, _, substitute in _substitutions(row) if substitute == person_id}


def _terms(row: Row[Any]) -> list[tuple[UUID, DateSpan]]:
    """The instructors in question, each with the dates over which they teach the offering."""
    if row.teacher_ids is None:
        return []
    spans = map(DateSpan, row.teacher_starts, row.teacher_ends)
    return list(zip(row.teacher_ids, spans, strict=True))


def _covers(span: DateSpan, within: DateSpan) -> bool:
    return span.clip(within) == within


def _substitutions(row: Row[Any]) -> list[tuple[date, UUID, UUID | None]]:
    if row.substituted_on is None:
        return []
    return list(zip(row.substituted_on, row.absent_ids, row.substitute_ids, strict=True))
