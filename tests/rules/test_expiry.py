"""R7.7: until when a token is good."""

from datetime import date

import pytest

from attendance.rules.expiry import expires_on, months_after
from attendance.rules.settings import MakeupTokenSettings
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
