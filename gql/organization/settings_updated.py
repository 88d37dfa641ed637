"""What every mutation that changes settings answers with, and how it comes to it."""

from typing import Any

import strawberry
from strawberry import Some
from strawberry.utils.str_converters import to_camel_case

from attendance.actions.organization.change_settings import SettingsChanged, change_settings
from attendance.rules.organization.settings import OrganizationSettings
from attendance.rules.organization.settings_changes import by_name
from db.organization.settings import read_settings
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.organization.settings import ChangedSetting, Settings, show_changed_settings, show_settings
from gql.protocol.errors import BadInput

_DEFAULTS = by_name(OrganizationSettings())


@strawberry.interface(description="The settings are as they were asked for, and in force.")
class SettingsUpdated:
    settings: Settings = strawberry.field(description="All settings as they are now.")
    changed: list[ChangedSetting] = strawberry.field(
        description="What this act changed, by name; settings that were so already are none."
    )


async def update_settings(info: Info, given: Any) -> dict[str, Any]:
    """The fields of SettingsUpdated, after the settings that the input names were changed.

    given -- an input whose fields, beside `idempotency_key`, are `Maybe` and bear the names of settings.
    Raises BadInput for a null where the setting knows none.
    """
    named = {name: _checked(name, value.value) for name, value in vars(given).items() if isinstance(value, Some)}
    async with act_once(
        info, given, SettingsChanged, lambda uow, viewer, now: change_settings(uow, viewer, named, now=now)
    ) as done:
        settings = await read_settings(done.uow.connection, done.uow.organization_id)
    return {
        "settings": show_settings(settings),
        "changed": show_changed_settings(done.outcome.before, done.outcome.after),
    }


def _checked(name: str, value: Any) -> Any:
    """A list as the set that the setting is."""
    # A Maybe without null would be refused by Strawberry in words that do not name the field.
    if value is None and _DEFAULTS[name] is not None:
        raise BadInput(f"input.{to_camel_case(name)} is null; leave it out to keep it as it is.")
    return frozenset(value) if isinstance(value, list) else value
