"""Makes the roll sheet to open first: its class is running now, nothing is taken, and it has all eleven indicators
(R3.4).
"""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

from attendance.rules.roster.roster import RosterEnrollment
from attendance.rules.vocabulary import (
    EnrollmentEnd,
    EnrollmentType,
    ExpectedAbsenceState,
    MakeupTokenState,
    NoteLevel,
)
from demo.business import Business, Child, Course, Meeting
from demo.catalogue import Part
from demo.makeups import use
from demo.people import add_note
from demo.taking import Attendance

_DAY = timedelta(days=1)


def meeting_of(business: Business, part: Part) -> Meeting:
    """Return today's occurrence of the class with this role."""
    course = next(course for course in business.courses if course.part is part)
    return next(business.meetings(course, course.site.today, course.site.today))


def arrange_students(business: Business) -> None:
    """Give each of the first rows another indicator. It runs before the history, since some indicators depend on
    enrollments.
    """
    meeting = meeting_of(business, Part.ROLL_SHEET)
    course, today = meeting.course, meeting.held_on
    rows = _regulars(course, today)
    others = iter(_others(business, course))

    alert, birthday, comment, noted, debtor = (business.children[next(rows).student_id] for _ in range(5))
    alert.row["medical_alert"] = "Bee sting allergy: auto-injector in the office, call 911 first."
    birthday.row["birth_on"] = _birth(today + _DAY, 8)
    comment.row["roll_sheet_comment"] = "Leaves ten minutes early on weekdays: sister's pick-up."
    add_note(business, noted, "Custody papers on file: release to the mother only.", NoteLevel.CRITICAL)
    add_note(business, noted, "Asked about moving up a level.")
    debtor.family["balance"] = Decimal("84.50")

    for type_, drop_on in ((EnrollmentType.TRIAL, today), (EnrollmentType.ACTIVE, None)):
        business.change_place(course, next(rows), type=type_, starts_on=today, drop_on=drop_on)
    for drop_on in (today, today + timedelta(days=14)):
        business.change_place(course, next(rows), drop_on=drop_on, end_cause=EnrollmentEnd.DROPPED)
    business.transfer(next(rows).student_id, course, next(others), today + _DAY)
    _arrive_by_transfer(business, next(others), course, today)
    _several_at_once(business, business.children[next(rows).student_id], today)


def arrange_makeup_and_absence(attendance: Attendance) -> None:
    """Add a makeup and an expected absence. It runs after the history, since a makeup needs a token that somebody
    earned.
    """
    business, meeting = attendance.business, meeting_of(attendance.business, Part.ROLL_SHEET)
    roster = meeting.course.roster(meeting.key)
    token = next(
        token
        for token in attendance.ledger.tokens
        if token.state(meeting.held_on) is MakeupTokenState.AVAILABLE
        and token.occurrence
        and token.site is meeting.course.site
        and token.row["program_id"] == meeting.course.program_id
        and token.row["student_id"] not in roster
    )
    use(attendance, token, meeting, max(token.row["issued_at"], business.now - timedelta(days=2)))
    rows = list(_regulars(meeting.course, meeting.held_on))
    asked_at = business.now - timedelta(days=1)
    for place, is_excused, comment in ((rows[-1], True, "School concert."), (rows[-2], False, None)):
        attendance.expect(
            place.student_id,
            meeting,
            ExpectedAbsenceState.APPROVED,
            is_excused=is_excused,
            requested_at=asked_at,
            comment=comment,
        )


def _regulars(course: Course, today: date) -> Iterator[RosterEnrollment]:
    """Return the students who have been coming and will stay."""
    return iter(
        [
            place
            for place in course.enrollments
            if place.type is EnrollmentType.ACTIVE and place.starts_on < today and place.drop_on is None
        ]
    )


def _others(business: Business, course: Course) -> list[Course]:
    """Return classes of the same program and site, as sources and targets of transfers."""
    return [
        other
        for other in business.courses
        if other.is_running and other.site is course.site and other.program == course.program and other is not course
    ]


def _arrive_by_transfer(business: Business, source: Course, course: Course, today: date) -> None:
    place = next(_regulars(source, today - timedelta(days=20)))
    business.transfer(place.student_id, source, course, today)


def _several_at_once(business: Business, child: Child, today: date) -> None:
    """Give one student several things at once: a medical text that means nothing raises no alert, a past birthday and
    a note raise indicators.
    """
    child.row.update(medical_alert="N/A", birth_on=_birth(today - 2 * _DAY, 10))
    child.row["roll_sheet_comment"] = "Takes the bus: must be out on time."
    add_note(business, child, "Did a first handstand without help.")
    add_note(business, child, "Lost a shoe.", is_closed=True)


def _birth(birthday: date, age: int) -> date:
    is_leap_day = (birthday.month, birthday.day) == (2, 29)
    return birthday.replace(year=birthday.year - age, day=28 if is_leap_day else birthday.day)
