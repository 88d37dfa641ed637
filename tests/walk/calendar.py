"""When the classes of the walk are, with the runs of their tokens (R2.7, R7.3)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

CHICAGO = ZoneInfo("America/Chicago")
SWIMS = time(17)
# Each a Saturday: summer time ends in the night to Sunday, or begins, or nothing happens.
SATURDAYS = {"autumn": date(2026, 10, 31), "spring": date(2026, 3, 7), "plain": date(2026, 6, 27)}
# On Sunday the Owls meet at a time that comes twice, never, or once.
OWLS_AT = {"autumn": time(1, 30), "spring": time(2, 30), "plain": time(2, 30)}


@dataclass(frozen=True)
class Slot:
    """A timeslot on a date."""

    offering: str
    kind: str
    held_on: date
    start: time
    minutes: int
    zone: ZoneInfo = CHICAGO

    @property
    def starts_at(self) -> datetime:
        """R2.7: a wall time in the gap moves forward by the gap, one that comes twice is the first."""
        return datetime.combine(self.held_on, self.start, self.zone).astimezone(UTC)

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def runs(self) -> dict[str, datetime]:
        """R7.3: when each run is due."""
        return {"AFTER_CLASS": self.ends_at + timedelta(minutes=30), "END_OF_DAY": end_of_day(self.ends_on, self.zone)}

    @property
    def ends_on(self) -> date:
        return self.ends_at.astimezone(self.zone).date()


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(23, 59), zone).astimezone(UTC)


def slots(season: str) -> dict[str, Slot]:
    """Two Saturdays of one class, one past midnight, one at the change of clocks, and a camp."""
    saturday = SATURDAYS[season]
    week, sunday = saturday + timedelta(weeks=1), saturday + timedelta(days=1)
    return {
        "swim": Slot("Swim", "CLASS", saturday, SWIMS, 45),
        "next": Slot("Swim", "CLASS", week, SWIMS, 45),
        "night": Slot("Night", "CLASS", saturday, time(23, 30), 150),
        "owls": Slot("Owls", "CLASS", sunday, OWLS_AT[season], 60),
        "camp": Slot("Camp", "CAMP", saturday, time(9), 180),
    }
