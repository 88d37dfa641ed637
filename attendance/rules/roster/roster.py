"""Who is on an occurrence's roll sheet, in which order, and its tally (R2.9, R3.1 to R3.3)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from uuid import UUID

from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey
from attendance.rules.quickly_made import quickly_made
from attendance.rules.vocabulary import AttendanceState, AttendanceStatus, EnrollmentEnd, EnrollmentType

# When several enrollments cover one occurrence, the first in this order represents the student: it decides the
# indicators and whether an absence earns a token.
_PRECEDENCE = (
    EnrollmentType.ACTIVE,
    EnrollmentType.TRIAL,
    EnrollmentType.SINGLE_DAY,
    EnrollmentType.MAKEUP,
    EnrollmentType.WAITLIST,
)

_STATUSES = tuple(AttendanceStatus)


class RosterOrder(StrEnum):
    LAST_NAME = "LAST_NAME"
    FIRST_NAME = "FIRST_NAME"


@quickly_made
class RosterEnrollment:
    """An enrollment in the occurrence's offering.

    timeslot_id -- the only timeslot that the student attends. None means all of the offering's timeslots.
    transferred_to, transferred_from -- the name of the other class of a transfer.
    missed -- the name of the class for which a makeup makes up. None when it is not known.
    is_first_ever -- whether the student has no enrollment that started earlier, except on waiting lists.
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
    """The number of a roll sheet's rows by status (R2.9). `unmarked` counts the rows without a mark."""

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
        """Return how far attendance has been taken. An empty roll sheet is NOT_TAKEN because nothing was recorded."""
        if not self.marked:
            return AttendanceState.NOT_TAKEN
        return AttendanceState.IN_PROGRESS if self.unmarked else AttendanceState.TAKEN


def covers(enrollment: RosterEnrollment, key: OccurrenceKey) -> bool:
    """Return whether the enrollment puts its student on the occurrence's roll sheet (R3.1). A drop takes effect at
    the end of its day.
    """
    return (
        not enrollment.is_deleted
        and enrollment.type is not EnrollmentType.WAITLIST
        and enrollment.timeslot_id in (None, key.timeslot_id)
        and enrollment.starts_on <= key.held_on
        and (enrollment.drop_on is None or key.held_on <= enrollment.drop_on)
    )


def dates_of(enrollment: RosterEnrollment) -> DateSpan:
    """Return the dates on which the enrollment puts its student on roll sheets. The span is empty when there are
    none.
    """
    if enrollment.is_deleted or enrollment.type is EnrollmentType.WAITLIST:
        return DateSpan(enrollment.starts_on, enrollment.starts_on - timedelta(days=1))
    return DateSpan(enrollment.starts_on, enrollment.drop_on)


def speaking(enrollments: Iterable[RosterEnrollment]) -> RosterEnrollment | None:
    """Return the enrollment for which a student's row stands (R3.2): by type in the order ACTIVE, TRIAL, SINGLE_DAY,
    MAKEUP, and among equals the one that started last. None when there are no enrollments.
    """
    several = list(enrollments)
    if len(several) < 2:
        return several[0] if several else None
    return min(
        several,
        key=lambda each: (_PRECEDENCE.index(each.type), -each.starts_on.toordinal(), each.id),
    )


def standing(
    enrollments: Collection[RosterEnrollment], key: OccurrenceKey, *, is_marked: bool
) -> tuple[RosterEnrollment | None, bool] | None:
    """Return the enrollment for which a student's row stands, and whether the row is subdued, because only its mark
    keeps it there. None when the student has no row (R3.1).

    enrollments -- those that may put the student on the sheet, and the one that the mark names.
    """
    current = [each for each in enrollments if covers(each, key)]
    if current:
        return current[0] if len(current) == 1 else speaking(current), False
    return (speaking(enrollments), True) if is_marked else None


def place_by_name(sort_key: str, student_id: UUID, order: RosterOrder) -> tuple[str, UUID]:
    """Return a key that sorts rows by name (R3.2). The id keeps students with the same name in the same order.

    sort_key -- the key of the last name, a space, and the key of the first name.
    """
    if order is RosterOrder.FIRST_NAME:
        last, _, first = sort_key.partition(" ")
        return f"{first} {last}", student_id
    return sort_key, student_id


def tally(statuses: Iterable[AttendanceStatus | None]) -> AttendanceTally:
    """Return the tally of a roll sheet's rows, including subdued ones. A status of None means not marked."""
    # Members of an enumeration are found by identity several times as fast as by their hash.
    all_rows = list(statuses)
    return AttendanceTally({status: all_rows.count(status) for status in _STATUSES}, all_rows.count(None))


def attendance_rate(present: int, absent: int) -> float | None:
    """Return the share of the student's marks in the offering at which the student was there, from 0 to 1 (R3.3).

    present -- the number of marks of the present family: PRESENT, TARDY, LEFT_EARLY and TARDY_AND_LEFT_EARLY.
    absent -- the number of ABSENT marks. Excused absences count neither for nor against.

    None is returned when nothing counts yet.
    """
    counted = present + absent
    return present / counted if counted else None
