"""R2.9, R3.1, R3.2: the tally of a roll sheet is that of its rows, though no row is made for it."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from attendance.rules.calendar.neighbours import Series
from attendance.rules.calendar.occurrences import LocationFacts, OccurrenceHead, OfferingFacts
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey, Schedule, Timeslot
from attendance.rules.roster.indicators import Sight
from attendance.rules.roster.roster import RosterEnrollment, tally
from attendance.rules.roster.roster_rows import (
    FamilyFacts,
    MarkFacts,
    RosterCandidate,
    StudentFacts,
    roster_rows,
    tally_of,
)
from attendance.rules.vocabulary import AttendanceStatus, EnrollmentType, OfferingKind, Source

MONDAY, DAY = date(2026, 11, 16), timedelta(days=1)
SLOT = Timeslot(UUID(int=1), time(17), 45, weekday=1)
OFFERING = OfferingFacts(
    UUID(int=2),
    OfferingKind.CLASS,
    "Swim 1",
    LocationFacts(UUID(int=3), "Main Street", "America/Chicago"),
    None,
    None,
    None,
    None,
    sort_key="",
)
HEAD = OccurrenceHead(
    OccurrenceKey(SLOT.id, MONDAY),
    OFFERING,
    SLOT,
    None,
    False,
    Series((SLOT,), Schedule(DateSpan(None, None))),
    (SLOT,),
    frozenset(),
    (),
    0,
    None,
    "USD",
)
PRESENT, ABSENT, EXCUSED = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT, AttendanceStatus.EXCUSED_ABSENCE


def candidate(
    number: int,
    status: AttendanceStatus | None = None,
    *,
    is_enrolled: bool = True,
    drop_on: date | None = None,
    type_: EnrollmentType = EnrollmentType.ACTIVE,
) -> RosterCandidate:
    family = FamilyFacts(UUID(int=90), "Ito", None, None, Decimal(0))
    student = StudentFacts(
        UUID(int=100 + number), f"Student {number}", "Ito", f"ito {number:03}", None, None, None, None, family
    )
    enrollment = RosterEnrollment(UUID(int=200 + number), student.id, type_, MONDAY - 30 * DAY, drop_on)
    at = datetime(2026, 11, 16, 23, tzinfo=UTC)
    mark = None if status is None else MarkFacts(status, False, Source.OFFICE, None, at, None, 1, False)
    return RosterCandidate(student, enrollment if is_enrolled else None, mark, 0, False, (), 0, 0)


def test_R2_9_the_tally_without_rows_is_that_of_the_rows() -> None:
    everybody = [
        candidate(1),
        candidate(2, PRESENT),
        candidate(3, ABSENT, drop_on=MONDAY - DAY),
        candidate(4, drop_on=MONDAY - DAY),
        candidate(5, EXCUSED, is_enrolled=False),
        candidate(6, type_=EnrollmentType.WAITLIST),
        candidate(7, drop_on=MONDAY - DAY),
        candidate(7, type_=EnrollmentType.TRIAL),
        candidate(8, PRESENT, drop_on=MONDAY - DAY),
        candidate(8, PRESENT),
    ]
    found = tally_of(everybody, HEAD.key)
    rows = roster_rows(everybody, HEAD, Sight(True, True, 3, True))
    assert found == tally(row.status for row in rows)
    counted = {status: count for status, count in found.by_status.items() if count}
    assert (counted, found.unmarked) == ({PRESENT: 2, ABSENT: 1, EXCUSED: 1}, 2)
