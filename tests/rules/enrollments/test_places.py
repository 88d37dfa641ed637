"""Where there is a place: meetings, turns and full dates (R8.6, R6.3)."""

from dataclasses import replace
from datetime import date, time, timedelta
from itertools import count
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.rules.absences.expected_absences import ExpectedAbsence, covering
from attendance.rules.calendar.neighbours import Series
from attendance.rules.calendar.occurrences import LocationFacts, OfferingFacts
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey, Schedule, Timeslot
from attendance.rules.enrollments.places import (
    Place,
    Timetable,
    first_full,
    first_meeting,
    open_from,
    overlaps,
    places_taken,
)
from attendance.rules.roster.roster import RosterEnrollment, covers
from attendance.rules.vocabulary import EnrollmentType, OfferingKind
from tests.support.plain_makeups import places_taken_by_date

MONDAY = date(2026, 11, 16)
DAY, WEEK = timedelta(days=1), timedelta(days=7)
MONDAYS = Timeslot(UUID(int=1), time(17), 45, weekday=1)
THURSDAYS = Timeslot(UUID(int=2), time(23, 30), 60, weekday=4)
ids = count(100)


def timetable(
    capacity: int | None = 2, *, schedule: Schedule | None = None, cancelled: frozenset[OccurrenceKey] = frozenset()
) -> Timetable:
    location = LocationFacts(UUID(int=3), "Main Street", "America/Chicago")
    offering = OfferingFacts(
        UUID(int=4), OfferingKind.CLASS, "Swim 1", location, None, capacity, None, None, sort_key=""
    )
    return Timetable(offering, Series((MONDAYS, THURSDAYS), schedule or Schedule(), cancelled=cancelled))


def place(
    student: int, first: date, last: date | None = None, type: EnrollmentType = EnrollmentType.ACTIVE, slot: int = 0
) -> RosterEnrollment:
    return RosterEnrollment(UUID(int=next(ids)), UUID(int=student), type, first, last, UUID(int=slot) if slot else None)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Place(MONDAY), (1, MONDAY)),
        (Place(MONDAY + DAY), (2, MONDAY + 3 * DAY)),
        (Place(MONDAY + DAY, timeslot_id=MONDAYS.id), (1, MONDAY + WEEK)),
        (Place(MONDAY + DAY, MONDAY + 2 * DAY), None),
        (Place(MONDAY + 2 * WEEK), None),
        (Place(MONDAY - 9 * WEEK, MONDAY), (2, MONDAY - 4 * DAY)),
    ],
)
def test_an_enrollment_begins_with_the_first_occurrence_that_is_held(
    wanted: Place, found: tuple[int, date] | None
) -> None:
    session = Schedule(sessions=(DateSpan(MONDAY - WEEK, MONDAY + WEEK),))
    cancelled = frozenset({OccurrenceKey(MONDAYS.id, MONDAY - WEEK)})
    key = first_meeting(timetable(schedule=session, cancelled=cancelled), wanted)
    assert key == (None if found is None else OccurrenceKey(UUID(int=found[0]), found[1]))


@pytest.mark.parametrize(
    ("wanted", "other", "do"),
    [
        (Place(MONDAY), place(1, MONDAY - WEEK, MONDAY), True),
        (Place(MONDAY), place(1, MONDAY - WEEK, MONDAY - DAY), False),
        (Place(MONDAY, MONDAY), place(1, MONDAY + DAY), False),
        (Place(MONDAY, MONDAY + DAY), place(1, MONDAY + DAY), True),
        (Place(MONDAY, timeslot_id=UUID(int=1)), place(1, MONDAY, slot=2), False),
        (Place(MONDAY, timeslot_id=UUID(int=1)), place(1, MONDAY, slot=1), True),
        (Place(MONDAY, timeslot_id=UUID(int=1)), place(1, MONDAY), True),
        (Place(MONDAY), place(1, MONDAY, slot=2), True),
    ],
)
def test_two_places_meet_in_a_date_and_a_timeslot(wanted: Place, other: RosterEnrollment, do: bool) -> None:
    assert overlaps(wanted, other) is do


