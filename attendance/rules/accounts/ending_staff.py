"""When a person's access ends (R12.6, R13.2)."""

from collections.abc import Collection
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from attendance.rules.calendar.timeslots import local_date
from attendance.rules.catalogue.catalogue_refusals import PastIsFixed


def end_of_access(from_on: date | None, zones: Collection[ZoneInfo], now: datetime) -> datetime:
    """Return the instant at which the date has begun at every location, or `now` when it has begun already.

    from_on -- the first date without access; None when the access ends at once
    zones -- those of the locations

    Raises PastIsFixed for a date that is past at every location.
    """
    if from_on is None:
        return now
    earliest = min(local_date(now, zone) for zone in zones)
    if from_on < earliest:
        raise PastIsFixed(earliest, f"Access cannot end before {earliest}: what has passed stays as it was.")
    begun = (datetime.combine(from_on, time(), zone).astimezone(UTC) for zone in zones)
    return max(now, *begun)


def has_left(ended_at: datetime | None, ends_at: datetime | None, now: datetime) -> bool:
    """Return whether the person's access has ended, or its planned end has come and the job that carries it out has not
    run yet.

    ended_at -- the instant at which the access ended
    ends_at -- the instant for which its end is planned
    """
    return ended_at is not None or (ends_at is not None and ends_at <= now)
