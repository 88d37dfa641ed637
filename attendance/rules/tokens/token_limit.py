"""How many automatic absence tokens a student may have in a period (R7.6)."""

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
    """Which tokens of the student count: those earned by classes missed within `missed` and, unless None,
    through one enrollment; `outstanding_only` leaves out used and expired ones. Revoked ones never count,
    nor do manual ones and those of cancellations.
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
    """What to count before a token for the class missed on `missed_on` is created; None: there is no limit.
    `session` spans the session that covers the date, `enrollment` the dates of the row's enrollment; where
    one is unknown, that period is unbounded.
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
    """Would one more be too many?"""
    return settings.token_limit is not None and counted >= settings.token_limit
