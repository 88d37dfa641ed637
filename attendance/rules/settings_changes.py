"""What a change of settings may ask for, and what it changes."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, NamedTuple

from attendance.rules.occurrences import PersonFacts
from attendance.rules.refusals import SettingOutOfRange
from attendance.rules.settings import OrganizationSettings


class Range(NamedTuple):
    """Both ends are allowed."""

    least: int
    most: int


MINUTES_OF_A_DAY = 24 * 60

# The lower ends, and upper ones where a column has any, are constraints too; the others keep instants in the calendar.
RANGES: Mapping[str, Range] = {
    "birthday_window_days": Range(0, 31),
    "consecutive_absences_notice": Range(1, 100),
    "kiosk_early_minutes": Range(0, MINUTES_OF_A_DAY),
    "kiosk_late_minutes": Range(0, MINUTES_OF_A_DAY),
    "absence_notice_minutes": Range(0, 60 * MINUTES_OF_A_DAY),
}


@dataclass(frozen=True, slots=True)
class SettingsDifference:
    """The settings that changed, by the names of attendance.rules.settings, before and after."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SettingsChangeFacts:
    """A change in the audit; its values are as JSON keeps them. `changed_by` None: nobody who is known."""

    changed_at: datetime
    changed_by: PersonFacts | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def by_name(settings: OrganizationSettings) -> dict[str, Any]:
    """Each setting by its name, which is one in all sections together."""
    sections = (getattr(settings, section.name) for section in fields(settings))
    return {each.name: getattr(section, each.name) for section in sections for each in fields(section)}


def settings_difference(current: OrganizationSettings, wanted: Mapping[str, Any]) -> SettingsDifference:
    """What the wanted settings change of the current ones; those that say what is so already change nothing.

    Raises SettingOutOfRange.
    """
    for name, value in wanted.items():
        allowed = RANGES.get(name)
        if allowed is not None and value is not None and not allowed.least <= value <= allowed.most:
            raise SettingOutOfRange(name, value, *allowed)
    now = by_name(current)
    changed = {name: value for name, value in wanted.items() if now[name] != value}
    return SettingsDifference({name: now[name] for name in changed}, changed)
