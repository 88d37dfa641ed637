"""R7.6: what counts towards the limit."""

from datetime import date
from uuid import UUID

import pytest

from attendance.rules.calendar import DateSpan
from attendance.rules.settings import MakeupTokenSettings
from attendance.rules.token_limit import LimitCount, is_over_limit, limit_count
from attendance.rules.vocabulary import LimitPeriod, LimitScope

SESSION = DateSpan(date(2026, 1, 5), date(2026, 5, 29))
ENROLLMENT = DateSpan(date(2026, 2, 1), None)
ENROLLMENT_ID = UUID(int=7)
MISSED = date(2026, 2, 14)


def count(
    period: LimitPeriod,
    scope: LimitScope = LimitScope.STUDENT,
    session: DateSpan | None = SESSION,
    enrollment: DateSpan | None = ENROLLMENT,
) -> LimitCount | None:
    return limit_count(
        MakeupTokenSettings(token_limit=2, token_limit_period=period, token_limit_scope=scope),
        missed_on=MISSED,
        session=session,
        enrollment=enrollment,
        enrollment_id=ENROLLMENT_ID,
    )


@pytest.mark.parametrize(
    ("period", "missed", "outstanding_only"),
    [
        (LimitPeriod.OUTSTANDING, DateSpan(), True),
        (LimitPeriod.MONTH, DateSpan(date(2026, 2, 1), date(2026, 2, 28)), False),
        (LimitPeriod.YEAR, DateSpan(date(2026, 1, 1), date(2026, 12, 31)), False),
        (LimitPeriod.SESSION, SESSION, False),
        (LimitPeriod.ENROLLMENT, ENROLLMENT, False),
    ],
)
def test_R7_6_periods_and_scopes(period: LimitPeriod, missed: DateSpan, outstanding_only: bool) -> None:
    assert count(period) == LimitCount(missed, None, outstanding_only)
    assert count(period, LimitScope.ENROLLMENT) == LimitCount(missed, ENROLLMENT_ID, outstanding_only)


def test_R7_6_an_unknown_session_or_enrollment_bounds_nothing() -> None:
    assert count(LimitPeriod.SESSION, session=None) == LimitCount(DateSpan(), None, False)
    assert count(LimitPeriod.ENROLLMENT, enrollment=None) == LimitCount(DateSpan(), None, False)


def test_R7_6_no_limit_counts_nothing_and_is_never_reached() -> None:
    unlimited = MakeupTokenSettings(token_limit=None)
    made = limit_count(unlimited, missed_on=MISSED, session=None, enrollment=None, enrollment_id=None)
    assert made is None
    assert not is_over_limit(unlimited, 10_000)


@pytest.mark.parametrize(
    ("limit", "counted", "over"), [(2, 1, False), (2, 2, True), (2, 3, True), (0, 0, True), (1, 0, False)]
)
def test_R7_6_the_limit_is_the_most_that_there_may_be(limit: int, counted: int, over: bool) -> None:
    assert is_over_limit(MakeupTokenSettings(token_limit=limit), counted) is over
