"""The terms of a change of the catalogue (R13.2)."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Terms:
    """How a change is to be made.

    since -- the first date on which it holds; None: today at the location, or tomorrow once a class of today has begun
    corrects_past -- it may hold on dates that have passed
    notifies -- families whose classes it changes get an e-mail
    """

    since: date | None = None
    corrects_past: bool = False
    notifies: bool = False
