"""What people do besides taking attendance: cancellations, tokens by hand, requests, substitutes, expected absences."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID

from attendance.rules.calendar.timeslots import local_date
from attendance.rules.vocabulary import (
    AttendanceStatus,
    ChangeKind,
    EnrollmentType,
    ExpectedAbsenceState,
    MakeupRequestState,
    MakeupTokenAct,
    MakeupTokenOrigin,
    MakeupTokenState,
    OfferingKind,
    Source,
)
from db import models
from demo.business import Business, Meeting, Site
from demo.catalogue import Part
from demo.history import meetings_of_day
from demo.makeup_token import Token
from demo.makeups import other_class
from demo.sheets import Hand
from demo.taking import Attendance

_CANCELLATIONS = ((0, -5, "Storm warning"), (1, -16, "Power cut"), (1, 0, "Instructor is ill"), (0, 3, "Swim meet"))
_DAYS_AWAY = 7
_REQUESTS = 3


def cancel_some(attendance: Attendance) -> None:
    """Cancel occurrences (R9.1), before the history reaches their day, with makeup tokens for the ACTIVE rows
    (R9.2).
    """
    business, office = attendance.business, attendance.office
    for number, day, comment in _CANCELLATIONS:
        site = business.sites[number]
        meeting = next(_ordinary(business, site, day))
        meeting.course.cancelled.add(meeting.key)
        at = min(business.now, meeting.starts_at) - timedelta(hours=2)
        sheet = attendance.sheet(meeting)
        sheet.change(ChangeKind.CANCELLED, office, at, ())
        if sheet.row:
            sheet.row["cancellation_comment"] = comment
        earning = [place for place in sheet.roster.values() if place.type is EnrollmentType.ACTIVE]
        for place in earning:
            issued_on = local_date(at, site.zone)
            token = attendance.ledger.issue(
                place.student_id,
                site,
                MakeupTokenOrigin.CANCELLATION,
                hand=office,
                at=at,
                words=(meeting.slot.id, meeting.held_on),
                timeslot_id=meeting.slot.id,
                held_on=meeting.held_on,
                enrollment_id=place.id,
                program_id=meeting.course.program_id,
                expires_on=issued_on + timedelta(weeks=10),
            )
            attendance.ledger.enter(token, MakeupTokenAct.ISSUED, office, at)
        sheet.change(ChangeKind.TOKENS, office, at, [place.student_id for place in earning])


def substitute_some(attendance: Attendance) -> None:
    """Make an instructor of the second site absent from today on; a substitute takes all classes but the last
    (R9.9).
    """
    business = attendance.business
    site, absent = business.sites[1], business.staff["hills-2"]
    meetings = [
        meeting
        for day in range(_DAYS_AWAY)
        for meeting in meetings_of_day(business, day)
        if absent in meeting.course.instructor_ids
    ]
    recorded_at = business.now - timedelta(days=1)
    absence_id = business.rows.id("staff absence", absent)
    business.rows.add(
        models.StaffAbsence,
        id=absence_id,
        person_id=absent,
        starts_on=site.today,
        ends_on=site.today + timedelta(days=_DAYS_AWAY - 1),
        comment="Family leave",
        recorded_by_id=attendance.office.person_id,
        recorded_at=recorded_at,
    )
    for meeting in meetings:
        attendance.away.add((absent, meeting.key))
        business.rows.add(
            models.Substitution,
            timeslot_id=meeting.slot.id,
            held_on=meeting.held_on,
            absent_person_id=absent,
            substitute_id=None if meeting is meetings[-1] else business.staff["substitute"],
            staff_absence_id=absence_id,
        )


def make_tokens(attendance: Attendance) -> None:
    """Make and delete tokens by hand, let families ask for makeups, and have tokens revoked and reinstated (R8.1,
    R8.5).
    """
    business, ledger, now = attendance.business, attendance.ledger, attendance.business.now
    today = business.sites[0].today
    students = iter(list(business.children)[5::37])
    for issue_in, expire_in, comment in (
        (7, 90, "For the family's trip next month"),
        (10, None, "From the raffle"),
        (0, None, "Goodwill: the water was cold"),
        (-20, 40, "Snow day"),
        (-50, -6, "Moved here from another gym"),
    ):
        student_id = next(students)
        at = now + timedelta(days=min(0, issue_in))
        issued_on, expires_on = _days(today, issue_in, expire_in)
        site = business.children[student_id].site
        token = ledger.issue(
            student_id,
            site,
            MakeupTokenOrigin.MANUAL,
            hand=attendance.office,
            at=at,
            words=(comment,),
            location_id=site.id if expire_in else None,
            comment=comment,
            issued_on=issued_on,
            expires_on=expires_on,
        )
        ledger.enter(token, MakeupTokenAct.ISSUED, attendance.office, at)
    available = _available(attendance)
    for token in (next(available), next(available)):
        _delete(attendance, token, now - timedelta(hours=3))
    requested = 0
    while requested < _REQUESTS:
        requested += _request(attendance, next(available), now - timedelta(hours=5))
    _lose_and_regain(attendance, next(available))
    _lose_spent(attendance)


def tell_absences(attendance: Attendance) -> None:
    """Add requested, approved, denied and withdrawn expected absences for the days ahead (R6.1, R6.2)."""
    states = (
        (ExpectedAbsenceState.REQUESTED, False),
        (ExpectedAbsenceState.APPROVED, True),
        (ExpectedAbsenceState.APPROVED, False),
        (ExpectedAbsenceState.DENIED, False),
        (ExpectedAbsenceState.WITHDRAWN, False),
        (ExpectedAbsenceState.REQUESTED, False),
    )
    ahead = (meeting for day in (1, 2) for meeting in meetings_of_day(attendance.business, day))
    classes = (meeting for meeting in ahead if meeting.course.kind is OfferingKind.CLASS)
    for (state, is_excused), meeting in zip(states, classes, strict=False):
        student_id = next(iter(meeting.course.roster(meeting.key)), None)
        if student_id is not None:
            asked_at = attendance.business.now - timedelta(hours=4)
            hours = {"window_starts": time(6), "window_ends": time(22)} if is_excused else {}
            attendance.expect(student_id, meeting, state, is_excused=is_excused, requested_at=asked_at, **hours)


def _ordinary(business: Business, site: Site, day: int) -> Iterator[Meeting]:
    for meeting in meetings_of_day(business, day):
        course = meeting.course
        if course.site is site and course.kind is OfferingKind.CLASS and course.part is Part.ORDINARY:
            yield meeting


def _days(today: date, issue_in: int, expire_in: int | None) -> tuple[date, date | None]:
    return today + timedelta(days=issue_in), None if expire_in is None else today + timedelta(days=expire_in)


def _available(attendance: Attendance) -> Iterator[Token]:
    """Return unused absence tokens of past days, the newest first."""
    for token in reversed(attendance.ledger.tokens):
        is_absence = token.row["origin"] is MakeupTokenOrigin.ABSENCE
        is_settled = token.row["issued_at"] < attendance.business.now - timedelta(days=2)
        if is_absence and is_settled and token.state(token.site.today) is MakeupTokenState.AVAILABLE:
            yield token


def _delete(attendance: Attendance, token: Token, at: datetime) -> None:
    at = max(at, token.row["issued_at"])
    token.row.update(deleted_at=at, deleted_by_id=attendance.office.person_id)
    attendance.ledger.enter(token, MakeupTokenAct.DELETED, attendance.office, at)


def _request(attendance: Attendance, token: Token, at: datetime) -> bool:
    """Add a request that was made while the office still decided (R8.7). Return False if there is no class to ask
    for.
    """
    business, student_id = attendance.business, token.row["student_id"]
    missed = _meeting(attendance, token)
    days_since = (missed.course.site.today - missed.held_on).days
    wanted = other_class(attendance, token, missed, days_since + 3)
    if wanted is None:
        return False
    guardian_id: UUID = business.children[student_id].guardian["id"]
    at = max(at, token.row["issued_at"])
    business.rows.add(
        models.MakeupRequest,
        id=business.rows.id("request", token.row["id"]),
        student_id=student_id,
        makeup_token_id=token.row["id"],
        timeslot_id=wanted.slot.id,
        held_on=wanted.held_on,
        state=MakeupRequestState.REQUESTED,
        comment="Could we come then?",
        requested_by_id=guardian_id,
        requested_at=at,
        decided_by_id=None,
        decided_at=None,
    )
    token.requested_on = wanted.held_on
    attendance.ledger.enter(token, MakeupTokenAct.REQUESTED, Hand(Source.GUARDIAN, guardian_id), at)
    return True


def _lose_and_regain(attendance: Attendance, token: Token) -> None:
    """Correct a mark to PRESENT by mistake and back: its token is revoked and then reinstated (R7.4)."""
    sheet, student_id = attendance.sheet(_meeting(attendance, token)), token.row["student_id"]
    for minutes, status in ((50, AttendanceStatus.PRESENT), (45, AttendanceStatus.ABSENT)):
        attendance.correct(sheet, student_id, attendance.business.now - timedelta(minutes=minutes), status)


def _lose_spent(attendance: Attendance) -> None:
    """Correct the mark behind a used token, which is then flagged for review (R7.4)."""
    token = next(
        token
        for token in attendance.ledger.tokens
        if token.occurrence in attendance.sheets and token.state(token.site.today) is MakeupTokenState.SPENT
    )
    sheet, student_id = attendance.sheet(_meeting(attendance, token)), token.row["student_id"]
    at = attendance.business.now - timedelta(minutes=40)
    attendance.correct(sheet, student_id, at, AttendanceStatus.LEFT_EARLY)


def _meeting(attendance: Attendance, token: Token) -> Meeting:
    assert token.occurrence is not None  # noqa: S101
    return attendance.sheets[token.occurrence].meeting
