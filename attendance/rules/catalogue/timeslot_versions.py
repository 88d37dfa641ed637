"""The versions of a timeslot, and what a change from a date on makes of them (R2.10, R13.2)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """When and where a timeslot meets: on an ISO weekday or, when that is None, on every date of its version."""

    weekday: int | None
    start_time: time
    minutes: int
    room: str | None


@dataclass(frozen=True, slots=True)
class Version:
    """What held from `starts_on` to `ends_on`, both inclusive. None leaves that side open."""

    facts: SlotFacts
    starts_on: date | None
    ends_on: date | None


def moved(
    versions: Sequence[Version], since: date, facts: SlotFacts, *, starts_on: date | None, ends_on: date | None
) -> list[Version]:
    """Return the versions of a timeslot that has other facts and dates from `since` on. What held before stays; what
    was planned for later gives way.

    versions -- in the order of their dates
    starts_on, ends_on -- the first and the last date on which it then meets; None leaves that side open

    The new version is the last one. It is left out when the timeslot would meet on no date from `since` on.
    """
    kept = ended(versions, since)
    first = since if starts_on is None or starts_on < since else starts_on
    if ends_on is not None and ends_on < first:
        return kept
    return [*kept, Version(facts, first, ends_on)]


def ended(versions: Sequence[Version], since: date) -> list[Version]:
    """Return the versions of a timeslot that meets no more from `since` on. Empty: it has never met."""
    before = since - _DAY
    kept = [each for each in versions if each.starts_on is None or each.starts_on <= before]
    return [
        each if each.ends_on is not None and each.ends_on <= before else replace(each, ends_on=before) for each in kept
    ]
