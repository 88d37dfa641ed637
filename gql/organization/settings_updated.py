"""The result that all mutations which change settings share."""

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


@strawberry.interface(description="The settings have the requested values and are in effect.")
class SettingsUpdated:
    settings: Settings = strawberry.field(description="All settings after the change.")
    changed: list[ChangedSetting] = strawberry.field(
        description="The settings that this mutation changed, ordered by name. Settings that had the requested value "
        "before are not listed."
    )


async def update_settings(info: Info, given: Any) -> dict[str, Any]:
    """Change the settings that the input names, and return the fields of SettingsUpdated.

    given -- an input whose fields, except `idempotency_key`, are `Maybe` and are named like settings

    Raises BadInput when a setting that cannot be null is set to null.
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
    """Return the value as the settings store it: a list becomes a set."""
    # Strawberry would refuse a null for a Maybe of a non-null type with a message that does not name the field.
    if value is None and _DEFAULTS[name] is not None:
        raise BadInput(f"input.{to_camel_case(name)} is null; leave it out to keep it as it is.")
    return frozenset(value) if isinstance(value, list) else value