@pytest.mark.parametrize(
    ("taken", "wanted", "full_on"),
    [
        ([place(1, MONDAY)], Place(MONDAY), None),
        ([place(1, MONDAY), place(2, MONDAY)], Place(MONDAY), MONDAY),
        ([place(1, MONDAY), place(2, MONDAY, type=EnrollmentType.WAITLIST)], Place(MONDAY), None),
        ([place(1, MONDAY), place(1, MONDAY - WEEK)], Place(MONDAY), None),
        # Full from a start far ahead on, and until the last day of a drop.
        ([place(1, MONDAY), place(2, MONDAY + 500 * WEEK)], Place(MONDAY), MONDAY + 500 * WEEK),
        ([place(1, MONDAY), place(2, MONDAY + 500 * WEEK)], Place(MONDAY, MONDAY + 499 * WEEK), None),
        ([place(1, MONDAY), place(2, MONDAY - WEEK, MONDAY)], Place(MONDAY), MONDAY),
        ([place(1, MONDAY), place(2, MONDAY - WEEK, MONDAY)], Place(MONDAY + DAY), None),
        # Between two meetings nobody needs a place.
        ([place(1, MONDAY), place(2, MONDAY + DAY, MONDAY + 2 * DAY)], Place(MONDAY), None),
        # One timeslot may be full while the other is not.
        ([place(1, MONDAY), place(2, MONDAY, slot=2)], Place(MONDAY), MONDAY + 3 * DAY),
        ([place(1, MONDAY), place(2, MONDAY, slot=2)], Place(MONDAY, timeslot_id=MONDAYS.id), None),
        # A makeup or a single day fills its date alone.
        (
            [place(1, MONDAY), place(2, MONDAY + WEEK, MONDAY + WEEK, EnrollmentType.MAKEUP)],
            Place(MONDAY),
            MONDAY + WEEK,
        ),
        (
            [place(1, MONDAY), place(2, MONDAY + WEEK, MONDAY + WEEK, EnrollmentType.SINGLE_DAY)],
            Place(MONDAY + WEEK + DAY),
            None,
        ),
    ],
)
def test_R8_6_the_first_date_without_a_place(
    taken: list[RosterEnrollment], wanted: Place, full_on: date | None
) -> None:
    full = first_full(timetable(), wanted, taken, {})
    assert (None if full is None else full.held_on) == full_on


def test_R6_3_an_approved_absence_frees_a_place_on_its_dates_alone() -> None:
    taken = [place(1, MONDAY), place(2, MONDAY)]
    away = {UUID(int=2): [ExpectedAbsence(MONDAY, MONDAY + 3 * DAY, is_excused=False)]}
    assert first_full(timetable(), Place(MONDAY, MONDAY + 6 * DAY), taken, away) is None
    full = first_full(timetable(), Place(MONDAY), taken, away)
    assert full == OccurrenceKey(MONDAYS.id, MONDAY + WEEK)


def test_R6_3_an_absence_from_one_enrollment_ends_with_it() -> None:
    lasting, trial = place(1, MONDAY, MONDAY + WEEK), place(1, MONDAY, type=EnrollmentType.TRIAL)
    away = ExpectedAbsence(MONDAY, MONDAY + 9 * WEEK, False, enrollment_ids=frozenset({lasting.id}))
    full = first_full(timetable(), Place(MONDAY), [lasting, trial, place(2, MONDAY)], {UUID(int=1): [away]})
    assert full == OccurrenceKey(THURSDAYS.id, MONDAY + WEEK + 3 * DAY)


def test_without_a_capacity_nothing_is_full() -> None:
    assert first_full(timetable(None), Place(MONDAY), [place(n, MONDAY) for n in range(99)], {}) is None


days = st.integers(0, 40).map(lambda n: MONDAY + n * DAY)
spans = st.tuples(days, st.one_of(st.none(), st.integers(0, 20)))


