"""R2.8: the order of a listing, its pages, and its limits."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from attendance.rules.calendar import listings
from attendance.rules.calendar.listings import ListedSlot, Position, expand, range_refusal
from attendance.rules.calendar.timeslots import DateSpan, Schedule, Timeslot, starts_at
from db.names import sort_key

MONDAY = date(2026, 11, 16)
WEEK = DateSpan(MONDAY, MONDAY + timedelta(6))
CHICAGO, AUCKLAND = ZoneInfo("America/Chicago"), ZoneInfo("Pacific/Auckland")
ALWAYS = Schedule()


def listed(
    number: int,
    weekday: int,
    hour: int,
    *,
    name: str = "Swim",
    zone: ZoneInfo = CHICAGO,
    schedule: Schedule = ALWAYS,
) -> ListedSlot:
    return ListedSlot(Timeslot(UUID(int=number), time(hour), 60, weekday=weekday), schedule, sort_key(name), zone)


def numbers(positions: list[Position]) -> list[int]:
    return [position.timeslot_id.int for position in positions]


def expanded(slots: list[ListedSlot], within: DateSpan = WEEK, *, everything: bool = True) -> list[Position]:
    return list(expand(slots, within, include_not_scheduled=everything))


def test_R2_8_order_is_start_then_name_then_id() -> None:
    slots = [
        listed(4, 2, 9),
        listed(3, 1, 10, name="swim"),
        listed(2, 1, 10, name="Swim"),
        listed(1, 1, 10, name="Tennis"),
        listed(5, 1, 9, name="Tennis"),
    ]
    assert numbers(expanded(slots)) == [5, 3, 2, 1, 4]


def test_R2_8_the_start_is_an_instant_whatever_the_zone() -> None:
    slots = [listed(1, 1, 9), listed(2, 2, 2, zone=AUCKLAND), listed(3, 1, 23, zone=AUCKLAND)]
    # Auckland is 19 hours ahead of Chicago in November: its Tuesday 02:00 is Monday 07:00 in Chicago.
    assert numbers(expanded(slots)) == [3, 2, 1]


def test_R2_3_dates_outside_the_schedule_are_listed_or_left_out() -> None:
    october = Schedule(sessions=(DateSpan(date(2026, 10, 1), date(2026, 10, 31)),))
    none_left = Schedule(sessions=())
    slots = [listed(1, 1, 9), listed(2, 1, 10, schedule=october), listed(3, 1, 11, schedule=none_left)]
    assert numbers(expanded(slots, everything=True)) == [1, 2, 3]
    assert numbers(expanded(slots, everything=False)) == [1]


def test_R2_3_two_sessions_with_a_gap_are_listed_without_the_gap() -> None:
    days = [MONDAY + timedelta(7 * week) for week in range(4)]
    schedule = Schedule(sessions=(DateSpan(days[0], days[0]), DateSpan(days[2], None)))
    within = DateSpan(days[0], days[3])
    found = expanded([listed(1, 1, 9, schedule=schedule)], within, everything=False)
    assert [position.held_on for position in found] == [days[0], days[2], days[3]]


def test_R2_8_pages_forwards_and_backwards_meet_without_gap_or_repeat() -> None:
    slots = [
        listed(number, 1 + number % 7, 8 + number % 3, name=f"Class {number % 4}", zone=zone)
        for number, zone in enumerate([CHICAGO, AUCKLAND] * 12)
    ]
    within = DateSpan(MONDAY, MONDAY + timedelta(20))
    everything = expanded(slots, within)
    assert len(everything) == 72
    pages: list[Position] = []
    while page := list(
        islice(
            expand(slots, within, include_not_scheduled=True, after=pages[-1] if pages else None),
            7,
        )
    ):
        pages += page
    assert pages == everything
    backwards: list[Position] = []
    while page := list(
        islice(
            expand(
                slots,
                within,
                include_not_scheduled=True,
                before=backwards[-1] if backwards else None,
                backwards=True,
            ),
            7,
        )
    ):
        backwards += page
    assert backwards == everything[::-1]
    between = expand(slots, within, include_not_scheduled=True, after=everything[10], before=everything[20])
    assert list(between) == everything[11:20]
    between = expand(
        slots, within, include_not_scheduled=True, after=everything[10], before=everything[20], backwards=True
    )
    assert list(between) == everything[11:20][::-1]


@pytest.mark.parametrize(
    ("days", "refusal"),
    [
        (1, None),
        (366, None),
        (367, "The range has 367 days. A range can have at most 366 days."),
        (0, "The range ends on 2026-11-15, before it starts on 2026-11-16."),
    ],
)
def test_R2_8_a_range_over_366_days_is_refused(days: int, refusal: str | None) -> None:
    assert range_refusal(MONDAY, MONDAY + timedelta(days - 1)) == refusal


@pytest.mark.parametrize("day", [date.min, date.max])
def test_R2_8_dates_beyond_the_calendar_are_refused(day: date) -> None:
    assert range_refusal(day, day) == "Only dates from 1900-01-01 to 2999-12-31 can be listed."


YEAR = DateSpan(MONDAY, MONDAY + timedelta(365))


def test_R2_8_dates_that_are_not_listed_are_left_out() -> None:
    weeks = [MONDAY + timedelta(weeks=week) for week in range(53)]
    without = replace(listed(1, 1, 9), not_on=frozenset(weeks[:2]))
    assert [position.held_on for position in expanded([without], YEAR)] == weeks[2:]
    both = replace(without, only_on=frozenset(weeks[1:4]))
    assert [position.held_on for position in expanded([both], YEAR)] == weeks[2:4]


def test_R2_8_only_dates_that_are_listed_are_placed(monkeypatch: pytest.MonkeyPatch) -> None:
    placed: list[date] = []

    def place(slot: Timeslot, on_date: date, zone: ZoneInfo) -> datetime:
        placed.append(on_date)
        return starts_at(slot, on_date, zone)

    monkeypatch.setattr(listings, "starts_at", place)
    slots = [replace(listed(number, 1, 9), only_on=frozenset()) for number in range(2, 50)]
    assert len(expanded([replace(listed(1, 1, 9), only_on=frozenset({MONDAY})), *slots], YEAR)) == 1
    assert placed == [MONDAY]
