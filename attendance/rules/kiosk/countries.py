"""The country of a time zone, by the tables of the IANA time zone database."""

from functools import cache
from importlib.resources import files

# Names from before the zones of cities. The database links them to a city, which says nothing about the country.
_NOWHERE = frozenset({"CET", "EET", "EST", "MET", "WET"})


def country_of(time_zone: str) -> str | None:
    """Return the country in which the zone's city lies, as an ISO 3166 code such as US; None for a zone such as UTC.

    Former names of zones, such as US/Central, count as the zones that replaced them.
    """
    if time_zone in _NOWHERE:
        return None
    countries, links = _tables()
    return countries.get(time_zone) or countries.get(links.get(time_zone, ""))


@cache
def _tables() -> tuple[dict[str, str], dict[str, str]]:
    """Return the country of each zone, and the present name of each former one."""
    folder = files("tzdata") / "zoneinfo"
    countries = {}
    for line in (folder / "zone.tab").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            country, _, zone = line.split("\t")[:3]
            countries[zone] = country
    # A line of links is: L, the present name, the former name.
    entries = (line.split() for line in (folder / "tzdata.zi").read_text("utf-8").splitlines())
    return countries, {entry[2]: entry[1] for entry in entries if entry[:1] == ["L"]}
