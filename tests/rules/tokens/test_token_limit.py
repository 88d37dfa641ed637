"""R7.6: what counts towards the limit."""

from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from attendance.rules.calendar.timeslots import DateSpan
from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.tokens.token_limit import LimitCount, is_over_limit, limit_count
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


def missed_within(period: LimitPeriod, missed_on: date) -> DateSpan:
    settings = MakeupTokenSettings(token_limit=1, token_limit_period=period)
    made = limit_count(settings, missed_on=missed_on, session=SESSION, enrollment=ENROLLMENT, enrollment_id=None)
    assert made is not None
    return made.missed


#   period, a class missed on, the first and the last day that count with it
BORDERS = [
    (LimitPeriod.MONTH, "2026-01-31", "2026-01-01", "2026-01-31"),
    (LimitPeriod.MONTH, "2026-02-01", "2026-02-01", "2026-02-28"),
    (LimitPeriod.MONTH, "2027-02-28", "2027-02-01", "2027-02-28"),
    (LimitPeriod.MONTH, "2028-02-28", "2028-02-01", "2028-02-29"),
    (LimitPeriod.MONTH, "2028-02-29", "2028-02-01", "2028-02-29"),
    (LimitPeriod.MONTH, "2026-04-30", "2026-04-01", "2026-04-30"),
    (LimitPeriod.MONTH, "2026-12-31", "2026-12-01", "2026-12-31"),
    (LimitPeriod.MONTH, "2027-01-01", "2027-01-01", "2027-01-31"),
    (LimitPeriod.MONTH, "9999-12-31", "9999-12-01", "9999-12-31"),
    (LimitPeriod.YEAR, "2026-01-01", "2026-01-01", "2026-12-31"),
    (LimitPeriod.YEAR, "2026-12-31", "2026-01-01", "2026-12-31"),
    (LimitPeriod.YEAR, "2028-02-29", "2028-01-01", "2028-12-31"),
    (LimitPeriod.YEAR, "9999-12-31", "9999-01-01", "9999-12-31"),
]


@pytest.mark.parametrize(("period", "missed_on", "first", "last"), BORDERS)
def test_R7_6_borders_of_the_calendars_periods(period: LimitPeriod, missed_on: str, first: str, last: str) -> None:
    found = missed_within(period, date.fromisoformat(missed_on))
    assert found == DateSpan(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("period", [LimitPeriod.MONTH, LimitPeriod.YEAR])
def test_R7_6_every_day_belongs_to_one_period_and_the_next_begins_where_it_ends(period: LimitPeriod) -> None:
    day, spans = date(2027, 1, 1), set[DateSpan]()
    while day < date(2029, 1, 1):
        span = missed_within(period, day)
        assert day in span
        spans.add(span)
        day += timedelta(days=1)
    ordered = sorted(spans, key=lambda span: span.starts_on or date.min)
    assert len(ordered) == (24 if period is LimitPeriod.MONTH else 2)
    for one, following in pairwise(ordered):
        assert one.ends_on is not None
        assert following.starts_on == one.ends_on + timedelta(days=1)


@pytest.mark.parametrize(
    "span", [DateSpan(date(2026, 1, 5), None), DateSpan(date(2026, 2, 14), date(2026, 2, 14)), DateSpan()]
)
def test_R7_6_sessions_and_enrollments_count_with_their_own_borders(span: DateSpan) -> None:
    assert count(LimitPeriod.SESSION, session=span) == LimitCount(span, None, False)
    assert count(LimitPeriod.ENROLLMENT, enrollment=span) == LimitCount(span, None, False)


@pytest.mark.parametrize("scope", LimitScope)
@pytest.mark.parametrize("period", LimitPeriod)
def test_R7_6_the_scope_says_whose_and_the_period_which(period: LimitPeriod, scope: LimitScope) -> None:
    made = count(period, scope)
    assert made is not None
    assert made.enrollment_id == (ENROLLMENT_ID if scope is LimitScope.ENROLLMENT else None)
    assert made.outstanding_only is (period is LimitPeriod.OUTSTANDING)


def test_R7_6_of_an_absence_without_an_enrollment_all_of_the_student_count() -> None:
    settings = MakeupTokenSettings(token_limit=1, token_limit_scope=LimitScope.ENROLLMENT)
    made = limit_count(settings, missed_on=MISSED, session=None, enrollment=None, enrollment_id=None)
    assert made is not None
    assert made.enrollment_id is None
