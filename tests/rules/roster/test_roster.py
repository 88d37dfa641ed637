"""R2.9, R3.1 to R3.3: who is on the sheet, in which order, and what it adds up to."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.roster.roster import (
    RosterEnrollment,
    RosterOrder,
    attendance_rate,
    covers,
    place_by_name,
    speaking,
    tally,
)
from attendance.rules.vocabulary import AttendanceState, AttendanceStatus, EnrollmentType
from db.names import sort_key

MONDAY = date(2026, 11, 16)
DAY = timedelta(days=1)
SLOT, OTHER_SLOT, STUDENT = UUID(int=1), UUID(int=2), UUID(int=3)
KEY = OccurrenceKey(SLOT, MONDAY)
PRESENT, ABSENT, EXCUSED = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT, AttendanceStatus.EXCUSED_ABSENCE


ENROLLMENT = RosterEnrollment(UUID(int=9), STUDENT, EnrollmentType.ACTIVE, MONDAY - DAY)


def enrollment(**facts: Any) -> RosterEnrollment:
    return replace(ENROLLMENT, **facts)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, True),
        ({"starts_on": MONDAY}, True),
        ({"starts_on": MONDAY + DAY}, False),
        ({"drop_on": MONDAY}, True),
        ({"drop_on": MONDAY - DAY}, False),
        ({"drop_on": MONDAY + DAY}, True),
        ({"timeslot_id": SLOT}, True),
        ({"timeslot_id": OTHER_SLOT}, False),
        ({"is_deleted": True}, False),
        ({"type": EnrollmentType.WAITLIST}, False),
        ({"type": EnrollmentType.TRIAL}, True),
        ({"type": EnrollmentType.MAKEUP, "starts_on": MONDAY, "drop_on": MONDAY}, True),
        ({"type": EnrollmentType.SINGLE_DAY, "starts_on": MONDAY, "drop_on": MONDAY}, True),
    ],
)
def test_R3_1_coverage(facts: dict[str, Any], expected: bool) -> None:
    assert covers(enrollment(**facts), KEY) is expected


def test_R3_2_of_several_enrollments_the_lasting_one_speaks() -> None:
    ranked = [
        enrollment(id=UUID(int=1)),
        enrollment(id=UUID(int=2)),
        enrollment(starts_on=MONDAY - 2 * DAY),
        enrollment(type=EnrollmentType.TRIAL),
        enrollment(type=EnrollmentType.SINGLE_DAY),
        enrollment(type=EnrollmentType.MAKEUP),
    ]
    for shuffled in permutations(ranked):
        assert speaking(shuffled) == ranked[0]
    assert [speaking(ranked[place:]) for place in range(6)] == ranked
    assert speaking([]) is None


def test_R3_2_order_by_last_or_first_name() -> None:
    names = [("Zoe", "adams", 1), ("Ann", "Baker", 2), ("ann", "baker", 3), ("Bob", "Baker", 4), ("Ann", "Baker", 5)]
    keys = [(sort_key(last, first), UUID(int=number)) for first, last, number in names]
    by_last = sorted(keys, key=lambda who: place_by_name(who[0], who[1], RosterOrder.LAST_NAME))
    by_first = sorted(keys, key=lambda who: place_by_name(who[0], who[1], RosterOrder.FIRST_NAME))
    assert [each[1].int for each in by_last] == [1, 3, 2, 5, 4]
    assert [each[1].int for each in by_first] == [3, 2, 5, 4, 1]


@pytest.mark.parametrize(
    ("statuses", "state", "marked", "unmarked"),
    [
        ([], AttendanceState.NOT_TAKEN, 0, 0),
        ([None, None], AttendanceState.NOT_TAKEN, 0, 2),
        ([PRESENT, None], AttendanceState.IN_PROGRESS, 1, 1),
        ([PRESENT, ABSENT], AttendanceState.TAKEN, 2, 0),
    ],
)
def test_R2_9_state_and_tally(
    statuses: list[AttendanceStatus | None], state: AttendanceState, marked: int, unmarked: int
) -> None:
    found = tally(statuses)
    assert (found.state, found.marked, found.unmarked, found.total) == (state, marked, unmarked, len(statuses))


def test_R2_9_the_tally_counts_every_status() -> None:
    found = tally([*AttendanceStatus, PRESENT, None])
    assert dict(found.by_status) == dict.fromkeys(AttendanceStatus, 1) | {PRESENT: 2}


@pytest.mark.parametrize(("present", "absent", "expected"), [(0, 0, None), (3, 1, 0.75), (0, 2, 0.0), (5, 0, 1.0)])
def test_R3_3_attendance_rate(present: int, absent: int, expected: float | None) -> None:
    assert attendance_rate(present, absent) == expected
