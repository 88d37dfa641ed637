"""What a change of settings may ask for, and what it changes."""

from dataclasses import fields

import pytest

from attendance.rules.refusals import SettingOutOfRange
from attendance.rules.settings import ClassSettings, OrganizationSettings
from attendance.rules.settings_changes import RANGES, by_name, settings_difference


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
