"""Which texts name a time zone."""

from functools import cache
from zoneinfo import available_timezones

# The computer's own zone, and the one of a computer that was never set up: files of the time zone database that no
# place has.
_OF_NO_PLACE = frozenset({"localtime", "Factory"})


def is_time_zone(name: str) -> bool:
    """Return whether the IANA time zone database has a zone of this name, such as America/Chicago."""
    return name in time_zones()


@cache
def time_zones() -> frozenset[str]:
    """Return the names of all zones. The first call walks through the files of the database."""
    return frozenset(available_timezones()) - _OF_NO_PLACE
