"""The occurrences of many timeslots over a range of dates, in the order in which they are listed (R2.8)."""

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from attendance.rules.calendar.timeslots import CALENDAR, DateSpan, OccurrenceKey, Schedule, Timeslot, dates, starts_at
from attendance.rules.vocabulary import AttendanceState

MAX_DAYS = 366

# No zone is further than this from UTC, so a local date lies within a day of an instant's UTC date.
_ZONE_MARGIN = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """An occurrence's place in a listing: start, offering name (case aside), then ids to be unique."""

    starts_at: datetime
    name: str
    timeslot_id: UUID
    held_on: date

    @property
    def key(self) -> OccurrenceKey:
        return OccurrenceKey(self.timeslot_id, self.held_on)


@dataclass(frozen=True, slots=True)
class ListedSlot:
    """A timeslot with what places its occurrences in a listing. `only_on` None: all of its dates but
    `not_on` are listed. `offering_id` tells apart the slots of several listings that are read at once.
    """

    slot: Timeslot
    schedule: Schedule
    offering_name: str
    zone: ZoneInfo
    only_on: frozenset[date] | None = None
    not_on: frozenset[date] = frozenset()
    offering_id: UUID | None = None

    def is_listed(self, on_date: date) -> bool:
        return on_date not in self.not_on and (self.only_on is None or on_date in self.only_on)


def in_states(
    slots: Iterable[ListedSlot],
    states: Mapping[OccurrenceKey, AttendanceState],
    wanted: Collection[AttendanceState],
) -> list[ListedSlot]:
    """The slots with those of their dates alone whose attendance is in a wanted state; what is not in `states` is not
    taken. Told before the dates are placed: a search for the few that fit would place each date of the range.
    """
    with_marks: dict[UUID, set[date]] = defaultdict(set)
    fitting: dict[UUID, set[date]] = defaultdict(set)
    for key, state in states.items():
        with_marks[key.timeslot_id].add(key.held_on)
        if state in wanted:
            fitting[key.timeslot_id].add(key.held_on)
    if AttendanceState.NOT_TAKEN in wanted:
        return [
            replace(each, not_on=each.not_on | (with_marks[each.slot.id] - fitting[each.slot.id])) for each in slots
        ]
    return [
        replace(each, only_on=frozenset(day for day in fitting[each.slot.id] if each.is_listed(day))) for each in slots
    ]


def range_refusal(from_on: date, to_on: date, *, most_days: int = MAX_DAYS) -> str | None:
    """Why the inclusive range cannot be listed (R2.8, R8.9); None: it can."""
    if from_on > to_on:
        return f"The range ends ({to_on}) before it starts ({from_on})."
    if from_on not in CALENDAR or to_on not in CALENDAR:
        return f"Dates from {CALENDAR.starts_on} to {CALENDAR.ends_on} can be listed."
    if (days := (to_on - from_on).days + 1) > most_days:
        return f"The range is {days} days long; at most {most_days} days are listed at once."
    return None


def expand(
    slots: Iterable[ListedSlot],
    within: DateSpan,
    *,
    include_not_scheduled: bool,
    after: Position | None = None,
    before: Position | None = None,
    backwards: bool = False,
) -> Iterator[Position]:
    """Every occurrence in the range strictly between the two positions, in listing order (or from its end).
    Lazy: a page costs one date per timeslot and then one per row, however long the range is.
    """
    bounds = _bounds(within, after, before)
    runs = (_positions(listed, bounds, include_not_scheduled, backwards) for listed in slots)
    for position in heapq.merge(*runs, reverse=backwards):
        if after is not None and position <= after:
            if backwards:
                return
            continue
        if before is not None and position >= before:
            if not backwards:
                return
            continue
        yield position


def _bounds(within: DateSpan, after: Position | None, before: Position | None) -> DateSpan:
    since = after.starts_at.date() - _ZONE_MARGIN if after else None
    until = before.starts_at.date() + _ZONE_MARGIN if before else None
    return within.clip(DateSpan(since, until))


def _positions(
    listed: ListedSlot, bounds: DateSpan, include_not_scheduled: bool, backwards: bool
) -> Iterator[Position]:
    name = listed.offering_name.casefold()
    if not include_not_scheduled:
        bounds = bounds.clip(_hull(listed.schedule.spans()))
    for on_date in dates(listed.slot, bounds, backwards=backwards):
        if listed.is_listed(on_date) and (include_not_scheduled or on_date in listed.schedule):
            yield Position(starts_at(listed.slot, on_date, listed.zone), name, listed.slot.id, on_date)


def _hull(spans: tuple[DateSpan, ...]) -> DateSpan:
    starts = [span.starts_on or date.min for span in spans]
    ends = [span.ends_on or date.max for span in spans]
    return DateSpan(min(starts, default=date.max), max(ends, default=date.min))
