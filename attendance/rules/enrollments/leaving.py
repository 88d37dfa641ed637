"""When a student has left, and through which day the remaining makeup tokens are good (R8.11)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from attendance.rules.vocabulary import EnrollmentEnd, EnrollmentType

_COUNTING = frozenset({EnrollmentType.ACTIVE, EnrollmentType.TRIAL, EnrollmentType.SINGLE_DAY})


@dataclass(frozen=True, slots=True)
class Stay:
    """An enrollment that is not deleted. `drop_on` is None when it has no end."""

    type: EnrollmentType
    drop_on: date | None
    end_cause: EnrollmentEnd | None


def keeps_tokens(type: EnrollmentType) -> bool:
    """Return whether an enrollment of this type makes the student a current one. A waiting list is not a place, and
    a makeup is the use of a token.
    """
    return type in _COUNTING


def left_on(stays: Iterable[Stay], today: date) -> date | None:
    """Return the day on which the student leaves, while one of their enrollments is being dropped. None when the
    student stays, because an enrollment has no end or ends later without having been dropped.

    The day is the last date of the dropped enrollments, or today when that is over.
    """
    counting = [stay for stay in stays if keeps_tokens(stay.type)]
    leaves_on = max([today, *(stay.drop_on for stay in counting if _was_ended(stay) and stay.drop_on)])
    for stay in counting:
        if stay.drop_on is None or (stay.drop_on > leaves_on and not _was_ended(stay)):
            return None
    return leaves_on


def is_staying(stays: Iterable[Stay], today: date) -> bool:
    """Return whether the student has an enrollment that nobody is ending."""
    return left_on(stays, today) is None


def tokens_lapse_on(leaves_on: date, wait_days: int, known: date | None = None) -> date | None:
    """Return the last day of the unused tokens of a student who leaves, or None when it never comes.

    known -- the day that an earlier drop has set, or None. A later drop can only move it to an earlier day.
    """
    try:
        wanted = leaves_on + timedelta(days=wait_days)
    except OverflowError:
        return known
    return wanted if known is None else min(wanted, known)


def _was_ended(stay: Stay) -> bool:
    """Return whether somebody ended the enrollment, as opposed to its session ending."""
    return stay.end_cause in (EnrollmentEnd.DROPPED, EnrollmentEnd.TRANSFERRED)
