"""Who is on an occurrence's roll sheet, in which order, and what it adds up to (R2.9, R3.1 to R3.3)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey
from attendance.rules.vocabulary import AttendanceState, AttendanceStatus, EnrollmentEnd, EnrollmentType

# Of several enrollments that cover one occurrence, the lasting place speaks for the student: it decides the
# indicators and whether an absence earns a token.
_PRECEDENCE = (
    EnrollmentType.ACTIVE,
    EnrollmentType.TRIAL,
    EnrollmentType.SINGLE_DAY,
    EnrollmentType.MAKEUP,
    EnrollmentType.WAITLIST,
)


class RosterOrder(StrEnum):
    LAST_NAME = "LAST_NAME"
    FIRST_NAME = "FIRST_NAME"


@dataclass(frozen=True, slots=True)
class RosterEnrollment:
    """An enrollment in the occurrence's offering. `timeslot_id` None: all of the offering's timeslots. The
    transfer fields name the other class; `missed` names what a makeup makes up for, when known.
    `is_first_ever`: the student has no enrollment, WAITLIST aside, that started earlier.
    """

    id: UUID
    student_id: UUID
    type: EnrollmentType
    starts_on: date
    drop_on: date | None = None
    timeslot_id: UUID | None = None
    end_cause: EnrollmentEnd | None = None
    is_deleted: bool = False
    transferred_to: str | None = None
    transferred_from: str | None = None
    missed: str | None = None
    missed_on: date | None = None
    is_first_ever: bool = False


@dataclass(frozen=True, slots=True)
class AttendanceTally:
    """R2.9: the rows of a roll sheet by status; `unmarked` ones have no mark."""

    by_status: Mapping[AttendanceStatus, int]
    unmarked: int

    @property
    def marked(self) -> int:
        return sum(self.by_status.values())

    @property
    def total(self) -> int:
        return self.marked + self.unmarked

    @property
    def state(self) -> AttendanceState:
        """An empty roll sheet is not taken: nothing was recorded."""
        if not self.marked:
            return AttendanceState.NOT_TAKEN
        return AttendanceState.IN_PROGRESS if self.unmarked else AttendanceState.TAKEN


def covers(enrollment: RosterEnrollment, key: OccurrenceKey) -> bool:
    """R3.1: does the enrollment put its student on the occurrence's roll sheet? A drop takes effect at the
    day's end.
    """
    return (
        not enrollment.is_deleted
        and enrollment.type is not EnrollmentType.WAITLIST
        and enrollment.timeslot_id in (None, key.timeslot_id)
        and enrollment.starts_on <= key.held_on
        and (enrollment.drop_on is None or key.held_on <= enrollment.drop_on)
    )


def dates_of(enrollment: RosterEnrollment) -> DateSpan:
    """The dates on which the enrollment puts its student on roll sheets; an empty span: on none."""
    if enrollment.is_deleted or enrollment.type is EnrollmentType.WAITLIST:
        return DateSpan(enrollment.starts_on, enrollment.starts_on - timedelta(days=1))
    return DateSpan(enrollment.starts_on, enrollment.drop_on)


def speaking(enrollments: Iterable[RosterEnrollment]) -> RosterEnrollment | None:
    """The one of a student's enrollments that a row stands for (R3.2): ACTIVE, then TRIAL, SINGLE_DAY,
    MAKEUP; among equals the one that started last.
    """
    return min(
        enrollments,
        key=lambda each: (_PRECEDENCE.index(each.type), -each.starts_on.toordinal(), each.id),
        default=None,
    )


def name_key(first_name: str, last_name: str, student_id: UUID, order: RosterOrder) -> tuple[str, str, UUID]:
    """Sorts rows by name, case aside; the id makes namesakes keep their places."""
    first, last = first_name.casefold(), last_name.casefold()
    return (last, first, student_id) if order is RosterOrder.LAST_NAME else (first, last, student_id)


def tally(statuses: Iterable[AttendanceStatus | None]) -> AttendanceTally:
    """Of a roll sheet's rows, subdued ones included; None: not marked."""
    counts = Counter(statuses)
    unmarked = counts.pop(None, 0)
    return AttendanceTally({status: counts[status] for status in AttendanceStatus}, unmarked)


def attendance_rate(present: int, absent: int) -> float | None:
    """R3.3: the share of the student's marks in the offering on which the student was there, from 0 to 1.
    `present` counts the present family (PRESENT, TARDY, LEFT_EARLY, TARDY_AND_LEFT_EARLY), `absent` counts
    ABSENT; excused absences count neither for nor against. None: nothing counts yet.
    """
    counted = present + absent
    return present / counted if counted else None
