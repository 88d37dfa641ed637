"""When offerings meet: dates, instants, and the neighbours of an occurrence (R2.1 to R2.3, R2.7)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class DateSpan:
    """Calendar dates from `starts_on` to `ends_on`, both inclusive. None leaves that side open, as in a rolling
    session.
    """

    starts_on: date | None = None
    ends_on: date | None = None

    def __contains__(self, on_date: date) -> bool:
        return (self.starts_on is None or self.starts_on <= on_date) and (
            self.ends_on is None or on_date <= self.ends_on
        )

    def clip(self, other: "DateSpan") -> "DateSpan":
        """Return the dates that are in both spans. An empty result ends before it starts."""
        starts = [day for day in (self.starts_on, other.starts_on) if day is not None]
        ends = [day for day in (self.ends_on, other.ends_on) if day is not None]
        return DateSpan(max(starts, default=None), min(ends, default=None))


def bounded(span: DateSpan) -> tuple[date, date]:
    """Return the first and the last date. Raises ValueError when one side is open."""
    if span.starts_on is None or span.ends_on is None:
        raise ValueError("the dates are bounded on both sides")
    return span.starts_on, span.ends_on


# No occurrence is searched for outside these dates, so arithmetic with days and time zones never exceeds what a date
# can hold.
CALENDAR = DateSpan(date(1900, 1, 1), date(2999, 12, 31))


@dataclass(frozen=True, slots=True)
class Timeslot:
    """A time at which an offering meets.

    It meets on an ISO weekday (1 is Monday, 7 is Sunday; classes), on every date of a span (camps), on the only date of
    a span (appointments), or on a weekday within a span. A timeslot needs a weekday or a bounded span. A timeslot that
    was moved to another day or hour has several versions: values with the same id and spans that do not overlap
    (R2.10).

    start_time -- local wall time.
    duration_minutes -- elapsed time. A timeslot can run past midnight.
    """

    id: UUID
    start_time: time
    duration_minutes: int
    weekday: int | None = None
    span: DateSpan = DateSpan()

    def falls_on(self, on_date: date) -> bool:
        return on_date in self.span and (self.weekday is None or on_date.isoweekday() == self.weekday)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The dates on which an offering is scheduled to meet (R2.3): those within its own inclusive dates that are also
    within one of its sessions.

    sessions -- the sessions that are attached. None when none is attached: then only the offering's own dates count.
    """

    own: DateSpan = DateSpan()
    sessions: tuple[DateSpan, ...] | None = None

    def __contains__(self, on_date: date) -> bool:
        return on_date in self.own and (self.sessions is None or any(on_date in session for session in self.sessions))

    def spans(self) -> tuple[DateSpan, ...]:
        """Return spans whose union is the schedule. They can overlap, and some can be empty."""
        return (self.own,) if self.sessions is None else tuple(self.own.clip(each) for each in self.sessions)


class OccurrenceKey(NamedTuple):
    """The key of an occurrence (R2.2): a timeslot on one local date."""

    timeslot_id: UUID
    held_on: date


def latest_versions(slots: Iterable[Timeslot]) -> tuple[Timeslot, ...]:
    """Of each timeslot the version that holds last, in the order in which the timeslots come."""
    latest: dict[UUID, Timeslot] = {}
    for slot in slots:
        known = latest.get(slot.id)
        if known is None or (known.span.starts_on or date.min) < (slot.span.starts_on or date.min):
            latest[slot.id] = slot
    return tuple(latest.values())


def never(_: date) -> bool:
    return False


def starts_at(slot: Timeslot, on_date: date, zone: ZoneInfo) -> datetime:
    """Return the UTC instant of the slot's wall time on the date (R2.7).

    A time in a gap moves forward by the gap, and of an ambiguous time the first is meant: with fold=0, zoneinfo uses
    the offset from before the change in both cases.
    """
    return datetime.combine(on_date, slot.start_time, zone).astimezone(UTC)


