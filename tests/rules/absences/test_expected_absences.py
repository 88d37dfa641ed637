"""R6.1: which occurrences an expected absence covers."""

from datetime import date, time, timedelta
from uuid import UUID

import pytest

from attendance.rules.absences.expected_absences import ExpectedAbsence, covering, covers

DAY = timedelta(days=1)
MONDAY = date(2026, 11, 16)
MINE, OTHER = UUID(int=1), UUID(int=2)


def absence(
    first: date = MONDAY,
    last: date = MONDAY,
    window: tuple[time, time] | None = None,
    enrollments: frozenset[UUID] | None = None,
    excused: bool = False,
) -> ExpectedAbsence:
    start, end = window or (None, None)
    return ExpectedAbsence(first, last, excused, None, start, end, enrollments)


HALF_PAST_ELEVEN = (time(11, 30), 30)
LATE = (time(23, 30), 60)


@pytest.mark.parametrize(
    ("told", "slot", "expected"),
    [
        (absence(), HALF_PAST_ELEVEN, True),
        (absence(MONDAY - DAY, MONDAY + DAY), HALF_PAST_ELEVEN, True),
        (absence(MONDAY - DAY, MONDAY - DAY), HALF_PAST_ELEVEN, False),
        (absence(MONDAY + DAY, MONDAY + DAY), HALF_PAST_ELEVEN, False),
        (absence(window=(time(11), time(11, 30))), HALF_PAST_ELEVEN, False),
        (absence(window=(time(11), time(11, 31))), HALF_PAST_ELEVEN, True),
        (absence(window=(time(12), time(13))), HALF_PAST_ELEVEN, False),
        (absence(window=(time(11, 59), time(13))), HALF_PAST_ELEVEN, True),
        (absence(window=(time(11, 40), time(11, 45))), HALF_PAST_ELEVEN, True),
        (absence(MONDAY - DAY, MONDAY - DAY, window=(time(11), time(13))), HALF_PAST_ELEVEN, False),
        (absence(enrollments=frozenset({MINE})), HALF_PAST_ELEVEN, True),
        (absence(enrollments=frozenset({OTHER})), HALF_PAST_ELEVEN, False),
        (absence(MONDAY + DAY, MONDAY + DAY, window=(time(0), time(1))), LATE, True),
        (absence(MONDAY + DAY, MONDAY + DAY, window=(time(0, 30), time(1))), LATE, False),
        (absence(MONDAY + DAY, MONDAY + DAY), LATE, False),
    ],
)
def test_R6_1_covers(told: ExpectedAbsence, slot: tuple[time, int], expected: bool) -> None:
    assert covers(told, MONDAY, *slot, MINE) is expected


def test_R6_1_of_several_an_excused_one_speaks() -> None:
    excused = absence(MONDAY - DAY, excused=True)
    told = [absence(), excused, absence(MONDAY + DAY, MONDAY + DAY, excused=True)]
    assert covering(told, MONDAY, *HALF_PAST_ELEVEN, MINE) is excused
    assert covering(told[2:], MONDAY, *HALF_PAST_ELEVEN, MINE) is None
