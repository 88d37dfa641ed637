"""What time it is, for the entry points; all below them is handed an instant."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    return datetime.now(UTC)


def clock_from(instant: datetime | None) -> Clock:
    """A clock that shows `instant` (aware) now and goes on from there, for demonstrations; None: the wall
    clock.
    """
    if instant is None:
        return wall_clock
    ahead = instant.astimezone(UTC) - wall_clock()
    return lambda: wall_clock() + ahead
