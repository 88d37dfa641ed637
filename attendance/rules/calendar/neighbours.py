"""Which occurrences of an offering come just before and just after a given one. They decide what is a first or last
day (R3.4).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey, Schedule, Timeslot, next_date, previous_date

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The dates of the occurrences held just before and just after the anchor. Either can be the anchor's own date,
    when the offering meets twice on that day. None when there is no such occurrence.
    """

    previous_on: date | None
    next_on: date | None

    def is_first_since(self, starts_on: date) -> bool:
        return self.previous_on is None or self.previous_on < starts_on

    def is_last_until(self, drop_on: date) -> bool:
        return self.next_on is None or self.next_on > drop_on


@dataclass(frozen=True, slots=True)
class Series:
    """An offering's timeslots with everything that decides whether they meet: the schedule, the dates closed by a
    blackout, and the cancelled occurrences. Closed and cancelled occurrences are not held, so they are never a
    student's first or last day.
    """

    timeslots: tuple[Timeslot, ...]
    schedule: Schedule
    closed: tuple[DateSpan, ...] = ()
    cancelled: frozenset[OccurrenceKey] = frozenset()

    def is_closed(self, on_date: date) -> bool:
        return any(on_date in span for span in self.closed)

    def is_passed_over(self, slot: Timeslot, on_date: date) -> bool:
        return self.is_closed(on_date) or OccurrenceKey(slot.id, on_date) in self.cancelled


def neighbours(
    series: Series, anchor: Timeslot, held_on: date, timeslot_ids: Iterable[UUID | None]
) -> dict[UUID | None, Neighbours]:
    """Return the neighbours of the anchor's occurrence for each of the given timeslots.

    timeslot_ids -- what the enrollments of a roster attend. None stands for all timeslots of the offering.

    There is one search for each timeslot, not one for each row of a roster.
    """
    return {each: _around(series, anchor, held_on, each) for each in set(timeslot_ids)}


def _around(series: Series, anchor: Timeslot, held_on: date, timeslot_id: UUID | None) -> Neighbours:
    mine = [slot for slot in series.timeslots if timeslot_id is None or slot.id == timeslot_id]
    before = (_previous(series, slot, anchor, held_on) for slot in mine)
    after = (_next(series, slot, anchor, held_on) for slot in mine)
    return Neighbours(
        max((day for day in before if day is not None), default=None),
        min((day for day in after if day is not None), default=None),
    )


def _previous(series: Series, slot: Timeslot, anchor: Timeslot, held_on: date) -> date | None:
    is_earlier_that_day = (slot.start_time, slot.id) < (anchor.start_time, anchor.id)
    until = held_on if is_earlier_that_day else held_on - _DAY
    return previous_date(slot, series.schedule, until, partial(series.is_passed_over, slot))


def _next(series: Series, slot: Timeslot, anchor: Timeslot, held_on: date) -> date | None:
    is_later_that_day = (slot.start_time, slot.id) > (anchor.start_time, anchor.id)
    since = held_on if is_later_that_day else held_on + _DAY
    return next_date(slot, series.schedule, since, partial(series.is_passed_over, slot))
