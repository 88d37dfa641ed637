"""R7.7: until when a token is good."""

from datetime import date, timedelta

import pytest

from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.tokens.expiry import expires_on, months_after
from attendance.rules.vocabulary import ExpiryAnchor, ExpiryUnit

ISSUED, MISSED, SESSION_END = date(2026, 2, 10), date(2026, 1, 31), date(2026, 5, 29)


def expiry(
    unit: ExpiryUnit,
    count: int = 1,
    anchor: ExpiryAnchor = ExpiryAnchor.ISSUE,
    *,
    missed_on: date | None = MISSED,
    session_ends_on: date | None = SESSION_END,
) -> date | None:
    return expires_on(
        MakeupTokenSettings(expiry_unit=unit, expiry_count=count, expiry_anchor=anchor),
        issued_on=ISSUED,
        missed_on=missed_on,
        session_ends_on=session_ends_on,
    )


@pytest.mark.parametrize(
    ("unit", "count", "anchor", "expected"),
    [
        (ExpiryUnit.NEVER, 5, ExpiryAnchor.ISSUE, None),
        (ExpiryUnit.DAYS, 1, ExpiryAnchor.ISSUE, date(2026, 2, 11)),
        (ExpiryUnit.DAYS, 90, ExpiryAnchor.ISSUE, date(2026, 5, 11)),
        (ExpiryUnit.DAYS, 5, ExpiryAnchor.MISSED_CLASS, date(2026, 2, 5)),
        (ExpiryUnit.WEEKS, 6, ExpiryAnchor.ISSUE, date(2026, 3, 24)),
        (ExpiryUnit.WEEKS, 6, ExpiryAnchor.MISSED_CLASS, date(2026, 3, 14)),
        (ExpiryUnit.MONTHS, 1, ExpiryAnchor.ISSUE, date(2026, 3, 10)),
        (ExpiryUnit.MONTHS, 1, ExpiryAnchor.MISSED_CLASS, date(2026, 2, 28)),
        (ExpiryUnit.END_OF_SESSION, 1, ExpiryAnchor.ISSUE, SESSION_END),
        (ExpiryUnit.END_OF_SESSION, 1, ExpiryAnchor.MISSED_CLASS, SESSION_END),
    ],
)
def test_R7_7_units_and_anchors(unit: ExpiryUnit, count: int, anchor: ExpiryAnchor, expected: date | None) -> None:
    assert expiry(unit, count, anchor) == expected


@pytest.mark.parametrize(
    ("anchor", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 1, 31), 2, date(2026, 3, 31)),
        (date(2026, 3, 31), 1, date(2026, 4, 30)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
        (date(2026, 11, 30), 13, date(2027, 12, 30)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
    ],
)
def test_R7_7_a_month_from_a_long_months_end_is_the_last_of_the_shorter(
    anchor: date, months: int, expected: date
) -> None:
    assert months_after(anchor, months) == expected


def test_R7_7_the_end_of_a_session_without_end_never_comes() -> None:
    assert expiry(ExpiryUnit.END_OF_SESSION, session_ends_on=None) is None


def test_R7_7_without_a_missed_class_all_count_from_the_issue() -> None:
    assert expiry(ExpiryUnit.DAYS, 3, ExpiryAnchor.MISSED_CLASS, missed_on=None) == date(2026, 2, 13)


@pytest.mark.parametrize("unit", [ExpiryUnit.DAYS, ExpiryUnit.WEEKS, ExpiryUnit.MONTHS])
def test_R7_7_beyond_the_calendar_is_never(unit: ExpiryUnit) -> None:
    assert expiry(unit, 10_000_000_000) is None


def on(iso: str) -> date:
    return date.fromisoformat(iso)


