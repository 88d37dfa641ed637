"""What may be told beforehand, notice across clock changes, and what settings make of a request (R6.1, R6.2)."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from attendance.rules.absences.absence_requests import (
    MOST_DAYS,
    MOST_DAYS_AHEAD,
    MOST_OPEN,
    Decision,
    ToldAbsence,
    decide_request,
    earliest_today,
    hit_keys,
    notice_ends_at,
    require_open,
    require_own_classes,
    require_possible,
)
from attendance.rules.absences.expected_absence_refusals import ExpectedAbsenceNotPossible, ExpectedAbsenceSettled
from attendance.rules.absences.expected_absences import ExpectedAbsence
from attendance.rules.calendar.occurrences import LocationFacts, OfferingFacts
from attendance.rules.calendar.timeslots import DateSpan, Timeslot
from attendance.rules.organization.permissions import Caller
from attendance.rules.organization.settings import AbsenceSettings
from attendance.rules.people.students import EnrollmentFacts, OfferingPlan
from attendance.rules.refusals import PermissionDenied
from attendance.rules.roster.roster import RosterEnrollment
from attendance.rules.vocabulary import (
    EnrollmentType,
    ExpectedAbsenceNotPossibleReason,
    ExpectedAbsenceState,
    OfferingKind,
    Permission,
    Portal,
    Source,
)

MONDAY = date(2026, 11, 16)
CHICAGO = ZoneInfo("America/Chicago")
REQUESTED, APPROVED = ExpectedAbsenceState.REQUESTED, ExpectedAbsenceState.APPROVED
ANN, CLASS_PLACE, CAMP_PLACE = UUID(int=1), UUID(int=11), UUID(int=12)


@pytest.mark.parametrize(
    ("auto_approve", "auto_excuse", "is_late", "expected"),
    [
        (False, False, False, Decision(REQUESTED, is_excused=False)),
        (False, False, True, Decision(REQUESTED, is_excused=False)),
        (False, True, False, Decision(REQUESTED, is_excused=False)),
        (False, True, True, Decision(REQUESTED, is_excused=False)),
        (True, False, False, Decision(APPROVED, is_excused=False)),
        (True, False, True, Decision(APPROVED, is_excused=False)),
        (True, True, False, Decision(APPROVED, is_excused=True)),
        (True, True, True, Decision(APPROVED, is_excused=False)),
    ],
)
def test_R6_2_what_becomes_of_a_request(
    auto_approve: bool, auto_excuse: bool, is_late: bool, expected: Decision
) -> None:
    settings = AbsenceSettings(auto_approve_absences=auto_approve, auto_excuse_absences=auto_excuse)
    assert decide_request(settings, is_late=is_late) == expected


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), CHICAGO).astimezone(UTC)


FALL, SPRING = date(2026, 11, 1), date(2026, 3, 8)


@pytest.mark.parametrize(
    ("asked_at", "day", "slot_time", "notice", "expected"),
    [
        # Exactly the notice is in time, a second less is late.
        (at(MONDAY, 15), MONDAY, time(17), 120, False),
        (at(MONDAY, 15) + timedelta(seconds=1), MONDAY, time(17), 120, True),
        # Without a notice it is late once the class has begun.
        (at(MONDAY, 17), MONDAY, time(17), 0, False),
        (at(MONDAY, 17, 1), MONDAY, time(17), 0, True),
        # The night of a clock change has 60 minutes fewer or more between two wall times.
        (at(FALL - timedelta(days=1), 17), FALL, time(17), 24 * 60 + 60, False),
        (at(FALL - timedelta(days=1), 17), FALL, time(17), 24 * 60 + 61, True),
        (at(SPRING - timedelta(days=1), 17), SPRING, time(17), 24 * 60 - 60, False),
        (at(SPRING - timedelta(days=1), 17), SPRING, time(17), 24 * 60 - 59, True),
        # 2:30 does not exist on that day and is 3:30; 1:30 comes twice on the other, and the first one counts.
        (at(SPRING, 1, 30), SPRING, time(2, 30), 60, False),
        (at(SPRING, 1, 30), SPRING, time(2, 30), 61, True),
        (at(FALL, 0, 30), FALL, time(1, 30), 60, False),
        (at(FALL, 0, 30), FALL, time(1, 30), 61, True),
    ],
)
def test_R6_2_notice_is_elapsed_minutes(
    asked_at: datetime, day: date, slot_time: time, notice: int, expected: bool
) -> None:
    assert (asked_at > _in_time_until(day, slot_time, notice)) is expected


@pytest.mark.parametrize(
    ("day", "slot_time", "days", "expected"),
    [
        (MONDAY, time(17), 2, at(MONDAY - timedelta(days=2), 17)),
        # The same wall time, whichever way the clock was changed between the two.
        (FALL, time(17), 1, at(FALL - timedelta(days=1), 17)),
        (FALL + timedelta(days=1), time(17), 2, at(FALL - timedelta(days=1), 17)),
        (SPRING + timedelta(days=1), time(17), 2, at(SPRING - timedelta(days=1), 17)),
        # A wall time that does not exist on that day, and one that comes twice.
        (SPRING + timedelta(days=2), time(2, 30), 2, at(SPRING, 3, 30)),
        (FALL + timedelta(days=2), time(1, 30), 2, at(FALL, 1, 30)),
    ],
)
def test_R6_2_a_notice_of_days_is_counted_by_the_wall_clock(
    day: date, slot_time: time, days: int, expected: datetime
) -> None:
    assert _in_time_until(day, slot_time, days * 24 * 60) == expected


def test_R6_2_a_notice_of_days_can_be_counted_in_hours() -> None:
    in_hours = _in_time_until(FALL, time(17), 24 * 60, absence_notice_in_hours=True)
    assert in_hours == at(FALL - timedelta(days=1), 18)


def _in_time_until(day: date, slot_time: time, notice: int, *, absence_notice_in_hours: bool = False) -> datetime:
    slot = Timeslot(UUID(int=5), slot_time, 45, day.isoweekday())
    settings = AbsenceSettings(absence_notice_minutes=notice, absence_notice_in_hours=absence_notice_in_hours)
    return notice_ends_at(slot, day, CHICAGO, settings)


def told(first: date, last: date | None = None, start: time | None = None, end: time | None = None) -> ExpectedAbsence:
    return ExpectedAbsence(first, last or first, is_excused=False, window_start=start, window_end=end)


@pytest.mark.parametrize(
    ("absence", "reason"),
    [
        (told(MONDAY), None),
        (told(MONDAY - timedelta(days=1)), ExpectedAbsenceNotPossibleReason.IN_THE_PAST),
        (told(MONDAY - timedelta(days=1), MONDAY), ExpectedAbsenceNotPossibleReason.IN_THE_PAST),
        (told(MONDAY, MONDAY + timedelta(days=MOST_DAYS - 1)), None),
        (told(MONDAY, MONDAY + timedelta(days=MOST_DAYS)), ExpectedAbsenceNotPossibleReason.TOO_MANY_DAYS),
        (told(MONDAY + timedelta(days=MOST_DAYS_AHEAD)), None),
        (told(MONDAY + timedelta(days=MOST_DAYS_AHEAD + 1)), ExpectedAbsenceNotPossibleReason.TOO_FAR_AHEAD),
    ],
)
def test_R6_1_dates_that_can_be_told(absence: ExpectedAbsence, reason: ExpectedAbsenceNotPossibleReason | None) -> None:
    if reason is None:
        require_possible(absence, MONDAY, MOST_OPEN - 1)
        return
    with pytest.raises(ExpectedAbsenceNotPossible) as refused:
        require_possible(absence, MONDAY, MOST_OPEN - 1)
    facts = refused.value
    assert (facts.reason, facts.earliest_on, facts.most_days) == (reason, MONDAY, MOST_DAYS)
    assert facts.latest_on == MONDAY + timedelta(days=MOST_DAYS_AHEAD)


def test_R6_1_absences_ahead_are_bounded() -> None:
    with pytest.raises(ExpectedAbsenceNotPossible) as refused:
        require_possible(told(MONDAY), MONDAY, MOST_OPEN)
    assert (refused.value.reason, refused.value.most) == (ExpectedAbsenceNotPossibleReason.TOO_MANY, MOST_OPEN)


@pytest.mark.parametrize(
    ("portal", "permissions", "chosen", "lacking"),
    [
        (Portal.STAFF, (), {CLASS_PLACE}, None),
        (Portal.STAFF, (), {CLASS_PLACE, CAMP_PLACE}, Permission.STAFF_SEE_ALL),
        (Portal.OFFICE, (), None, Permission.OFFICE_SEE_ALL),
        (Portal.STAFF, (Permission.STAFF_SEE_ALL,), None, None),
        (Portal.CUSTOMER, (), None, None),
    ],
)
def test_R11_staff_who_do_not_see_all_tell_of_their_own_classes(
    portal: Portal, permissions: tuple[Permission, ...], chosen: set[UUID] | None, lacking: Permission | None
) -> None:
    caller = Caller(UUID(int=90), portal, frozenset(permissions), person_id=UUID(int=91))
    absence = replace(told(MONDAY), enrollment_ids=None if chosen is None else frozenset(chosen))
    taught = {LESSON.place.offering.id}
    elsewhere = replace(CAMP, place=replace(CAMP.place, offering=replace(CAMP.place.offering, id=UUID(int=41))))
    if lacking is None:
        require_own_classes(caller, absence, [LESSON, elsewhere], taught)
        return
    with pytest.raises(PermissionDenied) as refused:
        require_own_classes(caller, absence, [LESSON, elsewhere], taught)
    assert refused.value.permission is lacking


def test_R6_1_today_is_where_it_is_earliest() -> None:
    now = datetime(2026, 11, 16, 11, tzinfo=UTC)
    assert earliest_today(now, [ZoneInfo("Pacific/Auckland"), ZoneInfo("Pacific/Honolulu")]) == MONDAY
    assert earliest_today(now, [ZoneInfo("Pacific/Auckland")]) == date(2026, 11, 17)
    assert earliest_today(now, []) == date(2026, 11, 15)


def place(enrollment_id: UUID, slot: Timeslot, **values: object) -> EnrollmentFacts:
    location = LocationFacts(UUID(int=3), "Main Street", "America/Chicago")
    offering = OfferingFacts(UUID(int=4), OfferingKind.CLASS, "Swim", location, None, None, None, None, sort_key="")
    enrollment = RosterEnrollment(enrollment_id, ANN, EnrollmentType.ACTIVE, date(2026, 1, 5))
    return EnrollmentFacts(replace(enrollment, **values), OfferingPlan(offering, (slot,), (slot,)))  # type: ignore[arg-type]


LESSON = place(CLASS_PLACE, Timeslot(UUID(int=21), time(17), 45, 1))
CAMP = place(CAMP_PLACE, Timeslot(UUID(int=22), time(23, 30), 60, None, DateSpan(MONDAY, MONDAY + timedelta(days=2))))


@pytest.mark.parametrize(
    ("absence", "expected"),
    [
        (told(MONDAY), [(21, 16), (22, 16)]),
        (told(MONDAY, MONDAY + timedelta(days=7)), [(21, 16), (22, 16), (22, 17), (22, 18), (21, 23)]),
        (told(MONDAY, None, time(17, 45), time(18)), []),
        (told(MONDAY, None, time(17, 44), time(18)), [(21, 16)]),
        # What runs past midnight is hit on the day into which it runs.
        (told(MONDAY + timedelta(days=1), None, time(0), time(0, 30)), [(22, 16)]),
        (replace(told(MONDAY), enrollment_ids=frozenset({CAMP_PLACE})), [(22, 16)]),
        (replace(told(MONDAY), enrollment_ids=frozenset({UUID(int=99)})), []),
    ],
)
def test_R6_1_what_an_absence_hits(absence: ExpectedAbsence, expected: list[tuple[int, int]]) -> None:
    found = hit_keys(absence, [CAMP, LESSON])
    assert [(key.timeslot_id.int, key.held_on.day) for key in found] == expected


def test_R6_1_places_that_do_not_cover_the_date_are_not_hit() -> None:
    slot = LESSON.place.timeslots[0]
    for values in (
        {"drop_on": MONDAY - timedelta(days=1)},
        {"starts_on": MONDAY + timedelta(days=1)},
        {"type": EnrollmentType.WAITLIST},
        {"timeslot_id": UUID(int=77)},
    ):
        assert hit_keys(told(MONDAY), [place(CLASS_PLACE, slot, **values)]) == []


def test_R6_1_of_two_places_in_one_class_the_one_that_speaks_decides() -> None:
    slot = LESSON.place.timeslots[0]
    makeup = place(CAMP_PLACE, slot, type=EnrollmentType.MAKEUP, starts_on=MONDAY, drop_on=MONDAY)
    absence = replace(told(MONDAY), enrollment_ids=frozenset({CAMP_PLACE}))
    assert hit_keys(absence, [LESSON, makeup]) == []
    assert len(hit_keys(replace(absence, enrollment_ids=frozenset({CLASS_PLACE})), [LESSON, makeup])) == 1


def test_R6_2_what_is_settled_says_how() -> None:
    then = datetime(2026, 11, 16, 11, tzinfo=UTC)
    absence = ToldAbsence(
        UUID(int=9), ANN, told(MONDAY), REQUESTED, False, Source.GUARDIAN, None, then, None, None, None, None
    )
    require_open(absence, REQUESTED)
    with pytest.raises(ExpectedAbsenceSettled) as refused:
        require_open(replace(absence, state=ExpectedAbsenceState.DENIED, decided_at=then), REQUESTED)
    assert (refused.value.state, refused.value.settled_at) == (ExpectedAbsenceState.DENIED, then)
    assert refused.value.message == "This expected absence is already denied."
