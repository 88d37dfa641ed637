"""The current time, for entry points only. Everything below them receives an instant."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    return datetime.now(UTC)


def clock_from(instant: datetime | None) -> Clock:
    """Return a clock that shows `instant` (aware) now and goes on from there, for demonstrations. None gives the wall
    clock.
    """
    if instant is None:
        return wall_clock
    ahead = instant.astimezone(UTC) - wall_clock()
    return lambda: wall_clock() + ahead
