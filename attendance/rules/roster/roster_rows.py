"""The rows of an occurrence's roll sheet, made from what the database holds about its students (R3.1 to R3.4)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from uuid import UUID

from attendance.rules.absences.expected_absences import ExpectedAbsence, covering
from attendance.rules.calendar.neighbours import Neighbours
from attendance.rules.calendar.occurrences import OccurrenceHead, PersonFacts
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.quickly_made import quickly_made
from attendance.rules.roster.indicators import Indicator, IndicatorInput, Sight, indicators
from attendance.rules.roster.roster import (
    AttendanceTally,
    RosterEnrollment,
    RosterOrder,
    attendance_rate,
    covers,
    place_by_name,
    standing,
    tally,
)
from attendance.rules.vocabulary import AttendanceStatus, EnrollmentType, PersonKind, Source


@quickly_made
class FamilyFacts:
    id: UUID
    name: str
    email: str | None
    phone: str | None
    balance: Decimal


@quickly_made
class StudentFacts:
    """A student. `sort_key` sorts by last name, then first name (R3.2)."""

    id: UUID
    first_name: str
    last_name: str
    sort_key: str
    birth_on: date | None
    gender: str | None
    medical_alert: str | None
    roll_sheet_comment: str | None
    family: FamilyFacts


@quickly_made
class KioskFacts:
    id: UUID
    name: str


@quickly_made
class MarkFacts:
    """The current mark of a row.

    marked_by -- a person with their kind, or a kiosk. None when the system made the mark.
    needs_review -- whether its makeup token is tied to a makeup although the mark no longer earns a token (R7.4).
    by_check_in -- see MarkValue; not part of a mark that was read from the history.
    """

    status: AttendanceStatus
    is_defaulted: bool
    source: Source
    marked_by: tuple[PersonKind, PersonFacts] | KioskFacts | None
    marked_at: datetime
    note: str | None
    revision: int
    needs_review: bool
    by_check_in: bool = False


@dataclass(frozen=True, slots=True)
class RosterParts:
    """What is read for a roster besides its students, enrollments, marks and expected absences.

    rates -- the numbers of marks from which attendance rates follow; without them, rates are None
    signs -- the notes, transfers, makeups and earlier enrollments from which indicators follow; without them, rows have
        no indicators
    holds -- the WAITLIST enrollments for which a place is held on the date; they give no row
    details -- what else there is to say of students and marks: the names of the families, who made the marks, by which
        act, and whether they need review; without them, nothing may ask for these
    """

    rates: bool = True
    signs: bool = True
    holds: bool = False
    details: bool = True


WHOLE, BARE, WITH_HOLDS = RosterParts(), RosterParts(rates=False, signs=False), RosterParts(holds=True)


@quickly_made
class RosterCandidate:
    """A student with one of the enrollments that may put them on the sheet, and what the indicators need.

    A student with several enrollments appears once for each, one after the other.

    enrollment -- None when the row has a mark that names no enrollment.
    absences -- the approved expected absences near the date.
    present, absent -- the number of the student's marks in the offering (R3.3).
    """

    student: StudentFacts
    enrollment: RosterEnrollment | None
    mark: MarkFacts | None
    open_notes: int
    has_critical_note: bool
    absences: tuple[ExpectedAbsence, ...]
    present: int
    absent: int


def divide_held(
    candidates: Sequence[RosterCandidate],
) -> tuple[Sequence[RosterCandidate], Sequence[RosterCandidate]]:
    """Return those who are on the sheet, and those for whom a place is held while they wait."""
    held = [each for each in candidates if _is_waiting(each)]
    return ([each for each in candidates if not _is_waiting(each)], held) if held else (candidates, held)


def _is_waiting(candidate: RosterCandidate) -> bool:
    waiting = candidate.enrollment
    return waiting is not None and waiting.type is EnrollmentType.WAITLIST and candidate.mark is None


@quickly_made
class RosterRow:
    """A row of a roll sheet.

    expected_absence -- the approved one that covers the occurrence, or None. An excused one turns a defaulted absence
        into an excused one (R4.5).
    """

    student: StudentFacts
    enrollment: RosterEnrollment | None
    mark: MarkFacts | None
    expected_absence: ExpectedAbsence | None
    indicators: tuple[Indicator, ...]
    is_subdued: bool
    attendance_rate: float | None

    @property
    def status(self) -> AttendanceStatus | None:
        return self.mark.status if self.mark else None


def roster_rows(
    candidates: Iterable[RosterCandidate],
    head: OccurrenceHead,
    sight: Sight,
    parts: RosterParts = WHOLE,
) -> tuple[RosterRow, ...]:
    """Return one row for each student, by last name, then first name (R3.2). A student whom no enrollment covers and
    who has no mark gets no row.

    parts -- what was read for the candidates
    """
    everyone = list(candidates)
    around = head.neighbours({each.enrollment.timeslot_id for each in everyone if each.enrollment})
    sees = sight if parts.signs else None
    rows = [_row(mine, head, sees, around) for mine in _by_student(everyone)]
    return in_order([row for row in rows if row is not None], RosterOrder.LAST_NAME)


def _by_student(candidates: Iterable[RosterCandidate]) -> list[list[RosterCandidate]]:
    """Return the candidates of each student, who come one after the other."""
    found: list[list[RosterCandidate]] = []
    student_id = None
    for each in candidates:
        if each.student.id == student_id:
            found[-1].append(each)
        else:
            student_id = each.student.id
            found.append([each])
    return found


def in_order(rows: Iterable[RosterRow], order: RosterOrder) -> tuple[RosterRow, ...]:
    def place(row: RosterRow) -> tuple[str, UUID]:
        return place_by_name(row.student.sort_key, row.student.id, order)

    return tuple(sorted(rows, key=_BY_LAST_NAME if order is RosterOrder.LAST_NAME else place))


# What `place_by_name` returns for this order, in a fifth of the time.
_BY_LAST_NAME = attrgetter("student.sort_key", "student.id")


def tally_of(candidates: Iterable[RosterCandidate], key: OccurrenceKey) -> AttendanceTally:
    """Return the tally of the rows that `roster_rows` would make, without making them."""
    statuses = {
        each.student.id: each.mark.status if each.mark is not None else None
        for each in candidates
        if each.mark is not None or (each.enrollment is not None and covers(each.enrollment, key))
    }
    return tally(statuses.values())


_ALONE = Neighbours(None, None)


def _row(
    mine: list[RosterCandidate], head: OccurrenceHead, sight: Sight | None, around: Mapping[UUID | None, Neighbours]
) -> RosterRow | None:
    first, key = mine[0], head.key
    place = _standing(mine, key)
    if place is None:
        return None
    enrollment, is_subdued = place
    absence = None
    if first.absences:
        enrollment_id = enrollment.id if enrollment else None
        slot = head.slot
        absence = covering(first.absences, key.held_on, slot.start_time, slot.duration_minutes, enrollment_id)
    raised: tuple[Indicator, ...] = ()
    if sight is not None:
        student = first.student
        facts = IndicatorInput(
            key.held_on,
            student.birth_on,
            student.medical_alert,
            student.roll_sheet_comment,
            first.open_notes,
            first.has_critical_note,
            student.family.balance,
            head.currency,
            enrollment,
            is_subdued,
            absence,
            around[enrollment.timeslot_id] if enrollment else _ALONE,
            head.is_held,
        )
        raised = indicators(facts, sight)
    rate = attendance_rate(first.present, first.absent)
    return RosterRow(first.student, enrollment, first.mark, absence, raised, is_subdued, rate)


def _standing(mine: list[RosterCandidate], key: OccurrenceKey) -> tuple[RosterEnrollment | None, bool] | None:
    """Return what `standing` returns. Nearly all students have one enrollment."""
    first = mine[0]
    if len(mine) == 1 and first.enrollment is not None and covers(first.enrollment, key):
        return first.enrollment, False
    enrollments = [each.enrollment for each in mine if each.enrollment]
    return standing(enrollments, key, is_marked=first.mark is not None)
