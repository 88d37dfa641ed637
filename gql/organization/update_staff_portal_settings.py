"""The mutation updateStaffPortalSettings, which changes the Staff Portal's check-in mode and what the portal shows."""

from typing import Annotated, TypeAlias

import strawberry
from strawberry import Maybe

from gql.fields.access import requires
from gql.fields.arguments import leaves
from gql.fields.context import Info
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.organization.settings import MANAGE_SETTINGS
from gql.organization.settings_refusals import SettingOutOfRange
from gql.organization.settings_updated import SettingsUpdated, update_settings


@strawberry.input(description="The settings of the Staff Portal to change.")
class UpdateStaffPortalSettingsInput:
    staff_check_in_mode: Maybe[bool | None] = strawberry.field(default=None, description=leaves("staff_check_in_mode"))
    staff_sees_balances: Maybe[bool | None] = strawberry.field(default=None, description=leaves("staff_sees_balances"))
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The settings were changed.")
class UpdateStaffPortalSettingsSuccess(SettingsUpdated):
    pass


UpdateStaffPortalSettingsResult: TypeAlias = Annotated[
    UpdateStaffPortalSettingsSuccess | SettingOutOfRange | PermissionDenied,
    strawberry.union(
        "UpdateStaffPortalSettingsResult", description="The settings, or the reason why nothing was changed."
    ),
]


async def resolve(
    info: Info,
    input: Annotated[UpdateStaffPortalSettingsInput, strawberry.argument(description="The settings to change.")],
) -> UpdateStaffPortalSettingsResult | None:
    return UpdateStaffPortalSettingsSuccess(**await update_settings(info, input))


field = strawberry.mutation(
    resolver=resolve,
    description="Change settings of the Staff Portal. Settings that are left out stay unchanged, so two people can "
    "change different settings at once. The change takes effect at once and is recorded in `settings.changes`. Needs "
    "MANAGE_SETTINGS.",
    metadata=requires(MANAGE_SETTINGS),
)
