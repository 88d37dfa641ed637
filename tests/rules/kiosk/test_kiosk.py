"""R5.2, R5.3, R11.2 as pure rules: windows, phone numbers, and why a kiosk checks nobody in."""

from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from attendance.rules.calendar.neighbours import Series
from attendance.rules.calendar.occurrences import LocationFacts, OccurrenceHead, OfferingFacts
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey, Schedule, Timeslot
from attendance.rules.kiosk.kiosk import (
    check_in_window,
    is_kiosks_day,
    no_check_in_reason,
    require_kiosk_open,
)
from attendance.rules.kiosk.kiosk_refusals import KioskReadOnly, OutsideCheckInWindow
from attendance.rules.marks.marks import MarkValue
from attendance.rules.organization.settings import KioskSettings
from attendance.rules.vocabulary import AttendanceStatus, NoCheckInReason, OfferingKind, Source

HERE = UUID(int=7)
MONDAY = date(2026, 11, 16)
ZONE = "America/Chicago"
MINUTE, MOMENT = timedelta(minutes=1), timedelta(microseconds=1)


def head(start: time = time(17), minutes: int = 45, *, ends_on: date | None = None) -> OccurrenceHead:
    slot = Timeslot(uuid4(), start, minutes, weekday=1)
    offering = OfferingFacts(
        uuid4(),
        OfferingKind.CLASS,
        "Swim 1",
        LocationFacts(HERE, "Main Street", ZONE),
        None,
        None,
        None,
        ends_on,
        sort_key="",
    )
    series = Series((slot,), Schedule(DateSpan(None, ends_on)), (), frozenset())
    return OccurrenceHead(
        OccurrenceKey(slot.id, MONDAY), offering, slot, None, False, series, (slot,), frozenset(), (), 0, None, "USD"
    )


def local(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo(ZONE))


STARTS = head().starts_at


@pytest.mark.parametrize(
    ("early", "late", "opens", "closes"),
    [(None, None, None, None), (30, None, -30, None), (None, 15, None, 15), (30, 15, -30, 15), (0, 0, 0, 0)],
)
def test_R5_3_each_window_is_on_or_off_by_itself(
    early: int | None, late: int | None, opens: int | None, closes: int | None
) -> None:
    window = check_in_window(KioskSettings(kiosk_early_minutes=early, kiosk_late_minutes=late), STARTS)
    assert window.opens_at == (None if opens is None else STARTS + opens * MINUTE)
    assert window.closes_at == (None if closes is None else STARTS + closes * MINUTE)


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (STARTS - 30 * MINUTE - MOMENT, NoCheckInReason.TOO_EARLY),
        (STARTS - 30 * MINUTE, None),
        (STARTS, None),
        (STARTS + 15 * MINUTE, None),
        (STARTS + 15 * MINUTE + MOMENT, NoCheckInReason.TOO_LATE),
    ],
)
def test_R5_3_the_window_holds_both_of_its_ends(now: datetime, reason: NoCheckInReason | None) -> None:
    settings = KioskSettings(kiosk_early_minutes=30, kiosk_late_minutes=15)
    assert no_check_in_reason(head(), None, settings, now) is reason
    if reason is None:
        require_kiosk_open(settings, STARTS, now)
        return
    with pytest.raises(OutsideCheckInWindow) as refused:
        require_kiosk_open(settings, STARTS, now)
    bounds = (refused.value.opens_at, refused.value.closes_at)
    assert bounds == (STARTS - 30 * MINUTE, STARTS + 15 * MINUTE)


def test_R5_3_read_only_checks_nobody_in_at_any_time() -> None:
    settings = KioskSettings(kiosk_read_only=True)
    with pytest.raises(KioskReadOnly):
        require_kiosk_open(settings, STARTS, STARTS)
    assert no_check_in_reason(head(), None, settings, STARTS) is NoCheckInReason.READ_ONLY


@pytest.mark.parametrize(
    ("status", "is_defaulted", "reason"),
    [
        (AttendanceStatus.PRESENT, False, NoCheckInReason.CHECKED_IN),
        (AttendanceStatus.TARDY_AND_LEFT_EARLY, False, NoCheckInReason.CHECKED_IN),
        (AttendanceStatus.ABSENT, False, None),
        (AttendanceStatus.ABSENT, True, None),
        (AttendanceStatus.EXCUSED_ABSENCE, True, None),
        (AttendanceStatus.EXCUSED_ABSENCE, False, NoCheckInReason.MARKED_BY_STAFF),
    ],
)
def test_R4_8_what_staff_marked_stands_save_absent(
    status: AttendanceStatus, is_defaulted: bool, reason: NoCheckInReason | None
) -> None:
    mark = MarkValue(status, None, is_defaulted, Source.SYSTEM if is_defaulted else Source.OFFICE)
    assert no_check_in_reason(head(), mark, KioskSettings(), STARTS) is reason


def test_what_does_not_take_place_is_named_first() -> None:
    over = head(ends_on=date(2026, 1, 1))
    mark = MarkValue(AttendanceStatus.PRESENT, None, False, Source.OFFICE)
    assert no_check_in_reason(over, mark, KioskSettings(kiosk_read_only=True), STARTS) is NoCheckInReason.NOT_HELD


@pytest.mark.parametrize(
    ("start", "minutes", "now", "is_near"),
    [
        (time(17), 45, local(16, 0), True),
        (time(17), 45, local(16, 23, 59), True),
        (time(17), 45, local(15, 23, 59), False),
        (time(17), 45, local(17, 0), False),
        (time(23, 30), 60, local(17, 0, 29), True),
        (time(23, 30), 60, local(17, 0, 30), False),
    ],
)
def test_R11_2_a_kiosk_reaches_its_day_and_what_runs_past_midnight(
    start: time, minutes: int, now: datetime, is_near: bool
) -> None:
    assert is_kiosks_day(head(start, minutes), HERE, now) is is_near
    assert not is_kiosks_day(head(start, minutes), UUID(int=8), now)
    assert not is_kiosks_day(head(start, minutes), None, now)
