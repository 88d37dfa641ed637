"""What a report of attendance adds up (R15.1)."""

from collections.abc import Mapping
from dataclasses import dataclass

from attendance.rules.roster.roster import attendance_rate
from attendance.rules.vocabulary import AttendanceStatus

PRESENT_FAMILY = (
    AttendanceStatus.PRESENT,
    AttendanceStatus.TARDY,
    AttendanceStatus.LEFT_EARLY,
    AttendanceStatus.TARDY_AND_LEFT_EARLY,
)


@dataclass(frozen=True, slots=True)
class AttendanceCounts:
    """The number of marks by status."""

    by_status: Mapping[AttendanceStatus, int]

    @property
    def total(self) -> int:
        return sum(self.by_status.values())

    @property
    def rate(self) -> float | None:
        """The rate of R3.3, or None when nothing counts for or against it."""
        present = sum(self.by_status[status] for status in PRESENT_FAMILY)
        return attendance_rate(present, self.by_status[AttendanceStatus.ABSENT])
