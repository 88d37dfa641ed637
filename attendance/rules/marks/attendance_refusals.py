"""Why attendance is not recorded."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.rules.refusals import AskedWrongly, Refusal
from attendance.rules.vocabulary import (
    AttendanceStatus,
    NotRecordableReason,
    Portal,
)


@dataclass(eq=False)
class AttendanceNotRecordable(Refusal):
    """R2.3 to R2.6, R4.12."""

    reason: NotRecordableReason
    message: str


@dataclass(eq=False)
class CheckInModeOff(Refusal):
    """R4.3: in this portal marks go in through the roll sheet alone."""

    portal: Portal
    message: str = "Check-in mode is off in this portal; record attendance through the roll sheet."


@dataclass(eq=False)
class StudentNotOnRoster(Refusal):
    """R4.12."""

    student_ids: tuple[UUID, ...]
    message: str


@dataclass(eq=False)
class SeenRevisionAhead(AskedWrongly):
    """The caller says that it has seen a revision that does not exist: not a conflict, but a fault of the client."""

    seen_revision: int
    current_revision: int

    @property
    def message(self) -> str:  # type: ignore[override]
        return f"seenRevision is {self.seen_revision}, but the occurrence is at revision {self.current_revision}."


@dataclass(frozen=True, slots=True)
class ConflictingMark:
    """R4.10: what the caller wanted, and what somebody else put there since. Status None: not marked."""

    student_id: UUID
    wanted_status: AttendanceStatus | None
    current_status: AttendanceStatus | None
    current_note: str | None
    changed_at: datetime
    revision: int


@dataclass(eq=False)
class AttendanceConflict(Refusal):
    """R4.10."""

    seen_revision: int
    current_revision: int
    conflicts: tuple[ConflictingMark, ...]
    message: str
