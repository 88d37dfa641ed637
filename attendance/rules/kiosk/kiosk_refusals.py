"""The refusals of kiosks (section 5)."""

from dataclasses import dataclass
from datetime import datetime

from attendance.rules.refusals import NothingFound, Refusal
from attendance.rules.vocabulary import NoUndoReason


@dataclass(eq=False)
class KioskNotFound(NothingFound):
    message: str = "There is no such kiosk."


@dataclass(eq=False)
class KioskReadOnly(Refusal):
    """A setting has made kiosks read-only: they show occurrences but check nobody in (R5.3)."""

    message: str = "Kiosks are read-only at the moment. Please ask the staff."


@dataclass(eq=False)
class OutsideCheckInWindow(Refusal):
    """The kiosk's check-in window is not open (R5.3). A kiosk checks in from `opens_at` to `closes_at`, both
    inclusive; None leaves that side open.
    """

    opens_at: datetime | None
    closes_at: datetime | None
    message: str


@dataclass(eq=False)
class CheckInNotUndoable(Refusal):
    """The kiosk cannot take the check-in back (R4.5b). `undoable_until` is the instant after which it was too late;
    None for another reason.
    """

    no_undo_reason: NoUndoReason
    undoable_until: datetime | None
    message: str
