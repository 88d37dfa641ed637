"""Which days of a location have ended and still have to be settled (R4.13)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from attendance.rules.calendar.timeslots import local_date
from attendance.rules.tokens.token_runs import end_of_day_at

DAYS_BACK = 7
"""The largest number of past days that are settled for a location that has never been settled."""

_DAY = timedelta(days=1)


def ended_days(settled_through_on: date | None, now: datetime, zone: ZoneInfo) -> list[date]:
    """Return the local dates, earliest first, whose end (23:59, as in R7.3) has come since `settled_through_on`.

    settled_through_on -- the last date that is already settled. None when none is: the last `DAYS_BACK` days are
        returned.
    """
    last = local_date(now, zone)
    while end_of_day_at(last, zone) > now:
        last -= _DAY
    first = last - (DAYS_BACK - 1) * _DAY if settled_through_on is None else settled_through_on + _DAY
    return [first + days * _DAY for days in range((last - first).days + 1)]
