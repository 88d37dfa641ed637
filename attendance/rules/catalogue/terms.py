"""The terms of a change of the catalogue (R13.2)."""

from dataclasses import dataclass
from datetime import date

from attendance.rules.catalogue.catalogue_refusals import PastIsFixed


@dataclass(frozen=True, slots=True)
class Terms:
    """How a change is to be made.

    since -- the first date on which it holds; None means today at the location, or tomorrow once a class of today has
        begun
    corrects_past -- it may hold on dates that have passed
    notifies -- families whose classes it changes get an e-mail
    """

    since: date | None = None
    corrects_past: bool = False
    notifies: bool = False


def first_concerned(terms: Terms, today: date) -> date:
    """Return the date from which offerings may be concerned by a change: today, or an earlier date from which the past
    is corrected. Raises PastIsFixed.
    """
    check_not_past(terms, today)
    return today if terms.since is None else min(today, terms.since)


def check_not_past(terms: Terms, today: date) -> None:
    """Raise PastIsFixed for a change that would hold before today and is no correction of the past."""
    if terms.since is not None and terms.since < today and not terms.corrects_past:
        message = f"What was before {today} is fixed. An owner can correct it with correctsPast."
        raise PastIsFixed(today, message)
