"""The time zone of a location, and another one that is planned from a date on (R13.2)."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from attendance.rules.calendar.timeslots import local_date


@dataclass(frozen=True, slots=True)
class ZonePlan:
    """The zone that a location has now, and the zone that it is to have from a date on; both None without a plan."""

    time_zone: str
    next_zone: str | None = None
    next_zone_on: date | None = None

    def is_due(self, now: datetime) -> bool:
        """Return whether the date has begun in both zones. So today at the location never goes back."""
        if self.next_zone is None or self.next_zone_on is None:
            return False
        return all(local_date(now, ZoneInfo(each)) >= self.next_zone_on for each in (self.time_zone, self.next_zone))

    def settled(self, now: datetime) -> "ZonePlan":
        """Return the plan as it stands when what is due has been carried out."""
        return ZonePlan(self.next_zone) if self.next_zone is not None and self.is_due(now) else self

    def after(self, zone: str, since: date | None, now: datetime) -> "ZonePlan":
        """Return what holds when somebody asks for a zone from a date on. A plan that was made before gives way. Asking
        for the zone that the location has now takes the plan back.

        since -- the first date of the change; None means that it holds from now on
        """
        is_later = since is not None and since > local_date(now, ZoneInfo(self.time_zone))
        if is_later and zone != self.time_zone:
            return ZonePlan(self.time_zone, zone, since)
        return ZonePlan(zone)
