"""R3.4: the first and the last occurrence of an enrollment."""

from datetime import date, time, timedelta
from uuid import UUID

import pytest

from attendance.rules.calendar.neighbours import Neighbours, Series, neighbours
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey, Schedule, Timeslot

MONDAY = date(2026, 11, 16)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
SESSION = Schedule(sessions=(DateSpan(MONDAY - 2 * WEEK, MONDAY + 2 * WEEK),))
MORNING = Timeslot(UUID(int=1), time(9), 60, weekday=1)
EVENING = Timeslot(UUID(int=2), time(18), 60, weekday=1)
WEDNESDAY = Timeslot(UUID(int=3), time(9), 60, weekday=3)


def around(
    series: Series, anchor: Timeslot, held_on: date, timeslot_id: UUID | None
) -> tuple[date | None, date | None]:
    found = neighbours(series, anchor, held_on, [timeslot_id])[timeslot_id]
    return found.previous_on, found.next_on


@pytest.mark.parametrize(
    ("anchor", "held_on", "timeslot_id", "expected"),
    [
        (MORNING, MONDAY, MORNING.id, (MONDAY - WEEK, MONDAY + WEEK)),
        (MORNING, MONDAY, None, (MONDAY - 5 * DAY, MONDAY)),
        (EVENING, MONDAY, None, (MONDAY, MONDAY + 2 * DAY)),
        (MORNING, MONDAY - 2 * WEEK, MORNING.id, (None, MONDAY - WEEK)),
        (MORNING, MONDAY + 2 * WEEK, MORNING.id, (MONDAY + WEEK, None)),
        (EVENING, MONDAY + 2 * WEEK, None, (MONDAY + 2 * WEEK, None)),
    ],
    ids=["own slot", "whole offering, morning", "whole offering, evening", "first", "last", "last of the day"],
)
def test_R3_4_neighbours(
    anchor: Timeslot, held_on: date, timeslot_id: UUID | None, expected: tuple[date | None, date | None]
) -> None:
    series = Series((MORNING, EVENING, WEDNESDAY), SESSION)
    assert around(series, anchor, held_on, timeslot_id) == expected


def test_R3_4_closed_and_cancelled_occurrences_are_not_neighbours() -> None:
    series = Series(
        (MORNING, EVENING),
        SESSION,
        closed=(DateSpan(MONDAY - WEEK, MONDAY - WEEK),),
        cancelled=frozenset({OccurrenceKey(EVENING.id, MONDAY), OccurrenceKey(MORNING.id, MONDAY + WEEK)}),
    )
    assert around(series, MORNING, MONDAY, MORNING.id) == (MONDAY - 2 * WEEK, MONDAY + 2 * WEEK)
    assert around(series, MORNING, MONDAY, None) == (MONDAY - 2 * WEEK, MONDAY + WEEK)


def test_R3_4_an_anchor_that_is_no_longer_in_the_series_has_neighbours() -> None:
    assert around(Series((EVENING,), SESSION), MORNING, MONDAY, None) == (MONDAY - WEEK, MONDAY)


@pytest.mark.parametrize(
    ("previous_on", "starts_on", "expected"),
    [
        (None, MONDAY, True),
        (MONDAY - WEEK, MONDAY, True),
        (MONDAY - WEEK, MONDAY - WEEK + DAY, True),
        (MONDAY - WEEK, MONDAY - WEEK, False),
    ],
)
def test_R3_4_first_since_the_start(previous_on: date | None, starts_on: date, expected: bool) -> None:
    assert Neighbours(previous_on, None).is_first_since(starts_on) is expected


@pytest.mark.parametrize(
    ("next_on", "drop_on", "expected"),
    [
        (None, MONDAY, True),
        (MONDAY + WEEK, MONDAY + WEEK - DAY, True),
        (MONDAY + WEEK, MONDAY + WEEK, False),
    ],
)
def test_R3_4_last_until_the_drop(next_on: date | None, drop_on: date, expected: bool) -> None:
    assert Neighbours(None, next_on).is_last_until(drop_on) is expected
