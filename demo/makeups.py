"""Lets families use their makeup tokens (R8.6, R8.7)."""

from datetime import datetime, timedelta

from attendance.rules.vocabulary import EnrollmentType, MakeupTokenAct, MakeupTokenState, Source
from demo.business import Meeting
from demo.catalogue import Part
from demo.makeup_token import Token
from demo.sheets import Hand
from demo.taking import Attendance

_FAMILIES_USE = 0.45


def use(attendance: Attendance, token: Token, meeting: Meeting, at: datetime) -> None:
    """Book a makeup for the family with the token."""
    business = attendance.business
    student_id = token.row["student_id"]
    place = business.enroll(
        student_id,
        meeting.course,
        meeting.held_on,
        meeting.held_on,
        type=EnrollmentType.MAKEUP,
        timeslot_id=meeting.slot.id,
        created_at=at,
    )
    token.row["makeup_enrollment_id"], token.makeup_on = place.id, meeting.held_on
    guardian = Hand(Source.GUARDIAN, business.children[student_id].guardian["id"])
    attendance.ledger.enter(token, MakeupTokenAct.REDEEMED, guardian, at)


def use_some(attendance: Attendance, missed: Meeting) -> None:
    """Let some of the families who missed the class book a makeup within two days, at most twelve days ahead."""
    random, business = attendance.business.random, attendance.business
    for token in attendance.ledger.tokens_of(missed.key):
        if random.random() > _FAMILIES_USE or token.state(missed.held_on) is not MakeupTokenState.AVAILABLE:
            continue
        at = token.row["issued_at"] + timedelta(hours=random.randint(20, 40))
        other = other_class(attendance, token, missed, random.randint(4, 9))
        if other and at <= business.now:
            use(attendance, token, other, at)


def other_class(attendance: Attendance, token: Token, missed: Meeting, days: int) -> Meeting | None:
    """Return an occurrence of the program at the site with an opening, that many days after the missed one or a little
    later.
    """
    business, own = attendance.business, missed.course
    first = missed.held_on + timedelta(days=days)
    for course in business.random.sample(business.courses, len(business.courses)):
        is_fit = course.is_running and course.site is own.site and course.program == own.program
        if not is_fit or course is own or course.part is Part.ROLL_SHEET:
            continue
        for meeting in business.meetings(course, first, first + timedelta(days=3)):
            roster = course.roster(meeting.key)
            if token.row["student_id"] not in roster and len(roster) < course.capacity:
                return meeting
    return None
