"""The values in the history of a mark (R4.9)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.rules.calendar.occurrences import PersonFacts
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.quickly_made import quickly_made
from attendance.rules.roster.roster_rows import KioskFacts
from attendance.rules.vocabulary import AttendanceStatus, PersonKind, Source


@quickly_made
class RosterPlace:
    """A student's row on an occurrence's roll sheet."""

    key: OccurrenceKey
    student_id: UUID


@dataclass(frozen=True, slots=True)
class PastMark:
    """A mark as it was at some time."""

    status: AttendanceStatus
    note: str | None
    is_defaulted: bool


@dataclass(frozen=True, slots=True)
class MarkStep:
    """One change of a mark. `before` and `after` are None when the student was not marked.

    captured_at -- when a client that was offline captured it (R14.2). None when it was made at once.
    changed_by -- who acted. For a mark by default, it is whose act caused it. None when the system acted by itself.
    """

    revision: int
    changed_at: datetime
    captured_at: datetime | None
    source: Source
    changed_by: tuple[PersonKind, PersonFacts] | KioskFacts | None
    before: PastMark | None
    after: PastMark | None
