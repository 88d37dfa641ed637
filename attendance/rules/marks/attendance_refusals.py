"""The refusals of recording attendance."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.rules.refusals import AskedWrongly, Refusal
from attendance.rules.vocabulary import (
    AttendanceStatus,
    CapturedTimeReason,
    NotRecordableReason,
    Portal,
)


@dataclass(eq=False)
class AttendanceNotRecordable(Refusal):
    """Attendance cannot be recorded for the occurrence now (R2.3 to R2.6, R4.12)."""

    reason: NotRecordableReason
    message: str


@dataclass(eq=False)
class CapturedTimeNotPossible(Refusal):
    """The act cannot have been captured at that time (R14.1)."""

    captured_at_reason: CapturedTimeReason
    message: str


@dataclass(eq=False)
class CheckInModeOff(Refusal):
    """Check-in mode is off in the caller's portal, so marks can only be set through the roll sheet (R4.3)."""

    portal: Portal
    message: str = "Check-in mode is off in this portal. Record attendance through the roll sheet."


@dataclass(eq=False)
class StudentNotOnRoster(Refusal):
    """Some students have no row on the roll sheet (R4.12)."""

    student_ids: tuple[UUID, ...]
    message: str


@dataclass(eq=False)
class SeenRevisionAhead(AskedWrongly):
    """The caller's `seenRevision` does not exist yet. This is not a conflict but a fault of the client."""

    seen_revision: int
    current_revision: int

    @property
    def message(self) -> str:  # type: ignore[override]
        return f"seenRevision is {self.seen_revision}, but the occurrence is at revision {self.current_revision}."


@dataclass(frozen=True, slots=True)
class ConflictingMark:
    """The mark that the caller wanted, and the mark that somebody else has set since (R4.10). A status of None means
    not marked.
    """

    student_id: UUID
    wanted_status: AttendanceStatus | None
    current_status: AttendanceStatus | None
    current_note: str | None
    changed_at: datetime
    revision: int


@dataclass(eq=False)
class AttendanceConflict(Refusal):
    """Somebody else has changed some of the marks to other values since `seen_revision` (R4.10), or after the act was
    captured (R14.2).
    """

    seen_revision: int
    current_revision: int
    conflicts: tuple[ConflictingMark, ...]
    message: str
