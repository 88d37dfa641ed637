"""R4.4: which occurrences a student's attendance lists, and what can be marked from it."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from uuid import UUID
from zoneinfo import ZoneInfo

from attendance.rules.calendar.listings import ListedSlot, Position
from attendance.rules.calendar.timeslots import DateSpan, Schedule, Timeslot
from attendance.rules.marks.student_attendance import COMING_DAYS, AttendanceRange, newest_first

CHICAGO = ZoneInfo("America/Chicago")
MONDAY = date(2026, 11, 16)
WEEK = timedelta(days=7)
EVENING = datetime(2026, 11, 17, 3, tzinfo=UTC)


def monday_slot(
    number: int = 1, *, since: date, until: date | None = None, hour: int = 17, **listed: object
) -> ListedSlot:
    slot = Timeslot(UUID(int=number), time(hour), 45, weekday=1, span=DateSpan(since, until))
    return ListedSlot(slot, Schedule(), "Swim", CHICAGO, **listed)  # type: ignore[arg-type]


def listed(*slots: ListedSlot, wanted: AttendanceRange = AttendanceRange.ALL, **more: object) -> list[date]:
    given = {"strays": (), "now": EVENING, **more}
    return [each.held_on for each in newest_first(slots, wanted=wanted, **given)]  # type: ignore[arg-type]


def test_R4_4_an_open_place_reaches_four_weeks_ahead_and_back_to_its_start() -> None:
    found = listed(monday_slot(since=MONDAY - 2 * WEEK))
    assert found == [MONDAY + n * WEEK for n in range(4, -3, -1)]
    assert found[0] - MONDAY == timedelta(COMING_DAYS)


def test_R4_4_a_place_for_centuries_costs_a_page() -> None:
    found = newest_first([monday_slot(since=date(1950, 1, 2))], (), AttendanceRange.PAST, now=EVENING)
    assert [each.held_on for each in islice(found, 2)] == [MONDAY, MONDAY - WEEK]


def test_R4_4_past_are_those_that_have_started() -> None:
    slots = monday_slot(1, since=MONDAY), monday_slot(2, since=MONDAY, hour=21)
    starts = datetime(2026, 11, 17, 3, tzinfo=UTC)
    for now, count in ((starts - timedelta(seconds=1), 1), (starts, 2)):
        found = newest_first(slots, (), AttendanceRange.PAST, now=now)
        assert len(list(found)) == count


def test_R4_4_an_occurrence_of_two_enrollments_comes_once() -> None:
    both = monday_slot(since=MONDAY - WEEK, until=MONDAY), monday_slot(since=MONDAY, until=MONDAY)
    assert listed(*both) == [MONDAY, MONDAY - WEEK]


def test_R4_4_strays_stand_in_their_places_and_pages_go_on_after_them() -> None:
    stray = Position(datetime(2026, 11, 4, tzinfo=UTC), "other", UUID(int=9), date(2026, 11, 3))
    slot = monday_slot(since=MONDAY - 2 * WEEK, until=MONDAY)
    assert listed(slot, strays=[stray]) == [MONDAY, MONDAY - WEEK, date(2026, 11, 3), MONDAY - 2 * WEEK]
    assert listed(slot, strays=[stray], before=stray) == [MONDAY - 2 * WEEK]


def test_R4_4_hidden_dates_are_left_out() -> None:
    slot = monday_slot(since=MONDAY - 2 * WEEK, until=MONDAY, not_on=frozenset({MONDAY - WEEK}))
    assert listed(slot) == [MONDAY, MONDAY - 2 * WEEK]
