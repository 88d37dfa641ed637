"""What a kiosk is refused (section 5)."""

from dataclasses import dataclass
from datetime import datetime

from attendance.rules.refusals import NothingFound, Refusal


@dataclass(eq=False)
class KioskNotFound(NothingFound):
    message: str = "There is no such kiosk."


@dataclass(eq=False)
class KioskReadOnly(Refusal):
    """R5.3: kiosks show, and check nobody in."""

    message: str = "Kiosks are switched to read-only; please see the staff."


@dataclass(eq=False)
class OutsideCheckInWindow(Refusal):
    """R5.3: a kiosk checks in from `opens_at` to `closes_at`, both inclusive; None: that side is open."""

    opens_at: datetime | None
    closes_at: datetime | None
    message: str
