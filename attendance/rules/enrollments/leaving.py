"""When a student has left, and through which day the makeup tokens that are left over are good (R8.11)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from attendance.rules.vocabulary import EnrollmentEnd, EnrollmentType

_COUNTING = frozenset({EnrollmentType.ACTIVE, EnrollmentType.TRIAL, EnrollmentType.SINGLE_DAY})


@dataclass(frozen=True, slots=True)
class Stay:
    """An enrollment that was not deleted; `drop_on` None: its end is open."""

    type: EnrollmentType
    drop_on: date | None
    end_cause: EnrollmentEnd | None


def keeps_tokens(type: EnrollmentType) -> bool:
    """Is it a place that makes a student one of ours? Waiting is no place, and a makeup is a token's own use."""
    return type in _COUNTING


def left_on(stays: Iterable[Stay], today: date) -> date | None:
    """The day on which a student leaves of whom an enrollment is being dropped: the last of those dropped, or today
    when that is over. None: the student stays, for there is a place that is open or runs out later by itself.
    """
    counting = [stay for stay in stays if keeps_tokens(stay.type)]
    leaves_on = max([today, *(stay.drop_on for stay in counting if _was_ended(stay) and stay.drop_on)])
    for stay in counting:
        if stay.drop_on is None or (stay.drop_on > leaves_on and not _was_ended(stay)):
            return None
    return leaves_on


def is_staying(stays: Iterable[Stay], today: date) -> bool:
    """Is there a place that nobody is about to end?"""
    return left_on(stays, today) is None


def tokens_lapse_on(leaves_on: date, wait_days: int, known: date | None = None) -> date | None:
    """The last day of the unused tokens of somebody who leaves; None: it never comes. `known`: the day that an earlier
    drop has set, which a further one can only move forward.
    """
    try:
        wanted = leaves_on + timedelta(days=wait_days)
    except OverflowError:
        return known
    return wanted if known is None else min(wanted, known)


def _was_ended(stay: Stay) -> bool:
    """By an act, and not by running out."""
    return stay.end_cause in (EnrollmentEnd.DROPPED, EnrollmentEnd.TRANSFERRED)