@lru_cache(maxsize=1024)
def wall_offsets(zone: ZoneInfo, first: date, last: date) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """Return the zone's offsets from UTC for all wall times of the dates, as naive half-open intervals without gaps.

    A wall time minus its offset is the instant that `starts_at` gives. No zone changes its clock twice in a day.
    """
    found = []
    since = datetime.combine(first, time())
    for number in range((last - first).days + 1):
        midnight = datetime.combine(first, time()) + timedelta(number)
        until = midnight + timedelta(days=1)
        if _offset(zone, midnight) != _offset(zone, until):
            change = _change(zone, midnight, until)
            found.append((since, change, _offset(zone, midnight)))
            since = change
    end = datetime.combine(last, time()) + timedelta(days=1)
    return (*found, (since, end, _offset(zone, end - _MOMENT))) if since < end else tuple(found)


_MOMENT = timedelta(microseconds=1)


def _offset(zone: ZoneInfo, wall: datetime) -> timedelta:
    return wall.replace(tzinfo=zone).utcoffset() or timedelta()


def _change(zone: ZoneInfo, since: datetime, until: datetime) -> datetime:
    """Return the first wall time with the offset of `until`; at `since` there is another."""
    while until - since > _MOMENT:
        middle = since + (until - since) / 2
        since, until = (middle, until) if _offset(zone, middle) == _offset(zone, since) else (since, middle)
    return until


def ends_at(slot: Timeslot, on_date: date, zone: ZoneInfo) -> datetime:
    """Return the start plus the duration in elapsed time (R2.7)."""
    return starts_at(slot, on_date, zone) + timedelta(minutes=slot.duration_minutes)


def local_date(now: datetime, zone: ZoneInfo) -> date:
    return now.astimezone(zone).date()


def local_dates(now: datetime, zones: Iterable[ZoneInfo]) -> tuple[date, date]:
    """Return the earliest and the latest local date in the zones at this instant. Without zones, both are in UTC."""
    dates_now = [local_date(now, zone) for zone in zones] or [now.astimezone(UTC).date()]
    return min(dates_now), max(dates_now)


def dates(slot: Timeslot, within: DateSpan, *, backwards: bool = False) -> Iterator[date]:
    """Return the dates within the span on which the slot falls, scheduled or not, as a lazy iterator.

    The side from which the dates are counted must be bounded by the span or by the slot; otherwise ValueError is
    raised.
    """
    bounds = slot.span.clip(within)
    if (bounds.ends_on if backwards else bounds.starts_on) is None:
        raise ValueError("dates are counted from a bounded side")
    first = (bounds.starts_on or CALENDAR.starts_on or date.min).toordinal()
    last = (bounds.ends_on or CALENDAR.ends_on or date.max).toordinal()
    step = 1
    if slot.weekday is not None:
        # Ordinal 1 was a Monday, so an ordinal's remainder by 7 is its ISO weekday's.
        first += (slot.weekday - first) % 7
        last -= (last - slot.weekday) % 7
        step = 7
    days = range(last, first - 1, -step) if backwards else range(first, last + 1, step)
    return map(date.fromordinal, days)


def previous_date(
    slot: Timeslot, schedule: Schedule, until: date, is_passed_over: Callable[[date], bool] = never
) -> date | None:
    """Return the last scheduled date of the slot on or before `until` that is not passed over."""
    found = (
        next((day for day in dates(slot, span, backwards=True) if not is_passed_over(day)), None)
        for span in (span.clip(DateSpan(None, until)) for span in schedule.spans())
    )
    return max((day for day in found if day is not None), default=None)


def next_date(
    slot: Timeslot, schedule: Schedule, since: date, is_passed_over: Callable[[date], bool] = never
) -> date | None:
    """Return the first scheduled date of the slot on or after `since` that is not passed over."""
    found = (
        next((day for day in dates(slot, span) if not is_passed_over(day)), None)
        for span in (span.clip(DateSpan(since, None)) for span in schedule.spans())
    )
    return min((day for day in found if day is not None), default=None)
