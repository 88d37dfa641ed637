"""The occurrences of many timeslots over a range of dates, in the order in which they are listed (R2.8)."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from attendance.rules.calendar.timeslots import CALENDAR, DateSpan, OccurrenceKey, Schedule, Timeslot, dates, starts_at

MAX_DAYS = 366

# No time zone is further than a day from UTC, so a local date is at most a day away from the UTC date of its instant.
_ZONE_MARGIN = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """An occurrence's place in a listing: by start, then by offering name, then by ids, which make it unique.

    name -- the sort key of the offering's name (R3.2).
    """

    starts_at: datetime
    name: str
    timeslot_id: UUID
    held_on: date

    @property
    def key(self) -> OccurrenceKey:
        return OccurrenceKey(self.timeslot_id, self.held_on)


@dataclass(frozen=True, slots=True)
class ListedSlot:
    """A timeslot with everything that determines the place of its occurrences in a listing.

    name_key -- the sort key of the offering's name.
    only_on -- the only dates that are listed. None lists all dates of the timeslot.
    not_on -- dates that are not listed.
    offering_id -- separates the timeslots of several listings that are read together.
    """

    slot: Timeslot
    schedule: Schedule
    name_key: str
    zone: ZoneInfo
    only_on: frozenset[date] | None = None
    not_on: frozenset[date] = frozenset()
    offering_id: UUID | None = None

    def is_listed(self, on_date: date) -> bool:
        return on_date not in self.not_on and (self.only_on is None or on_date in self.only_on)


def range_refusal(from_on: date, to_on: date, *, most_days: int = MAX_DAYS) -> str | None:
    """Return why the inclusive range cannot be listed (R2.8, R8.9), or None when it can."""
    if from_on > to_on:
        return f"The range ends on {to_on}, before it starts on {from_on}."
    if from_on not in CALENDAR or to_on not in CALENDAR:
        return f"Only dates from {CALENDAR.starts_on} to {CALENDAR.ends_on} can be listed."
    if (days := (to_on - from_on).days + 1) > most_days:
        return f"The range has {days} days. A range can have at most {most_days} days."
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
    """Yield every occurrence in the range strictly between two positions, in listing order, or from the end of the
    range.

    The iterator is lazy. A page costs one date for each timeslot and one for each row, however long the range is.
    """
    between = bounds(within, after, before)
    runs = (_positions(listed, between, include_not_scheduled, backwards) for listed in slots)
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


def bounds(within: DateSpan, after: Position | None, before: Position | None) -> DateSpan:
    """Return the dates of the range on which an occurrence between the two positions can be held."""
    since = after.starts_at.date() - _ZONE_MARGIN if after else None
    until = before.starts_at.date() + _ZONE_MARGIN if before else None
    return within.clip(DateSpan(since, until))


def _positions(
    listed: ListedSlot, between: DateSpan, include_not_scheduled: bool, backwards: bool
) -> Iterator[Position]:
    name = listed.name_key
    if not include_not_scheduled:
        between = between.clip(_hull(listed.schedule.spans()))
    for on_date in dates(listed.slot, between, backwards=backwards):
        if listed.is_listed(on_date) and (include_not_scheduled or on_date in listed.schedule):
            yield Position(starts_at(listed.slot, on_date, listed.zone), name, listed.slot.id, on_date)


def _hull(spans: tuple[DateSpan, ...]) -> DateSpan:
    starts = [span.starts_on or date.min for span in spans]
    ends = [span.ends_on or date.max for span in spans]
    return DateSpan(min(starts, default=date.max), max(ends, default=date.min))
