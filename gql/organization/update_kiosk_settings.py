"""The mutation updateKioskSettings, which changes when and how kiosks accept check-ins (R5.3)."""

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


@strawberry.input(description="The settings of kiosks to change.")
class UpdateKioskSettingsInput:
    kiosk_read_only: Maybe[bool | None] = strawberry.field(default=None, description=leaves("kiosk_read_only"))
    kiosk_early_minutes: Maybe[int | None] = strawberry.field(default=None, description=leaves("kiosk_early_minutes"))
    kiosk_late_minutes: Maybe[int | None] = strawberry.field(default=None, description=leaves("kiosk_late_minutes"))
    kiosk_marks_tardy: Maybe[bool | None] = strawberry.field(default=None, description=leaves("kiosk_marks_tardy"))
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The settings were changed.")
class UpdateKioskSettingsSuccess(SettingsUpdated):
    pass


UpdateKioskSettingsResult: TypeAlias = Annotated[
    UpdateKioskSettingsSuccess | SettingOutOfRange | PermissionDenied,
    strawberry.union("UpdateKioskSettingsResult", description="The settings, or the reason why nothing was changed."),
]


async def resolve(
    info: Info, input: Annotated[UpdateKioskSettingsInput, strawberry.argument(description="The settings to change.")]
) -> UpdateKioskSettingsResult | None:
    return UpdateKioskSettingsSuccess(**await update_settings(info, input))


field = strawberry.mutation(
    resolver=resolve,
    description="Change settings of all check-in kiosks. Settings that are left out stay unchanged, so two people can "
    "change different settings at once. The change takes effect at once and is recorded in `settings.changes`. Needs "
    "MANAGE_SETTINGS.",
    metadata=requires(MANAGE_SETTINGS),
)
