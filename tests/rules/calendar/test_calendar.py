"""R2.1 to R2.3 and R2.7: dates, schedules, instants."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

import pytest

from attendance.rules.calendar.timeslots import (
    DateSpan,
    Schedule,
    Timeslot,
    dates,
    ends_at,
    local_date,
    next_date,
    previous_date,
    starts_at,
    wall_offsets,
)

SLOT_ID = UUID(int=1)
MONDAY = date(2026, 11, 16)
CHICAGO, LONDON, LORD_HOWE = ZoneInfo("America/Chicago"), ZoneInfo("Europe/London"), ZoneInfo("Australia/Lord_Howe")
WEEK = timedelta(days=7)


def weekly(weekday: int = 1, start: time = time(17), minutes: int = 45) -> Timeslot:
    return Timeslot(SLOT_ID, start, minutes, weekday=weekday)


def on_dates(first: date, last: date, start: time = time(9), minutes: int = 60) -> Timeslot:
    return Timeslot(SLOT_ID, start, minutes, span=DateSpan(first, last))


@pytest.mark.parametrize(
    ("slot", "on_date", "expected"),
    [
        (weekly(1), MONDAY, True),
        (weekly(1), MONDAY + timedelta(1), False),
        (weekly(7), date(2026, 11, 22), True),
        (on_dates(MONDAY, MONDAY), MONDAY, True),
        (on_dates(MONDAY, MONDAY), MONDAY + timedelta(1), False),
        (on_dates(MONDAY, MONDAY + timedelta(4)), MONDAY + timedelta(4), True),
        (on_dates(MONDAY, MONDAY + timedelta(4)), MONDAY + timedelta(5), False),
        (on_dates(MONDAY, MONDAY + timedelta(4)), MONDAY - timedelta(1), False),
    ],
)
def test_R2_1_a_timeslot_falls_on_its_dates(slot: Timeslot, on_date: date, expected: bool) -> None:
    assert slot.falls_on(on_date) is expected


def test_R2_1_dates_of_a_weekday_forwards_and_backwards() -> None:
    span = DateSpan(date(2026, 11, 3), date(2026, 11, 29))
    mondays = [date(2026, 11, 9), MONDAY, date(2026, 11, 23)]
    assert list(dates(weekly(1), span)) == mondays
    assert list(dates(weekly(1), span, backwards=True)) == mondays[::-1]


@pytest.mark.parametrize("weekday", range(1, 8))
def test_R2_1_dates_agree_with_falls_on_whatever_the_bounds(weekday: int) -> None:
    slot = weekly(weekday)
    for first in range(8):
        for length in range(16):
            start = MONDAY + timedelta(first)
            days = [start + timedelta(each) for each in range(length)]
            span = DateSpan(start, start + timedelta(length - 1))
            expected = [day for day in days if slot.falls_on(day)]
            assert list(dates(slot, span)) == expected
            assert list(dates(slot, span, backwards=True)) == expected[::-1]


def test_R2_1_dates_of_a_camp_are_every_day_of_its_range_within_the_span() -> None:
    slot = on_dates(MONDAY, MONDAY + timedelta(4))
    assert list(dates(slot, DateSpan(MONDAY + timedelta(3), MONDAY + timedelta(9)))) == [
        MONDAY + timedelta(3),
        MONDAY + timedelta(4),
    ]


def test_R2_1_dates_without_an_end_are_lazy_and_without_a_start_refused() -> None:
    assert list(islice(dates(weekly(), DateSpan(MONDAY, None)), 2)) == [MONDAY, MONDAY + WEEK]
    with pytest.raises(ValueError, match="bounded"):
        next(dates(weekly(), DateSpan(None, MONDAY)))


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (Schedule(), True),
        (Schedule(own=DateSpan(MONDAY, MONDAY)), True),
        (Schedule(own=DateSpan(MONDAY + timedelta(1), None)), False),
        (Schedule(own=DateSpan(None, MONDAY - timedelta(1))), False),
        (Schedule(sessions=()), False),
        (Schedule(sessions=(DateSpan(date(2026, 9, 1), MONDAY),)), True),
        (Schedule(sessions=(DateSpan(date(2026, 9, 1), MONDAY - timedelta(1)),)), False),
        (Schedule(sessions=(DateSpan(date(2026, 9, 1), None),)), True),
        (Schedule(sessions=(DateSpan(date(2026, 1, 1), date(2026, 5, 1)), DateSpan(MONDAY, None))), True),
        (Schedule(own=DateSpan(None, MONDAY - timedelta(1)), sessions=(DateSpan(MONDAY, None),)), False),
    ],
    ids=[
        "nothing bounds it",
        "own dates inclusive",
        "before its own start",
        "after its own end",
        "its sessions are gone",
        "session's last day",
        "after the session",
        "rolling session",
        "second of two sessions",
        "in the session, outside its own dates",
    ],
)
def test_R2_3_scheduled(schedule: Schedule, expected: bool) -> None:
    assert (MONDAY in schedule) is expected


@pytest.mark.parametrize(
    ("zone", "on_date", "wall", "expected"),
    [
        (CHICAGO, date(2026, 11, 21), time(17), datetime(2026, 11, 21, 23, tzinfo=UTC)),
        (CHICAGO, date(2026, 7, 1), time(20), datetime(2026, 7, 2, 1, tzinfo=UTC)),
        # 02:00 to 03:00 does not exist on 8 March: 02:30 becomes 03:30 CDT.
        (CHICAGO, date(2026, 3, 8), time(2, 30), datetime(2026, 3, 8, 8, 30, tzinfo=UTC)),
        # 01:00 to 02:00 comes twice on 1 November: the first is CDT.
        (CHICAGO, date(2026, 11, 1), time(1, 30), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)),
        (LONDON, date(2026, 10, 25), time(1, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        # Lord Howe moves by half an hour: 02:15 becomes 02:45 (UTC+11).
        (LORD_HOWE, date(2026, 10, 4), time(2, 15), datetime(2026, 10, 3, 15, 45, tzinfo=UTC)),
    ],
    ids=["winter", "next day in UTC", "gap", "ambiguous", "ambiguous in London", "gap of half an hour"],
)
def test_R2_7_the_start_is_the_wall_time_in_the_zone(
    zone: ZoneInfo, on_date: date, wall: time, expected: datetime
) -> None:
    assert starts_at(weekly(start=wall), on_date, zone) == expected


def test_R2_7_the_end_is_elapsed_time_across_a_change_and_past_midnight() -> None:
    autumn = weekly(start=time(0, 30), minutes=120)
    assert ends_at(autumn, date(2026, 11, 1), CHICAGO).astimezone(CHICAGO).time() == time(1, 30)
    late = weekly(start=time(23, 30), minutes=60)
    assert ends_at(late, MONDAY, CHICAGO).astimezone(CHICAGO).date() == MONDAY + timedelta(1)


def test_R2_6_the_local_date_is_not_the_utc_date() -> None:
    now = datetime(2026, 11, 22, 3, tzinfo=UTC)
    assert (local_date(now, CHICAGO), local_date(now, LONDON)) == (date(2026, 11, 21), date(2026, 11, 22))


GAP = Schedule(sessions=(DateSpan(date(2025, 1, 1), date(2025, 3, 1)), DateSpan(date(2026, 9, 7), date(2026, 12, 6))))


def test_R3_4_previous_and_next_dates_cross_gaps_between_sessions() -> None:
    assert previous_date(weekly(), GAP, date(2026, 9, 6)) == date(2025, 2, 24)
    assert previous_date(weekly(), GAP, MONDAY) == MONDAY
    assert previous_date(weekly(), GAP, date(2024, 12, 31)) is None
    assert next_date(weekly(), GAP, date(2025, 2, 25)) == date(2026, 9, 7)
    assert next_date(weekly(), GAP, date(2026, 12, 1)) is None


def test_R3_4_previous_and_next_dates_pass_over_what_is_not_held() -> None:
    assert previous_date(weekly(), GAP, MONDAY, {MONDAY, MONDAY - WEEK}.__contains__) == MONDAY - 2 * WEEK
    assert next_date(weekly(), Schedule(), MONDAY, {MONDAY}.__contains__) == MONDAY + WEEK


def test_R2_7_offsets_of_wall_times_are_those_of_starts_at_in_every_zone() -> None:
    """Each quarter of an hour of the days on which a zone's clocks change within a year."""
    first, last = date(2026, 9, 1), date(2027, 9, 1)
    changes = 0
    for name in sorted(available_timezones()):
        zone = ZoneInfo(name)
        spans = wall_offsets(zone, first, last)
        assert (spans[0][0].date(), spans[-1][1].date()) == (first, last + timedelta(days=1))
        assert all(one[1] == next_one[0] for one, next_one in pairwise(spans))
        for since, _, _ in spans[1:]:
            changes += 1
            for quarter in range(24 * 4):
                wall = datetime.combine(since.date(), time()) + quarter * timedelta(minutes=15)
                (offset,) = [offset for from_, to, offset in spans if from_ <= wall < to]
                slot = Timeslot(UUID(int=1), wall.time(), 30, wall.isoweekday())
                assert (wall - offset).replace(tzinfo=UTC) == starts_at(slot, wall.date(), zone), (name, wall)
    assert changes > 100
