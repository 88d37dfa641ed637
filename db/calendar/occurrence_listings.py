"""Listings of occurrences (R2.8): the timeslots that a filter selects, a page of their dates, and what is recorded for
them.

The dates are computed in attendance/rules/calendar/listings.py. Only the occurrences on the page are read, so a listing
takes the same few statements however long its page and its range are.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.listings import ListedSlot, Position, expand, in_states
from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey, Timeslot, dates
from attendance.rules.roster.roster import AttendanceTally
from attendance.rules.vocabulary import AttendanceState, AttendanceStatus, OfferingKind
from db.calendar.occurrences import OFFERING_SESSIONS, read_heads, schedule_of
from db.driver import HotStatement
from db.fragments import on_sheet
from db.listing import values
from db.names import searched
from pace import in_turns

_SLOTS = text(f"""
SELECT t.id, t.start_time, t.duration_minutes, t.weekday,
       greatest(t.starts_on, v.starts_on) AS slot_starts_on,
       least(t.ends_on, v.ends_on, (o.deleted_at AT TIME ZONE coalesce(v.time_zone, l.time_zone))::date)
           AS slot_ends_on,
       t.offering_id, o.sort_key, o.starts_on, o.ends_on, o.holds_from, coalesce(v.time_zone, l.time_zone) AS time_zone,
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
  AND (CAST(:kinds AS text[]) IS NULL OR o.kind = ANY (:kinds))
  AND (CAST(:offering_ids AS uuid[]) IS NULL OR o.id = ANY (:offering_ids))
  AND (CAST(:location_ids AS uuid[]) IS NULL OR v.location_id = ANY (:location_ids))
  AND (CAST(:program_ids AS uuid[]) IS NULL OR v.program_id = ANY (:program_ids))
  AND (CAST(:search AS text) IS NULL OR strpos(o.search_key, :search) > 0)
""")  # noqa: S608 - constants

_TALLIES = HotStatement(f"""
SELECT k.timeslot_id, k.held_on, marked.statuses, marked.counts,
       (SELECT count(DISTINCT e.student_id)
        FROM enrollment e
        WHERE e.organization_id = t.organization_id AND e.offering_id = t.offering_id
          AND {on_sheet("e", "t.id", "k.held_on")}
          AND NOT EXISTS (SELECT FROM mark m
                          WHERE m.organization_id = e.organization_id AND m.timeslot_id = t.id
                            AND m.held_on = k.held_on AND m.student_id = e.student_id)) AS unmarked
FROM unnest(CAST(:timeslot_ids AS uuid[]), CAST(:dates AS date[])) AS k (timeslot_id, held_on)
JOIN timeslot t ON t.organization_id = :organization_id AND t.id = k.timeslot_id
CROSS JOIN LATERAL (
    SELECT array_agg(n.status) AS statuses, array_agg(n.marks) AS counts
    FROM (SELECT m.status, count(*) AS marks FROM mark m
          WHERE m.organization_id = t.organization_id AND m.timeslot_id = t.id AND m.held_on = k.held_on
          GROUP BY m.status) n
) marked
""")  # noqa: S608 - a constant


# The states of occurrences that have a mark. All others are NOT_TAKEN.
_STATES = text(f"""
SELECT k.timeslot_id, k.held_on,
       EXISTS (SELECT FROM enrollment e
               WHERE e.organization_id = t.organization_id AND e.offering_id = t.offering_id
                 AND {on_sheet("e", "t.id", "k.held_on")}
                 AND NOT EXISTS (SELECT FROM mark m
                                 WHERE m.organization_id = e.organization_id AND m.timeslot_id = t.id
                                   AND m.held_on = k.held_on AND m.student_id = e.student_id)) AS has_unmarked
FROM (SELECT DISTINCT m.timeslot_id, m.held_on FROM mark m
      WHERE m.organization_id = :organization_id AND m.timeslot_id = ANY (CAST(:timeslot_ids AS uuid[]))
        AND m.held_on BETWEEN :from_on AND :to_on) k
JOIN timeslot t ON t.organization_id = :organization_id AND t.id = k.timeslot_id
""")  # noqa: S608 - a constant


@dataclass(frozen=True, slots=True)
class ListingFilter:
    """A filter for occurrences. None or an empty collection sets no condition.

    search -- a text that the offering's name contains, as `db.names.search_key` compares.
    visible_to -- a person to whom the listing is restricted (section 11): only occurrences of the offerings that they
        teach, or at which they substitute, are listed.
    """

    within: DateSpan
    kinds: Collection[OfferingKind] | None = None
    offering_ids: Collection[UUID] | None = None
    location_ids: Collection[UUID] | None = None
    program_ids: Collection[UUID] | None = None
    instructor_ids: Collection[UUID] | None = None
    attendance_states: Collection[AttendanceState] | None = None
    search: str | None = None
    include_not_scheduled: bool = True
    visible_to: UUID | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A page: at most `limit` occurrences between two positions, counted from the end when `backwards` is true."""

    limit: int
    after: Position | None = None
    before: Position | None = None
    backwards: bool = False


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
    """Return a page of occurrences. It takes two statements, or three when the filter names attendance states."""
    slots = await read_slots(connection, organization_id, chosen)
    if chosen.attendance_states:
        states = await _read_states(connection, organization_id, slots, chosen.within)
        slots = in_states(slots, states, frozenset(chosen.attendance_states))
    positions = expand(
        slots,
        chosen.within,
        include_not_scheduled=chosen.include_not_scheduled,
        after=window.after,
        before=window.before,
        backwards=window.backwards,
    )
    page = list(islice(positions, window.limit + 1))
    shown = page[: window.limit]
    if window.backwards:
        shown.reverse()
    heads = await read_heads(connection, organization_id, [each.key for each in shown])
    return Listing(tuple(shown), tuple(heads), len(page) > window.limit)


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
    return {OccurrenceKey(row.timeslot_id, row.held_on): _tally(row) for row in found}


async def _read_states(
    connection: AsyncConnection, organization_id: UUID, slots: Iterable[ListedSlot], within: DateSpan
) -> dict[OccurrenceKey, AttendanceState]:
    """Return the states of the occurrences that have a mark."""
    found = await connection.execute(
        _STATES,
        {
            "organization_id": organization_id,
            "timeslot_ids": [listed.slot.id for listed in slots],
            "from_on": within.starts_on,
            "to_on": within.ends_on,
        },
    )
    partly, wholly = AttendanceState.IN_PROGRESS, AttendanceState.TAKEN
    return {OccurrenceKey(row.timeslot_id, row.held_on): partly if row.has_unmarked else wholly for row in found}


def _tally(row: Row[Any]) -> AttendanceTally:
    counts = dict(zip(row.statuses or (), row.counts or (), strict=True))
    return AttendanceTally({status: counts.get(status.value, 0) for status in AttendanceStatus}, row.unmarked)


async def read_slots(connection: AsyncConnection, organization_id: UUID, chosen: ListingFilter) -> list[ListedSlot]:
    """Return the timeslots that the filter selects. The filter's attendance states are not considered."""
    people = set(chosen.instructor_ids or ()) | ({chosen.visible_to} if chosen.visible_to else set())
    found = await connection.execute(
        _SLOTS,
        {
            "organization_id": organization_id,
            "from_on": chosen.within.starts_on,
            "to_on": chosen.within.ends_on,
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
    """The dates that somebody who sees only their own occurrences sees; None: all."""
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
