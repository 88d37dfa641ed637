"""R7.3, R7.1: the table of when an absence becomes a token, row by row, and the instants of the runs."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.rules.calendar import days
from attendance.rules.organization.settings import ClassSettings, OrganizationSettings, StaffPortalSettings
from attendance.rules.tokens.token_runs import AT_ONCE, NEVER, DueRun, TokenTiming, run_times, token_timing
from attendance.rules.vocabulary import OfferingKind, Source, TokenRunPhase

AFTER_CLASS, END_OF_DAY = TokenRunPhase.AFTER_CLASS, TokenRunPhase.END_OF_DAY
CHICAGO = ZoneInfo("America/Chicago")
TODAY = date(2026, 11, 18)
YESTERDAY, TOMORROW = TODAY - timedelta(days=1), TODAY + timedelta(days=1)
# A class of today, 16:00 to 17:00 in Chicago (UTC-6).
ENDS_AT = datetime(2026, 11, 18, 23, 0, tzinfo=UTC)
AFTER_CLASS_AT = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
END_OF_DAY_AT = datetime(2026, 11, 19, 5, 59, tzinfo=UTC)
DURING_CLASS = datetime(2026, 11, 18, 22, 10, tzinfo=UTC)
RUNS = (DueRun(AFTER_CLASS, AFTER_CLASS_AT), DueRun(END_OF_DAY, END_OF_DAY_AT))
DEFERRED = TokenTiming(creates_at_once=False, runs=RUNS)


def settings(*, office: bool = False, staff: bool = False) -> OrganizationSettings:
    return OrganizationSettings(
        classes=ClassSettings(office_check_in_mode=office),
        staff_portal=StaffPortalSettings(staff_check_in_mode=staff),
    )


def timing(
    source: Source,
    of: OrganizationSettings,
    *,
    held_on: date = TODAY,
    now: datetime = DURING_CLASS,
    kind: OfferingKind = OfferingKind.CLASS,
    runs: tuple[DueRun, DueRun] | None = None,
) -> TokenTiming:
    runs = runs or run_times(ENDS_AT + (held_on - TODAY), CHICAGO)
    return token_timing(source=source, kind=kind, settings=of, now=now, runs=runs)


#   mark recorded through, officeCheckInMode, staffCheckInMode, the occurrence's date, the token
R7_3 = [
    # kiosk: always deferred
    (Source.KIOSK, False, False, TODAY, DEFERRED),
    (Source.KIOSK, True, False, TODAY, DEFERRED),
    (Source.KIOSK, False, True, TODAY, DEFERRED),
    (Source.KIOSK, True, True, TODAY, DEFERRED),
    # Staff Portal, staffCheckInMode on: the same
    (Source.STAFF, False, True, TODAY, DEFERRED),
    (Source.STAFF, True, True, TODAY, DEFERRED),
    # Staff Portal, staffCheckInMode off: at once
    (Source.STAFF, False, False, TODAY, AT_ONCE),
    (Source.STAFF, True, False, TODAY, AT_ONCE),
    (Source.STAFF, False, False, YESTERDAY, AT_ONCE),
    # "The past-date row holds for the Staff Portal too."
    (Source.STAFF, False, True, YESTERDAY, AT_ONCE),
    (Source.STAFF, True, True, YESTERDAY, AT_ONCE),
    # Office Portal, officeCheckInMode on, today's occurrence: the same as the kiosk
    (Source.OFFICE, True, False, TODAY, DEFERRED),
    (Source.OFFICE, True, True, TODAY, DEFERRED),
    # Office Portal, officeCheckInMode on, occurrence on a past date: at once
    (Source.OFFICE, True, False, YESTERDAY, AT_ONCE),
    (Source.OFFICE, True, True, YESTERDAY, AT_ONCE),
    # Office Portal, officeCheckInMode off: at once
    (Source.OFFICE, False, False, TODAY, AT_ONCE),
    (Source.OFFICE, False, True, TODAY, AT_ONCE),
    (Source.OFFICE, False, True, YESTERDAY, AT_ONCE),
]


@pytest.mark.parametrize(("source", "office", "staff", "held_on", "expected"), R7_3)
def test_R7_3_table(source: Source, office: bool, staff: bool, held_on: date, expected: TokenTiming) -> None:
    assert timing(source, settings(office=office, staff=staff), held_on=held_on) == expected


def test_R7_3_past_dates_of_the_kiosk_and_of_defaults_are_deferred_all_the_same() -> None:
    for source, office, staff in product((Source.KIOSK, Source.SYSTEM), (False, True), (False, True)):
        made = timing(source, settings(office=office, staff=staff), held_on=YESTERDAY)
        assert made == TokenTiming(creates_at_once=False, runs=(DueRun(END_OF_DAY, END_OF_DAY_AT - timedelta(days=1)),))


def test_R7_3_guardians_set_no_marks() -> None:
    with pytest.raises(ValueError, match="guardians"):
        timing(Source.GUARDIAN, settings())


@pytest.mark.parametrize("kind", [OfferingKind.CAMP, OfferingKind.APPOINTMENT])
@pytest.mark.parametrize("source", [Source.OFFICE, Source.STAFF, Source.KIOSK, Source.SYSTEM])
def test_R7_1_camps_and_appointments_neither_create_nor_arm(kind: OfferingKind, source: Source) -> None:
    for office, staff, held_on in product((False, True), (False, True), (YESTERDAY, TODAY)):
        assert timing(source, settings(office=office, staff=staff), held_on=held_on, kind=kind) == NEVER


def test_R7_3_a_deferred_mark_after_the_thirty_minute_run_is_left_to_the_end_of_day_run() -> None:
    second = timedelta(seconds=1)
    only_end_of_day = TokenTiming(creates_at_once=False, runs=(RUNS[1],))
    of = settings()
    assert timing(Source.KIOSK, of, now=AFTER_CLASS_AT - second) == DEFERRED
    assert timing(Source.KIOSK, of, now=AFTER_CLASS_AT) == only_end_of_day
    assert timing(Source.KIOSK, of, now=END_OF_DAY_AT - second) == only_end_of_day


def test_R7_3_a_deferred_mark_after_both_runs_arms_the_end_of_day_run_again_due_at_once() -> None:
    for late in (timedelta(0), timedelta(seconds=30), timedelta(days=2)):
        made = timing(Source.KIOSK, settings(), now=END_OF_DAY_AT + late)
        assert made == TokenTiming(creates_at_once=False, runs=(RUNS[1],))
        assert made.runs[0].due_at <= END_OF_DAY_AT + late


MIDNIGHT = datetime(2026, 11, 19, 6, 0, tzinfo=UTC)
NIGHTS = [
    # the end of a class of today (Wednesday the 18th), the end of its day
    (MIDNIGHT - timedelta(minutes=1), END_OF_DAY_AT),
    (MIDNIGHT, END_OF_DAY_AT + timedelta(days=1)),
    (MIDNIGHT + timedelta(hours=1), END_OF_DAY_AT + timedelta(days=1)),  # from 23:00 to 01:00
    (MIDNIGHT + timedelta(hours=23, minutes=58), END_OF_DAY_AT + timedelta(days=1)),
    (MIDNIGHT + timedelta(hours=24), END_OF_DAY_AT + timedelta(days=2)),
]


@pytest.mark.parametrize(("ends_at", "day_ends_at"), NIGHTS)
def test_R7_3_the_end_of_day_is_on_the_date_on_which_the_class_ends(ends_at: datetime, day_ends_at: datetime) -> None:
    after_class, end_of_day = run_times(ends_at, CHICAGO)
    assert after_class == DueRun(AFTER_CLASS, ends_at + timedelta(minutes=30))
    assert end_of_day == DueRun(END_OF_DAY, day_ends_at)


@pytest.mark.parametrize(("ends_at", "day_ends_at"), NIGHTS)
@pytest.mark.parametrize("source", [Source.OFFICE, Source.STAFF])
def test_R7_3_a_class_is_past_from_the_end_of_its_day_on(
    ends_at: datetime, day_ends_at: datetime, source: Source
) -> None:
    of, runs = settings(office=True, staff=True), run_times(ends_at, CHICAGO)
    second = timedelta(seconds=1)
    for now in (ends_at - timedelta(minutes=55), ends_at - second, day_ends_at - second):
        assert not timing(source, of, now=now, runs=runs).creates_at_once, now
    for now in (day_ends_at, day_ends_at + second, day_ends_at + timedelta(days=9)):
        assert timing(source, of, now=now, runs=runs) == AT_ONCE, now


@given(
    st.sampled_from(["America/Chicago", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu", "Europe/London"]),
    st.integers(0, 2 * 365 * 24 * 60),
)
def test_R7_3_no_class_is_past_while_it_runs_and_each_is_within_a_day_of_its_end(zone: str, minute: int) -> None:
    ends_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    _, end_of_day = run_times(ends_at, ZoneInfo(zone))
    local = end_of_day.due_at.astimezone(ZoneInfo(zone))
    assert ends_at <= end_of_day.due_at < ends_at + timedelta(hours=25)
    assert (local.hour, local.minute, local.date()) == (23, 59, ends_at.astimezone(ZoneInfo(zone)).date())


@pytest.mark.parametrize(
    ("zone", "held_on", "end_of_day_at"),
    [
        ("America/Chicago", date(2026, 7, 1), datetime(2026, 7, 2, 4, 59, tzinfo=UTC)),
        ("America/Chicago", date(2026, 12, 1), datetime(2026, 12, 2, 5, 59, tzinfo=UTC)),
        # The days of the changes, 25 and 23 hours long.
        ("America/Chicago", date(2026, 11, 1), datetime(2026, 11, 2, 5, 59, tzinfo=UTC)),
        ("America/Chicago", date(2026, 3, 8), datetime(2026, 3, 9, 4, 59, tzinfo=UTC)),
        # Ahead of UTC, by a half hour too: the end of their day comes before that of UTC.
        ("Asia/Kolkata", date(2026, 11, 18), datetime(2026, 11, 18, 18, 29, tzinfo=UTC)),
        ("Pacific/Kiritimati", date(2026, 11, 18), datetime(2026, 11, 18, 9, 59, tzinfo=UTC)),
        # Met twice (Nuuk went from 24:00 back to 23:00): the first.
        ("America/Nuuk", date(2024, 10, 26), datetime(2024, 10, 27, 0, 59, tzinfo=UTC)),
        # Skipped with its whole day (Samoa had no 30 December 2011): later by the gap.
        ("Pacific/Apia", date(2011, 12, 30), datetime(2011, 12, 31, 9, 59, tzinfo=UTC)),
    ],
)
def test_R7_3_the_end_of_a_day_is_23_59_local(zone: str, held_on: date, end_of_day_at: datetime) -> None:
    found = days.end_of_day_at(held_on, ZoneInfo(zone))
    assert found == end_of_day_at
    assert found.tzinfo is UTC
