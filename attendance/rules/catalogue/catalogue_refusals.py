"""The refusals of changing the catalogue (R13.1 to R13.3)."""

from dataclasses import dataclass
from datetime import date

from attendance.rules.refusals import Refusal


@dataclass(eq=False)
class PastIsFixed(Refusal):
    """The change would hold on dates that have passed, and no correction of the past was asked for (R2.10)."""

    earliest: date
    message: str


@dataclass(eq=False)
class MarksInTheWay(Refusal):
    """The correction would take away or move to another date occurrences for which marks are recorded."""

    occurrence_count: int
    first_on: date

    @property
    def message(self) -> str:  # type: ignore[override]
        return (
            f"Attendance is recorded for {self.occurrence_count} of the occurrences that this would take away, the "
            f"first on {self.first_on}. Clear those marks first."
        )


@dataclass(eq=False)
class StillUsed(Refusal):
    """What should end is still used by others, which must end or change before."""

    used_by_count: int
    message: str


@dataclass(eq=False)
class NotPossible(Refusal):
    """What was asked for contradicts what is there, such as a camp that meets weekly."""

    message: str
