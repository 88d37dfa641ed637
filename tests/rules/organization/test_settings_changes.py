"""What a change of settings may ask for, and what it changes."""

from dataclasses import fields
from typing import Any

import pytest

from attendance.rules.organization.settings import ClassSettings, MakeupTokenSettings, OrganizationSettings
from attendance.rules.organization.settings_changes import RANGES, by_name, settings_difference
from attendance.rules.organization.settings_refusals import SettingOutOfRange
from attendance.rules.vocabulary import ExpiryUnit


def test_every_setting_has_one_name_in_all_sections() -> None:
    names = by_name(OrganizationSettings())
    settings = OrganizationSettings()
    sections = (getattr(settings, section.name) for section in fields(settings))
    assert len(names) == sum(len(fields(section)) for section in sections)
    assert RANGES.keys() <= names.keys()


def test_only_what_becomes_different_changes() -> None:
    current = OrganizationSettings(ClassSettings(birthday_window_days=5))
    wanted = {"birthday_window_days": 5, "office_check_in_mode": True, "consecutive_absences_notice": None}
    found = settings_difference(current, wanted)
    assert (found.before, found.after) == ({"office_check_in_mode": False}, {"office_check_in_mode": True})


@pytest.mark.parametrize("name", RANGES)
def test_both_ends_are_allowed_and_nothing_beyond(name: str) -> None:
    least, most = RANGES[name]
    for value in (least, most):
        settings_difference(OrganizationSettings(), {name: value})
    for value in (least - 1, most + 1):
        with pytest.raises(SettingOutOfRange) as refused:
            settings_difference(OrganizationSettings(), {name: value})
        assert (refused.value.setting, refused.value.least, refused.value.most) == (name, least, most)


@pytest.mark.parametrize(
    ("unit", "most"),
    [
        (ExpiryUnit.DAYS, 3650),
        (ExpiryUnit.WEEKS, 520),
        (ExpiryUnit.MONTHS, 120),
        (ExpiryUnit.NEVER, 3650),
        (ExpiryUnit.END_OF_SESSION, 3650),
    ],
)
def test_R7_7_a_token_is_good_for_ten_years_at_most_whatever_they_are_counted_in(unit: ExpiryUnit, most: int) -> None:
    def by(count: int) -> OrganizationSettings:
        return OrganizationSettings(makeup_tokens=MakeupTokenSettings(expiry_count=count))

    def ways_to(count: int) -> list[tuple[OrganizationSettings, dict[str, Any]]]:
        return [(by(1), {"expiry_unit": unit, "expiry_count": count}), (by(count), {"expiry_unit": unit})]

    for current, wanted in ways_to(most):
        settings_difference(current, wanted)
    for current, wanted in ways_to(most + 1):
        with pytest.raises(SettingOutOfRange) as refused:
            settings_difference(current, wanted)
        assert (refused.value.setting, refused.value.value, refused.value.most) == ("expiry_count", most + 1, most)


def test_R7_2_what_does_not_fit_is_no_bar_to_changing_something_else() -> None:
    tokens = MakeupTokenSettings(expiry_unit=ExpiryUnit.MONTHS, expiry_count=3650)
    found = settings_difference(OrganizationSettings(makeup_tokens=tokens), {"token_limit": 2})
    assert found.after == {"token_limit": 2}
