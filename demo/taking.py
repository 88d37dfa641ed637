"""Takes attendance for one occurrence, with everything that follows: tokens, runs, corrections."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.roster.roster import RosterEnrollment
from attendance.rules.tokens.token_runs import run_times, token_timing
from attendance.rules.vocabulary import (
    AttendanceStatus,
    EnrollmentType,
    ExpectedAbsenceState,
    Source,
    TokenRunState,
)
from db import models
from demo import names
from demo.business import Business, Meeting
from demo.catalogue import Part
from demo.ledger import Ledger
from demo.sheets import SYSTEM, Entry, Hand, Sheet

_S = AttendanceStatus
_WEIGHTS = {
    _S.PRESENT: 79,
    _S.TARDY: 6,
    _S.LEFT_EARLY: 2,
    _S.TARDY_AND_LEFT_EARLY: 1,
    _S.ABSENT: 8,
    _S.EXCUSED_ABSENCE: 4,
}
_OFTEN_AWAY = {_S.PRESENT: 50, _S.TARDY: 10, _S.ABSENT: 30, _S.EXCUSED_ABSENCE: 10}
_CORRECTIONS = {
    _S.ABSENT: _S.TARDY,
    _S.PRESENT: _S.EXCUSED_ABSENCE,
    _S.TARDY: _S.PRESENT,
    _S.EXCUSED_ABSENCE: _S.ABSENT,
}


@dataclass
class Attendance:
    """Everything that was recorded.

    away -- absent instructors, each with the occurrence that they miss
    may_excuse -- instructors who record their own roll sheets
    """

    business: Business
    ledger: Ledger
    may_excuse: frozenset[UUID]
    away: set[tuple[UUID, OccurrenceKey]] = field(default_factory=set)
    sheets: dict[OccurrenceKey, Sheet] = field(default_factory=dict)
    excused: set[tuple[UUID, OccurrenceKey]] = field(default_factory=set)

    @property
    def office(self) -> Hand:
        staff = self.business.staff
        return Hand(Source.OFFICE, staff.get("office") or staff["owner"])

    def sheet(self, meeting: Meeting) -> Sheet:
        found = self.sheets.get(meeting.key)
        if found is None:
            found = Sheet(self.business, meeting, meeting.course.roster(meeting.key))
            self.sheets[meeting.key] = found
        return found

    def take(self, meeting: Meeting, hand: Hand | None = None, *, share: float = 1.0) -> None:
        """Record the whole roll sheet, or its first rows, by the instructor, the office or the given hand, during the
        class or just now if it has not ended. An empty roll sheet is skipped.
        """
        random, now = self.business.random, self.business.now
        sheet = self.sheet(meeting)
        if not sheet.roster:
            return
        entries = {student: self._entry(student, place, meeting) for student, place in sheet.roster.items()}
        entries = dict(list(entries.items())[: max(1, round(len(entries) * share))])
        if meeting.course.part is Part.KIOSK and hand is None:
            hand, at = self._check_in(sheet, entries)
        else:
            minutes = random.randint(3, max(4, meeting.slot.duration_minutes - 3))
            at = min(now, meeting.starts_at + timedelta(minutes=minutes))
            hand = hand or self._hand(meeting)
            sheet.mark(hand, at, entries)
        self._settle(sheet, hand, at)

    def correct(self, sheet: Sheet, student_id: UUID, at: datetime, status: _S | None = None) -> None:
        """Let the office correct a mark on a later day, which changes tokens at once (R7.3). Does nothing if that day
        is ahead.
        """
        if at > self.business.now:
            return
        new = status or _CORRECTIONS.get(sheet.marks[student_id]["status"], _S.PRESENT)
        sheet.mark(self.office, at, {student_id: Entry(new, "Corrected by the office.")})
        self.ledger.reconcile(sheet, at, self.office, may_create=True)

    def expect(
        self,
        student_id: UUID,
        meeting: Meeting,
        state: ExpectedAbsenceState,
        *,
        is_excused: bool,
        requested_at: datetime,
        **values: object,
    ) -> None:
        """Add an expected absence by a guardian. Staff decided within the day, unless it is still REQUESTED."""
        is_decided = state in (ExpectedAbsenceState.APPROVED, ExpectedAbsenceState.DENIED)
        decided_at = min(self.business.now, requested_at + timedelta(hours=3))
        guardian_id = self.business.children[student_id].guardian["id"]
        row: dict[str, object] = {
            "id": self.business.rows.id("expected", student_id, meeting.slot.id, meeting.held_on, state),
            "student_id": student_id,
            "starts_on": meeting.held_on,
            "ends_on": meeting.held_on,
            "window_starts": None,
            "window_ends": None,
            "comment": self.business.random.choice(names.ABSENCE_COMMENTS),
            "is_excused": is_excused,
            "is_late": False,
            "state": state,
            "source": Source.GUARDIAN,
            "requested_by_id": guardian_id,
            "requested_at": requested_at,
            "decided_by_id": self.office.person_id if is_decided else None,
            "decided_at": decided_at if is_decided else None,
            "withdrawn_by_id": guardian_id if state is ExpectedAbsenceState.WITHDRAWN else None,
            "withdrawn_at": decided_at if state is ExpectedAbsenceState.WITHDRAWN else None,
        }
        self.business.rows.add(models.ExpectedAbsence, **row | values)
        if state is ExpectedAbsenceState.APPROVED and is_excused:
            self.excused.add((student_id, meeting.key))

    def _hand(self, meeting: Meeting) -> Hand:
        instructor = meeting.course.instructor_ids[0]
        is_here = (instructor, meeting.key) not in self.away
        if is_here and instructor in self.may_excuse and self.business.random.random() < 0.7:
            return Hand(Source.STAFF, instructor)
        return self.office

    def _entry(self, student_id: UUID, place: RosterEnrollment, meeting: Meeting) -> Entry:
        random = self.business.random
        if (student_id, meeting.key) in self.excused:
            return Entry(_S.EXCUSED_ABSENCE)
        weights = _OFTEN_AWAY if student_id.int % 29 == 0 else _WEIGHTS
        status = _S.PRESENT if place.type is EnrollmentType.MAKEUP else _pick(random, weights)
        if status is _S.EXCUSED_ABSENCE and random.random() < 0.7:
            requested_at = meeting.starts_at - timedelta(hours=random.randint(20, 70))
            approved = ExpectedAbsenceState.APPROVED
            self.expect(student_id, meeting, approved, is_excused=True, requested_at=requested_at)
        return Entry(status, random.choice(names.MARK_NOTES) if random.random() < 0.01 else None)

    def _check_in(self, sheet: Sheet, entries: Mapping[UUID, Entry]) -> tuple[Hand, datetime]:
        """Check students in at the kiosk (R4.5): the first one marks the others absent, and each later one is checked
        in. Return the hand and the time of the first.
        """
        business, meeting = self.business, sheet.meeting
        hand = Hand(Source.KIOSK, kiosk_id=business.kiosks[meeting.course.site.id])
        arrivals = sorted(
            (meeting.starts_at + timedelta(seconds=business.random.randint(-700, 240)), student)
            for student, entry in entries.items()
            if not entry.status.is_absence
        )
        for number, (at, student) in enumerate(arrivals):
            marks = {student: Entry(_S.TARDY if at > meeting.starts_at else _S.PRESENT)}
            if number == 0:
                marks |= {other: self._default(other, meeting) for other in entries if other != student}
            sheet.mark(hand, at, marks)
        return hand, arrivals[0][0] if arrivals else meeting.starts_at

    def _default(self, student_id: UUID, meeting: Meeting) -> Entry:
        is_excused = (student_id, meeting.key) in self.excused
        return Entry(_S.EXCUSED_ABSENCE if is_excused else _S.ABSENT, is_defaulted=True)

    def _settle(self, sheet: Sheet, hand: Hand, at: datetime) -> None:
        """Change tokens at once, or arm the runs and carry out those that are due (R7.3)."""
        meeting, business = sheet.meeting, self.business
        zone = meeting.course.site.zone
        timing = token_timing(
            source=hand.source,
            kind=meeting.course.kind,
            settings=business.settings,
            now=at,
            runs=run_times(meeting.ends_at, zone),
        )
        if timing.creates_at_once:
            self.ledger.reconcile(sheet, at, hand, may_create=True)
        for run in sorted(timing.runs, key=lambda run: run.due_at) if sheet.marks else ():
            is_due = run.due_at <= business.now
            issued, revoked = 0, 0
            if is_due:
                issued, revoked = self.ledger.reconcile(sheet, run.due_at, SYSTEM, may_create=True, phase=run.phase)
            business.rows.add(
                models.TokenRun,
                timeslot_id=meeting.slot.id,
                held_on=meeting.held_on,
                phase=run.phase,
                due_at=run.due_at,
                state=TokenRunState.DONE if is_due else TokenRunState.ARMED,
                armed_at=at,
                done_at=run.due_at if is_due else None,
                issued=issued,
                revoked=revoked,
            )


def _pick(random: Random, weights: Mapping[_S, int]) -> _S:
    return random.choices(list(weights), list(weights.values()))[0]
