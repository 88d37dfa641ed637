"""How a mark came to be what it is (R4.9)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.rules.calendar.occurrences import PersonFacts
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.roster.roster_rows import KioskFacts
from attendance.rules.vocabulary import AttendanceStatus, PersonKind, Source


@dataclass(frozen=True, slots=True)
class RosterPlace:
    """A student's row on an occurrence's roll sheet."""

    key: OccurrenceKey
    student_id: UUID


@dataclass(frozen=True, slots=True)
class PastMark:
    """What a mark said."""

    status: AttendanceStatus
    note: str | None
    is_defaulted: bool


@dataclass(frozen=True, slots=True)
class MarkStep:
    """One change of a mark; `before` and `after` None: not marked. `changed_by` is who acted, also for a mark by
    default that followed; None: the system by itself.
    """

    revision: int
    changed_at: datetime
    source: Source
    changed_by: tuple[PersonKind, PersonFacts] | KioskFacts | None
    before: PastMark | None
    after: PastMark | None
