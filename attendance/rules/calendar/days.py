"""When a day ends at a location (R7.3), and which days have ended and still have to be settled (R4.13)."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from attendance.rules.calendar.timeslots import local_date

END_OF_DAY = time(23, 59)

DAYS_BACK = 7
"""The largest number of past days that are settled for a location that has never been settled."""

_DAY = timedelta(days=1)


def end_of_day_at(on_date: date, zone: ZoneInfo) -> datetime:
    """Return 23:59 local time. When a clock change repeats that minute, it is the first one; when it skips that minute,
    it is later by the gap (R2.7).
    """
    return datetime.combine(on_date, END_OF_DAY, zone).astimezone(UTC)


def end_of_day_after(ends_at: datetime, zone: ZoneInfo) -> datetime:
    """Return the end of the day of an occurrence: 23:59 on the local date on which the occurrence ends (R7.3).

    From that instant on, the occurrence is past. An occurrence that ends at midnight ends on the date that begins then,
    so no occurrence is past while it runs.
    """
    return end_of_day_at(local_date(ends_at, zone), zone)


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
