"""The refusals of giving a booked makeup back (R8.12)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from attendance.rules.refusals import Refusal


@dataclass(eq=False)
class GivingBackNotAllowed(Refusal):
    """The setting does not let families give makeups back."""

    message: str = "Families cannot give makeups back themselves; please contact us."


@dataclass(eq=False)
class GivingBackTooLate(Refusal):
    """The latest booking time of the makeup has passed. `latest_at` was the last instant for giving it back."""

    latest_at: datetime
    minutes: int

    @property
    def message(self) -> str:  # type: ignore[override]
        if not self.minutes:
            return "The class has already begun; a makeup must be given back before it begins."
        unit = "minute" if self.minutes == 1 else "minutes"
        return f"A makeup must be given back at least {self.minutes} {unit} before the class begins."


@dataclass(eq=False)
class MakeupAttended(Refusal):
    """The student is marked with a present-family status at the makeup, so nobody can give it up."""

    enrollment_id: UUID
    held_on: date

    @property
    def message(self) -> str:  # type: ignore[override]
        return f"The student attended this makeup on {self.held_on}; it cannot be given up."
