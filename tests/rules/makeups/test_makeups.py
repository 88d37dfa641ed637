"""R8.6: what is against a makeup, each check with its limits."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from attendance.rules.calendar.occurrences import LocationFacts, OfferingFacts, ProgramFacts
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.enrollments.enrollment_refusals import AlreadyEnrolled, OfferingFull
from attendance.rules.makeups.makeup_refusals import (
    MakeupAtOtherLocation,
    MakeupBegun,
    MakeupBeyondHorizon,
    MakeupInOtherProgram,
    MakeupNotAClass,
    MakeupNotHeld,
    MakeupProgramDeleted,
    MakeupTokenExpired,
    MakeupTokenNotUsable,
    MakeupTokenNotYetIssued,
    MakeupTooLate,
    StudentAgeUnknown,
    StudentGenderNotAdmitted,
    StudentTooOld,
    StudentTooYoung,
)
from attendance.rules.makeups.makeups import (
    MakeupOccasion,
    MakeupStudent,
    age_in_months,
    obstacles_to,
    require_makeup,
)
from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.refusals import Refusal
from attendance.rules.tokens.makeup_tokens import TokenDates
from attendance.rules.tokens.student_tokens import TokenFacts
from attendance.rules.vocabulary import MakeupTokenOrigin, MakeupTokenState, OccurrenceState, OfferingKind, Source

CHICAGO = ZoneInfo("America/Chicago")
AUCKLAND = ZoneInfo("Pacific/Auckland")
NORTH = LocationFacts(UUID(int=1), "North", "America/Chicago")
SOUTH = LocationFacts(UUID(int=2), "South", "America/Chicago")
SWIM = ProgramFacts(UUID(int=11), "Swim", is_deleted=False)
GYM = ProgramFacts(UUID(int=12), "Gym", is_deleted=False)
GONE = replace(SWIM, is_deleted=True)
CLASS_DAY = date(2026, 3, 10)
NOW = datetime(2026, 3, 3, 18, 0, tzinfo=UTC)
"""Noon in Chicago, a week before the class at 16:00 there."""
STARTS_AT = datetime(2026, 3, 10, 16, 0, tzinfo=CHICAGO).astimezone(UTC)
ENROLLMENT = UUID(int=77)

OFFERING = OfferingFacts(UUID(int=20), OfferingKind.CLASS, "Sharks", NORTH, SWIM, 8, None, None, sort_key="")
OCCASION = MakeupOccasion(OccurrenceKey(UUID(int=30), CLASS_DAY), OFFERING, STARTS_AT, OccurrenceState.SCHEDULED, 7)
STUDENT = MakeupStudent(date(2020, 3, 10), "female")
SETTINGS = MakeupTokenSettings()


def token(
    location: Any = None, program: Any = None, zones: tuple[ZoneInfo, ...] = (CHICAGO,), **dates: Any
) -> TokenFacts:
    given = TokenDates(**{"issued_on": date(2026, 3, 1), "expires_on": date(2026, 3, 31), **dates})
    return TokenFacts(
        id=UUID(int=40),
        student_id=UUID(int=41),
        origin=MakeupTokenOrigin.MANUAL,
        source=Source.OFFICE,
        dates=given,
        missed=None,
        location=location,
        program=program,
        comment=None,
        issued_by=None,
        makeup_enrollment_id=None,
        zones=zones,
    )


TOKEN = token()


def against(
    occasion: MakeupOccasion = OCCASION,
    student: MakeupStudent = STUDENT,
    of_token: TokenFacts | None = TOKEN,
    settings: MakeupTokenSettings = SETTINGS,
    *,
    now: datetime = NOW,
    is_approval: bool = False,
) -> list[Refusal]:
    return list(obstacles_to(occasion, student, of_token, settings, now=now, is_approval=is_approval))


def offered(**changed: Any) -> MakeupOccasion:
    return replace(OCCASION, offering=replace(OFFERING, **changed))


def facts(found: list[Refusal]) -> list[tuple[type[Refusal], dict[str, Any]]]:
    return [(type(each), {name: value for name, value in vars(each).items() if name != "message"}) for each in found]


def test_R8_6_nothing_is_against_a_makeup_that_meets_all_checks() -> None:
    assert against() == []
    require_makeup(OCCASION, STUDENT, TOKEN, SETTINGS, now=NOW)


@pytest.mark.parametrize(
    ("dates", "expected"),
    [
        ({"issued_on": date(2026, 3, 3)}, []),
        ({"issued_on": date(2026, 3, 4)}, [(MakeupTokenNotYetIssued, {"issued_on": date(2026, 3, 4)})]),
        ({"expires_on": date(2026, 3, 3)}, []),
        ({"expires_on": date(2026, 3, 2)}, [(MakeupTokenExpired, {"expires_on": date(2026, 3, 2)})]),
        ({"expires_on": None}, []),
        ({"requested_on": date(2026, 3, 3)}, [(MakeupTokenNotUsable, {"state": MakeupTokenState.REQUESTED})]),
        ({"makeup_on": date(2026, 3, 3)}, [(MakeupTokenNotUsable, {"state": MakeupTokenState.PENDING})]),
        ({"makeup_on": date(2026, 3, 2)}, [(MakeupTokenNotUsable, {"state": MakeupTokenState.SPENT})]),
        ({"is_revoked": True}, [(MakeupTokenNotUsable, {"state": MakeupTokenState.REVOKED})]),
        ({"is_deleted": True}, [(MakeupTokenNotUsable, {"state": MakeupTokenState.DELETED})]),
    ],
)
def test_R8_6_a_token_is_redeemed_from_its_issue_date_through_its_last_day(
    dates: dict[str, Any], expected: list[Any]
) -> None:
    assert facts(against(of_token=token(**dates))) == expected


def test_R8_6_the_makeup_itself_may_be_later_than_the_tokens_last_day() -> None:
    assert against(of_token=token(expires_on=date(2026, 3, 3))) == []


def test_R8_6_a_token_expires_in_its_own_zone() -> None:
    # In Auckland it is 4 March already.
    last_day = {"issued_on": date(2026, 3, 1), "expires_on": date(2026, 3, 3)}
    there, anywhere = (
        replace(NORTH, id=UUID(int=3), time_zone="Pacific/Auckland"),
        MakeupTokenSettings(ignore_location_lock=True),
    )
    assert facts(against(of_token=token(there, zones=(AUCKLAND,), **last_day), settings=anywhere)) == [
        (MakeupTokenExpired, {"expires_on": date(2026, 3, 3)})
    ]
    assert against(of_token=token(NORTH, zones=(CHICAGO,), **last_day), settings=anywhere) == []


def test_R7_7_a_token_without_a_location_follows_the_date_where_it_is_redeemed() -> None:
    both = (AUCKLAND, CHICAGO)
    in_auckland = replace(OCCASION, offering=replace(OFFERING, location=replace(NORTH, time_zone="Pacific/Auckland")))
    last_day = token(zones=both, expires_on=date(2026, 3, 3))
    assert last_day.state(NOW) is MakeupTokenState.AVAILABLE
    assert against(of_token=last_day) == []
    assert facts(against(in_auckland, of_token=last_day)) == [(MakeupTokenExpired, {"expires_on": date(2026, 3, 3)})]
    first_day = token(zones=both, issued_on=date(2026, 3, 4))
    assert first_day.state(NOW) is MakeupTokenState.AVAILABLE
    assert against(in_auckland, of_token=first_day) == []
    assert facts(against(of_token=first_day)) == [(MakeupTokenNotYetIssued, {"issued_on": date(2026, 3, 4)})]


def test_R8_6b_an_approval_takes_no_notice_of_what_passed_since_the_request() -> None:
    asked = token(requested_on=CLASS_DAY, expires_on=date(2026, 3, 1), lapses_on=date(2026, 3, 2))
    strict = MakeupTokenSettings(makeup_latest_booking_minutes=120, makeup_horizon_days=1)
    assert against(of_token=asked, settings=strict, is_approval=True) == []
    an_hour_before = STARTS_AT - timedelta(hours=1)
    assert against(of_token=asked, settings=strict, now=an_hour_before, is_approval=True) == []
    assert [type(each) for each in against(of_token=TOKEN, settings=strict, now=an_hour_before)] == [MakeupTooLate]
    assert [type(each) for each in against(of_token=asked, now=STARTS_AT, is_approval=True)] == [MakeupBegun]


def test_R8_7_an_approval_takes_the_token_that_was_requested_and_no_other_state() -> None:
    assert against(of_token=token(requested_on=CLASS_DAY), is_approval=True) == []
    assert facts(against(of_token=token(makeup_on=CLASS_DAY), is_approval=True)) == [
        (MakeupTokenNotUsable, {"state": MakeupTokenState.PENDING})
    ]


@pytest.mark.parametrize(
    ("lock", "is_ignored", "expected"),
    [
        (None, False, []),
        (NORTH, False, []),
        (SOUTH, False, [(MakeupAtOtherLocation, {"location": SOUTH})]),
        (SOUTH, True, []),
    ],
)
def test_R8_6_a_location_locks_unless_the_setting_ignores_it(lock: Any, is_ignored: bool, expected: list[Any]) -> None:
    settings = MakeupTokenSettings(ignore_location_lock=is_ignored)
    assert facts(against(of_token=token(location=lock), settings=settings)) == expected


@pytest.mark.parametrize(
    ("of_token", "of_class", "expected"),
    [
        (None, GYM, []),
        (SWIM, SWIM, []),
        (SWIM, GYM, [(MakeupInOtherProgram, {"program": SWIM})]),
        (SWIM, None, [(MakeupInOtherProgram, {"program": SWIM})]),
        (GONE, GONE, [(MakeupProgramDeleted, {"program": GONE})]),
        (GONE, GYM, [(MakeupProgramDeleted, {"program": GONE})]),
    ],
)
def test_R8_6_a_token_of_a_program_is_good_there_and_one_of_a_deleted_program_nowhere(
    of_token: Any, of_class: Any, expected: list[Any]
) -> None:
    assert facts(against(offered(program=of_class), of_token=token(program=of_token))) == expected


def test_R8_6_a_deleted_program_tells_to_contact_us() -> None:
    (obstacle,) = against(offered(program=GONE), of_token=token(program=GONE))
    assert str(obstacle) == "This makeup token is for Swim, which is no longer offered; please contact us."


@pytest.mark.parametrize("kind", [OfferingKind.CAMP, OfferingKind.APPOINTMENT])
def test_R8_6_only_classes_take_makeups(kind: OfferingKind) -> None:
    assert facts(against(offered(kind=kind))) == [(MakeupNotAClass, {"kind": kind})]


@pytest.mark.parametrize("state", [OccurrenceState.NOT_SCHEDULED, OccurrenceState.CLOSED, OccurrenceState.CANCELLED])
def test_R8_6_the_class_must_be_held(state: OccurrenceState) -> None:
    assert facts(against(replace(OCCASION, state=state))) == [(MakeupNotHeld, {"held_on": CLASS_DAY, "state": state})]


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("minutes", "now", "expected"),
    [
        (0, STARTS_AT - SECOND, []),
        (0, STARTS_AT, [(MakeupBegun, {"starts_at": STARTS_AT})]),
        (0, STARTS_AT + SECOND, [(MakeupBegun, {"starts_at": STARTS_AT})]),
        (120, STARTS_AT - timedelta(hours=2), []),
        (120, STARTS_AT - timedelta(hours=2) + SECOND, [("late", STARTS_AT - timedelta(hours=2))]),
        (120, STARTS_AT, [(MakeupBegun, {"starts_at": STARTS_AT})]),
    ],
)
def test_R8_6_the_latest_booking_is_inclusive_and_a_class_that_began_is_begun(
    minutes: int, now: datetime, expected: list[Any]
) -> None:
    settings = MakeupTokenSettings(makeup_latest_booking_minutes=minutes)
    wanted = [
        (MakeupTooLate, {"latest_at": each[1], "minutes": minutes}) if each[0] == "late" else each for each in expected
    ]
    assert facts(against(settings=settings, now=now)) == wanted


@pytest.mark.parametrize(
    ("days", "now", "latest_on"),
    [
        (7, NOW, None),
        (6, NOW, date(2026, 3, 9)),
        # An hour before and at midnight in Chicago, where the class is, whatever the day is elsewhere.
        (6, datetime(2026, 3, 4, 5, 0, tzinfo=UTC), date(2026, 3, 9)),
        (6, datetime(2026, 3, 4, 6, 0, tzinfo=UTC), None),
        (0, NOW, date(2026, 3, 3)),
    ],
)
def test_R8_6_the_horizon_is_inclusive_and_counts_days_at_the_class(
    days: int, now: datetime, latest_on: date | None
) -> None:
    settings = MakeupTokenSettings(makeup_horizon_days=days)
    expected = [] if latest_on is None else [(MakeupBeyondHorizon, {"latest_on": latest_on, "days": days})]
    assert facts(against(settings=settings, now=now)) == expected


@pytest.mark.parametrize(
    ("birth_on", "on_date", "months"),
    [
        (date(2020, 3, 10), date(2026, 3, 9), 71),
        (date(2020, 3, 10), date(2026, 3, 10), 72),
        (date(2020, 2, 29), date(2025, 2, 27), 59),
        (date(2020, 2, 29), date(2025, 2, 28), 60),
        (date(2020, 2, 29), date(2024, 2, 28), 47),
        (date(2020, 2, 29), date(2024, 2, 29), 48),
        (date(2020, 1, 31), date(2020, 2, 28), 0),
        (date(2020, 1, 31), date(2020, 2, 29), 1),
        (date(2020, 1, 31), date(2020, 4, 29), 2),
        (date(2020, 1, 31), date(2020, 4, 30), 3),
        (date(2020, 12, 31), date(2021, 1, 1), 0),
        (date(2020, 12, 31), date(2020, 12, 31), 0),
    ],
)
def test_R8_6_ages_are_whole_months_with_leap_days_and_short_months(birth_on: date, on_date: date, months: int) -> None:
    assert age_in_months(birth_on, on_date) == months


@pytest.mark.parametrize(
    ("least", "most", "birth_on", "expected"),
    [
        (72, None, date(2020, 3, 10), []),
        (
            72,
            None,
            date(2020, 3, 11),
            [(StudentTooYoung, {"min_age_months": 72, "max_age_months": None, "age_months": 71})],
        ),
        (None, 71, date(2020, 3, 11), []),
        (
            None,
            71,
            date(2020, 3, 10),
            [(StudentTooOld, {"min_age_months": None, "max_age_months": 71, "age_months": 72})],
        ),
        (60, 83, date(2020, 3, 10), []),
        (None, None, None, []),
        (60, None, None, [(StudentAgeUnknown, {"min_age_months": 60, "max_age_months": None})]),
        (None, 83, None, [(StudentAgeUnknown, {"min_age_months": None, "max_age_months": 83})]),
    ],
)
def test_R8_6_the_age_on_the_date_of_the_class_is_within_its_limits(
    least: int | None, most: int | None, birth_on: date | None, expected: list[Any]
) -> None:
    student = MakeupStudent(birth_on, None)
    assert facts(against(offered(min_age_months=least, max_age_months=most), student)) == expected


@pytest.mark.parametrize(
    ("of_class", "of_student", "is_admitted"),
    [(None, None, True), ("female", "female", True), ("Female ", "FEMALE", True), ("female", "male", False)],
)
def test_R8_6_a_class_of_one_gender_takes_that_gender(of_class: Any, of_student: Any, is_admitted: bool) -> None:
    found = facts(against(offered(gender=of_class), replace(STUDENT, gender=of_student)))
    refusal = (StudentGenderNotAdmitted, {"gender": of_class, "student_gender": of_student})
    assert found == ([] if is_admitted else [refusal])


def test_R8_6_a_gender_that_is_not_known_is_not_admitted_and_the_sentence_says_so() -> None:
    (obstacle,) = against(offered(gender="female"), replace(STUDENT, gender=None))
    assert "not known, please contact us" in str(obstacle)


@pytest.mark.parametrize(
    ("capacity", "taken", "is_full"), [(8, 7, False), (8, 8, True), (8, 9, True), (None, 99, False)]
)
def test_R8_6_there_must_be_an_opening(capacity: int | None, taken: int, is_full: bool) -> None:
    found = facts(against(replace(offered(capacity=capacity), places_taken=taken)))
    refusal = (OfferingFull, {"timeslot_id": UUID(int=30), "held_on": CLASS_DAY, "capacity": capacity})
    assert found == ([refusal] if is_full else [])


@pytest.mark.parametrize(("capacity", "taken"), [(1, "its only place is taken"), (8, "all of its 8 places are taken")])
def test_R8_6_a_full_class_says_how_many_places_it_has(capacity: int, taken: str) -> None:
    (refusal,) = against(replace(offered(capacity=capacity), places_taken=8))
    assert str(refusal) == f"{OFFERING.name} is full on {CLASS_DAY}: {taken}."


def test_R8_6_who_is_on_the_roster_is_told_so_and_not_that_it_is_full() -> None:
    found = facts(against(replace(OCCASION, enrollment_id=ENROLLMENT, places_taken=8)))
    assert found == [(AlreadyEnrolled, {"enrollment_id": ENROLLMENT})]


def test_R8_10_without_a_token_nothing_about_tokens_is_against_it_and_all_else_is() -> None:
    assert against(of_token=None) == []
    nowhere = replace(offered(kind=OfferingKind.CAMP), state=OccurrenceState.CLOSED, places_taken=8)
    assert [type(each) for each in against(nowhere, of_token=None)] == [MakeupNotAClass, MakeupNotHeld, OfferingFull]


def test_R8_6_all_obstacles_are_told_in_order_and_the_first_is_raised() -> None:
    worst = replace(
        offered(kind=OfferingKind.CAMP, min_age_months=100, gender="male", program=GYM),
        state=OccurrenceState.CANCELLED,
        places_taken=8,
    )
    of_token = token(location=SOUTH, program=SWIM, expires_on=date(2026, 3, 2))
    settings = MakeupTokenSettings(makeup_horizon_days=1, makeup_latest_booking_minutes=60 * 24 * 8)
    assert [type(each) for each in against(worst, of_token=of_token, settings=settings)] == [
        MakeupTokenExpired,
        MakeupAtOtherLocation,
        MakeupInOtherProgram,
        MakeupNotAClass,
        MakeupNotHeld,
        MakeupTooLate,
        MakeupBeyondHorizon,
        StudentTooYoung,
        StudentGenderNotAdmitted,
        OfferingFull,
    ]
    with pytest.raises(MakeupTokenExpired):
        require_makeup(worst, STUDENT, of_token, settings, now=NOW)


def test_R8_6_each_obstacle_says_a_sentence() -> None:
    worst = replace(offered(kind=OfferingKind.APPOINTMENT, max_age_months=18, gender="male"), starts_at=NOW)
    found = against(
        worst, of_token=token(issued_on=date(2026, 3, 9)), settings=replace(SETTINGS, makeup_horizon_days=1)
    )
    assert [str(each) for each in found] == [
        "This makeup token can be used from 2026-03-09 on.",
        "A makeup can only be booked in a class; this is an appointment.",
        "The class has already begun; a makeup must be booked before it begins.",
        "A makeup can be booked at most 1 day ahead; today, that is until 2026-03-04.",
        "The class is for students up to 18 months; the student will be too old on that day.",
        "The class is for students of gender male.",
    ]
