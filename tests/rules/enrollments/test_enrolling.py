"""What a drop and a transfer make of an enrollment, and what stands in the way (R3.1, R3.4)."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from attendance.rules.enrollments.enrolling import Ending, plan_drop, plan_transfer
from attendance.rules.enrollments.enrollment_refusals import (
    EnrollmentEnded,
    EnrollmentTypeNotAllowed,
    OfferingDoesNotMeet,
)
from attendance.rules.refusals import Refusal
from attendance.rules.roster.roster import RosterEnrollment
from attendance.rules.vocabulary import EnrollmentEnd, EnrollmentType

MONDAY = date(2026, 11, 16)
DAY = timedelta(days=1)
OPEN = RosterEnrollment(UUID(int=1), UUID(int=2), EnrollmentType.ACTIVE, MONDAY)
ENDING = replace(OPEN, drop_on=MONDAY + 7 * DAY, end_cause=EnrollmentEnd.DROPPED)
MOVED = replace(ENDING, end_cause=EnrollmentEnd.TRANSFERRED)
ONE_DAY = replace(OPEN, type=EnrollmentType.SINGLE_DAY, drop_on=MONDAY)
MAKEUP = replace(ONE_DAY, type=EnrollmentType.MAKEUP)
DELETED = replace(OPEN, is_deleted=True)


@pytest.mark.parametrize(
    ("enrollment", "drop_on", "ending"),
    [
        (OPEN, MONDAY, Ending(MONDAY, MONDAY + DAY)),
        (OPEN, MONDAY - DAY, Ending(None, MONDAY)),
        (ENDING, MONDAY + 7 * DAY, Ending(MONDAY + 7 * DAY, MONDAY + 8 * DAY)),
        (ENDING, MONDAY + 3 * DAY, Ending(MONDAY + 3 * DAY, MONDAY + 4 * DAY)),
        (ONE_DAY, MONDAY - DAY, Ending(None, MONDAY)),
        (MAKEUP, MONDAY - DAY, Ending(None, MONDAY)),
    ],
)
def test_R3_1_a_drop_takes_effect_at_the_end_of_its_day(
    enrollment: RosterEnrollment, drop_on: date, ending: Ending
) -> None:
    assert plan_drop(enrollment, drop_on) == ending


@pytest.mark.parametrize(
    ("enrollment", "drop_on", "refusal"),
    [
        (ENDING, MONDAY + 8 * DAY, EnrollmentEnded),
        (MOVED, MONDAY, EnrollmentEnded),
        (DELETED, MONDAY, EnrollmentEnded),
        (ONE_DAY, MONDAY, EnrollmentEnded),
        (MAKEUP, MONDAY, EnrollmentEnded),
    ],
)
def test_what_cannot_be_dropped(enrollment: RosterEnrollment, drop_on: date, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        plan_drop(enrollment, drop_on)


def test_R3_4_a_transfer_ends_the_source_on_the_day_before() -> None:
    assert plan_transfer(OPEN, MONDAY + DAY) == MONDAY
    assert plan_transfer(ENDING, MONDAY + 8 * DAY) == MONDAY + 7 * DAY


@pytest.mark.parametrize(
    ("enrollment", "starts_on", "refusal"),
    [
        (OPEN, MONDAY, OfferingDoesNotMeet),
        (ENDING, MONDAY + 9 * DAY, EnrollmentEnded),
        (MOVED, MONDAY + DAY, EnrollmentEnded),
        (DELETED, MONDAY + DAY, EnrollmentEnded),
        (ONE_DAY, MONDAY + DAY, EnrollmentTypeNotAllowed),
        (replace(OPEN, type=EnrollmentType.WAITLIST), MONDAY + DAY, EnrollmentTypeNotAllowed),
    ],
)
def test_what_cannot_be_transferred(enrollment: RosterEnrollment, starts_on: date, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        plan_transfer(enrollment, starts_on)