@given(
    taken=st.lists(st.tuples(st.integers(1, 4), spans, st.integers(0, 2)), max_size=6),
    away=st.lists(st.tuples(st.integers(1, 4), days, st.integers(0, 6), st.booleans()), max_size=3),
    wanted=st.tuples(spans, st.integers(0, 2)),
)
def test_R8_6_turns_find_what_looking_at_every_date_finds(
    taken: list[tuple[int, tuple[date, int | None], int]],
    away: list[tuple[int, date, int, bool]],
    wanted: tuple[tuple[date, int | None], int],
) -> None:
    def last(first: date, length: int | None) -> date | None:
        return None if length is None else first + length * DAY

    enrollments = [place(student, first, last(first, length), slot=slot) for student, (first, length), slot in taken]
    absences: dict[UUID, list[ExpectedAbsence]] = {}
    for student, since, days_away, is_window in away:
        window = (time(0), time(0, 20)) if is_window else (None, None)
        absence = ExpectedAbsence(since, since + days_away * DAY, False, None, *window)
        absences.setdefault(UUID(int=student), []).append(absence)
    (first, length), slot = wanted
    asked = Place(first, last(first, length), UUID(int=slot) if slot else None)
    expected = None
    for n in range(120):
        day = first + n * DAY
        for each in (MONDAYS, THURSDAYS):
            key = OccurrenceKey(each.id, day)
            if not each.falls_on(day) or day not in asked.span or asked.timeslot_id not in (None, each.id):
                continue
            there = {one.student_id: one for one in enrollments if covers(one, key)}
            present = [
                student
                for student, one in there.items()
                if covering(absences.get(student, ()), day, each.start_time, each.duration_minutes, one.id) is None
            ]
            if len(present) >= 2:
                expected = expected or day
    full = first_full(timetable(), asked, enrollments, absences)
    assert (None if full is None else full.held_on) == expected
    opens_on = open_from(timetable(), asked, enrollments, absences)
    if expected is None:
        assert opens_on == (None if first_meeting(timetable(), asked) is None else asked.starts_on)
    elif opens_on is None:
        late = replace(asked, starts_on=MONDAY + 150 * DAY)
        assert first_full(timetable(), late, enrollments, absences) or first_meeting(timetable(), late) is None
    else:
        assert first_full(timetable(), replace(asked, starts_on=opens_on), enrollments, absences) is None
        meetings = (opens_on - n * DAY for n in range(1, (opens_on - first).days + 1))
        last_full = next(
            day for day in meetings if first_meeting(timetable(), replace(asked, starts_on=day, drop_on=day))
        )
        assert first_full(timetable(), replace(asked, starts_on=last_full), enrollments, absences) is not None


@given(
    taken=st.lists(st.tuples(st.integers(1, 4), spans, st.integers(0, 2), st.sampled_from(EnrollmentType)), max_size=8),
    away=st.lists(st.tuples(st.integers(1, 4), days, st.integers(0, 6), st.booleans()), max_size=3),
    slot=st.sampled_from([MONDAYS, THURSDAYS]),
)
def test_R8_9_places_taken_on_many_dates_are_those_of_each_date(
    taken: list[tuple[int, tuple[date, int | None], int, EnrollmentType]],
    away: list[tuple[int, date, int, bool]],
    slot: Timeslot,
) -> None:
    enrollments = [
        place(student, start, None if length is None else start + length * DAY, type, slot=number)
        for student, (start, length), number, type in taken
    ]
    absences: dict[UUID, list[ExpectedAbsence]] = {}
    for student, start, length, is_chosen in away:
        chosen = frozenset({enrollments[0].id}) if is_chosen and enrollments else None
        told = ExpectedAbsence(start, start + length * DAY, is_excused=False, enrollment_ids=chosen)
        absences.setdefault(UUID(int=student), []).append(told)
    on_dates = [MONDAY + n * DAY for n in range(50) if slot.falls_on(MONDAY + n * DAY)]
    assert places_taken_by_date(slot, on_dates, enrollments, absences) == {
        day: places_taken(OccurrenceKey(slot.id, day), slot, enrollments, absences) for day in on_dates
    }
