"""How many automatic tokens for absences a student may have in a period (R7.6)."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from attendance.rules.calendar.timeslots import DateSpan
from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.vocabulary import LimitPeriod, LimitScope

_EVER = DateSpan()


@dataclass(frozen=True, slots=True)
class LimitCount:
    """Which of the student's tokens count.

    Revoked tokens, tokens created by hand and tokens of cancellations never count.

    missed -- only tokens for classes missed within these dates
    enrollment_id -- only tokens earned through this enrollment; None counts all
    outstanding_only -- leaves out used and expired tokens
    """

    missed: DateSpan
    enrollment_id: UUID | None
    outstanding_only: bool


def limit_count(
    settings: MakeupTokenSettings,
    *,
    missed_on: date,
    session: DateSpan | None,
    enrollment: DateSpan | None,
    enrollment_id: UUID | None,
) -> LimitCount | None:
    """Return what to count before a token for the class missed on `missed_on` is created, or None when there is no
    limit.

    session -- the session that covers the date; None makes that period unlimited
    enrollment -- the dates of the row's enrollment; None makes that period unlimited
    """
    if settings.token_limit is None:
        return None
    match settings.token_limit_period:
        case LimitPeriod.OUTSTANDING:
            missed = _EVER
        case LimitPeriod.MONTH:
            last = monthrange(missed_on.year, missed_on.month)[1]
            missed = DateSpan(missed_on.replace(day=1), missed_on.replace(day=last))
        case LimitPeriod.YEAR:
            missed = DateSpan(date(missed_on.year, 1, 1), date(missed_on.year, 12, 31))
        case LimitPeriod.SESSION:
            missed = session or _EVER
        case LimitPeriod.ENROLLMENT:
            missed = enrollment or _EVER
    by_enrollment = settings.token_limit_scope is LimitScope.ENROLLMENT
    return LimitCount(
        missed=missed,
        enrollment_id=enrollment_id if by_enrollment else None,
        outstanding_only=settings.token_limit_period is LimitPeriod.OUTSTANDING,
    )


def is_over_limit(settings: MakeupTokenSettings, counted: int) -> bool:
    """Return whether one more token would exceed the limit."""
    return settings.token_limit is not None and counted >= settings.token_limit