#   unit, count, issued, missed, from the issue, from the missed class
DAYS, WEEKS, MONTHS = ExpiryUnit.DAYS, ExpiryUnit.WEEKS, ExpiryUnit.MONTHS
R7_7 = [
    (DAYS, 1, "2026-12-31", "2026-12-30", "2027-01-01", "2026-12-31"),
    (DAYS, 30, "2026-01-31", "2026-01-30", "2026-03-02", "2026-03-01"),
    (DAYS, 1, "2028-02-28", "2028-02-27", "2028-02-29", "2028-02-28"),
    (DAYS, 1, "2028-02-29", "2028-02-28", "2028-03-01", "2028-02-29"),
    (DAYS, 1, "2027-02-28", "2027-02-27", "2027-03-01", "2027-02-28"),
    (DAYS, 366, "2027-03-01", "2028-02-29", "2028-03-01", "2029-03-01"),
    (DAYS, 3650, "2026-11-16", "2026-11-09", "2036-11-13", "2036-11-06"),
    # Clocks change on 8 March and 1 November 2026 in Chicago: civil dates do not mind.
    (DAYS, 2, "2026-03-07", "2026-03-06", "2026-03-09", "2026-03-08"),
    (DAYS, 2, "2026-10-31", "2026-10-30", "2026-11-02", "2026-11-01"),
    (WEEKS, 1, "2028-02-22", "2028-02-23", "2028-02-29", "2028-03-01"),
    (WEEKS, 52, "2026-11-16", "2027-03-01", "2027-11-15", "2028-02-28"),
    (WEEKS, 520, "2026-11-16", "2026-11-09", "2036-11-03", "2036-10-27"),
    (MONTHS, 1, "2026-01-31", "2026-01-28", "2026-02-28", "2026-02-28"),
    (MONTHS, 1, "2028-01-31", "2028-01-30", "2028-02-29", "2028-02-29"),
    (MONTHS, 1, "2026-02-28", "2028-02-29", "2026-03-28", "2028-03-29"),
    (MONTHS, 2, "2026-12-31", "2026-12-29", "2027-02-28", "2027-02-28"),
    (MONTHS, 3, "2026-11-30", "2026-11-29", "2027-02-28", "2027-02-28"),
    (MONTHS, 6, "2026-08-31", "2026-03-31", "2027-02-28", "2026-09-30"),
    (MONTHS, 12, "2028-02-29", "2027-02-28", "2029-02-28", "2028-02-28"),
    (MONTHS, 48, "2028-02-29", "2024-02-29", "2032-02-29", "2028-02-29"),
    (MONTHS, 120, "2026-12-31", "2026-12-01", "2036-12-31", "2036-12-01"),
]


@pytest.mark.parametrize(("unit", "count", "issued", "missed", "from_issue", "from_missed"), R7_7)
def test_R7_7_table(unit: ExpiryUnit, count: int, issued: str, missed: str, from_issue: str, from_missed: str) -> None:
    for anchor, expected in ((ExpiryAnchor.ISSUE, from_issue), (ExpiryAnchor.MISSED_CLASS, from_missed)):
        settings = MakeupTokenSettings(expiry_unit=unit, expiry_count=count, expiry_anchor=anchor)
        found = expires_on(settings, issued_on=on(issued), missed_on=on(missed), session_ends_on=SESSION_END)
        assert found == on(expected)


@pytest.mark.parametrize(
    ("unit", "count", "last"),
    [
        (DAYS, 1, date.max - timedelta(days=1)),
        (WEEKS, 1, date.max - timedelta(days=7)),
        (MONTHS, 1, date(9999, 11, 30)),
        (MONTHS, 120, date(9989, 12, 31)),
    ],
)
def test_R7_7_the_calendars_end_is_reached_and_a_day_later_is_never(unit: ExpiryUnit, count: int, last: date) -> None:
    settings = MakeupTokenSettings(expiry_unit=unit, expiry_count=count)
    for issued_on, is_never in ((last, False), (last + timedelta(days=1), True)):
        found = expires_on(settings, issued_on=issued_on, missed_on=None, session_ends_on=None)
        assert (found is None) is is_never


@pytest.mark.parametrize("anchor", ExpiryAnchor)
@pytest.mark.parametrize("ends_on", [date(2026, 2, 9), date(2026, 2, 10), date(2026, 5, 29), None])
def test_R7_7_the_end_of_the_session_counts_wherever_it_lies(ends_on: date | None, anchor: ExpiryAnchor) -> None:
    """It may have been over before the issue: the absence was recorded late, and the token comes expired."""
    assert expiry(ExpiryUnit.END_OF_SESSION, 1, anchor, session_ends_on=ends_on) == ends_on
