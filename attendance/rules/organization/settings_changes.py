"""Which changes of settings are allowed, and what they change."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, NamedTuple

from attendance.rules.calendar.occurrences import PersonFacts
from attendance.rules.organization.settings import OrganizationSettings
from attendance.rules.organization.settings_refusals import EarningTypesNotAllowed, SettingOutOfRange
from attendance.rules.vocabulary import EnrollmentType, ExpiryUnit


class Range(NamedTuple):
    """A range of allowed values. Both ends are allowed."""

    least: int
    most: int


MINUTES_OF_A_DAY = 24 * 60

# The database has constraints for the lower ends, and for the upper ends of some columns. The other upper ends keep
# instants within the supported calendar.
RANGES: Mapping[str, Range] = {
    "birthday_window_days": Range(0, 31),
    "consecutive_absences_notice": Range(1, 100),
    "place_offer_hours": Range(1, 720),
    "kiosk_early_minutes": Range(0, MINUTES_OF_A_DAY),
    "kiosk_late_minutes": Range(0, MINUTES_OF_A_DAY),
    "absence_notice_minutes": Range(0, 60 * MINUTES_OF_A_DAY),
    "token_limit": Range(1, 1000),
    "expiry_count": Range(1, 3650),
    "makeup_horizon_days": Range(1, 366),
    "makeup_latest_booking_minutes": Range(0, 60 * MINUTES_OF_A_DAY),
    "expire_after_last_drop_days": Range(0, 3650),
    "returned_token_days": Range(0, 366),
}
# Ten years, in each of the units.
MOST_OF_UNIT: Mapping[ExpiryUnit, int] = {ExpiryUnit.WEEKS: 520, ExpiryUnit.MONTHS: 120}
# A student on a waitlist is on no roster, and therefore never absent.
CAN_EARN = tuple(type for type in EnrollmentType if type is not EnrollmentType.WAITLIST)
# The range of the second setting depends on the first.
_BOUND_BY = {"expiry_unit": "expiry_count", "makeup_horizon_days": "makeup_latest_booking_minutes"}


@dataclass(frozen=True, slots=True)
class SettingsDifference:
    """The settings that changed, before and after, by their names in attendance.rules.organization.settings."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SettingsChangeFacts:
    """A change in the audit, with its values as JSON stores them. `changed_by` is None when it is not known who made
    it.
    """

    changed_at: datetime
    changed_by: PersonFacts | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def by_name(settings: OrganizationSettings) -> dict[str, Any]:
    """Return each setting by its name, which is unique in all sections together."""
    sections = (getattr(settings, section.name) for section in fields(settings))
    return {each.name: getattr(section, each.name) for section in sections for each in fields(section)}


def settings_difference(current: OrganizationSettings, wanted: Mapping[str, Any]) -> SettingsDifference:
    """Return what the wanted settings change. Settings that have the wanted value already change nothing.

    Raises SettingOutOfRange and EarningTypesNotAllowed.
    """
    now = by_name(current)
    result = {**now, **wanted}
    for name in dict.fromkeys([*wanted, *(bound for name, bound in _BOUND_BY.items() if name in wanted)]):
        value, allowed = result[name], _range(name, result)
        if allowed is not None and value is not None and not allowed.least <= value <= allowed.most:
            raise SettingOutOfRange(name, value, *allowed)
    _require_earners(result["earning_types"])
    changed = {name: value for name, value in wanted.items() if now[name] != value}
    return SettingsDifference({name: now[name] for name in changed}, changed)


def _range(name: str, settings: Mapping[str, Any]) -> Range | None:
    """Check the settings that limit each other: booking must not close before the horizon lets it open."""
    allowed = RANGES.get(name)
    if allowed is None:
        return None
    most = allowed.most
    if name == "expiry_count":
        most = MOST_OF_UNIT.get(settings["expiry_unit"], most)
    elif name == "makeup_latest_booking_minutes":
        most = min(most, settings["makeup_horizon_days"] * MINUTES_OF_A_DAY)
    return Range(allowed.least, most)


def _require_earners(types: frozenset[EnrollmentType]) -> None:
    if not types:
        raise EarningTypesNotAllowed(
            (), CAN_EARN, "earningTypes is empty; name at least one type, or switch tokensEnabled off."
        )
    if not types <= set(CAN_EARN):
        raise EarningTypesNotAllowed(
            tuple(sorted(types - set(CAN_EARN))),
            CAN_EARN,
            "earningTypes has WAITLIST, but students on a waitlist are on no roster and cannot miss a class.",
        )
