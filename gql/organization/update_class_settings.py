"""The mutation updateClassSettings: the Office Portal's check-in mode, birthdays and absences by default."""

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


@strawberry.input(description="The settings of classes and of the Office Portal to change.")
class UpdateClassSettingsInput:
    office_check_in_mode: Maybe[bool | None] = strawberry.field(
        default=None, description=leaves("office_check_in_mode")
    )
    birthday_window_days: Maybe[int | None] = strawberry.field(default=None, description=leaves("birthday_window_days"))
    mark_absent_when_nobody_checks_in: Maybe[bool | None] = strawberry.field(
        default=None, description=leaves("mark_absent_when_nobody_checks_in")
    )
    consecutive_absences_notice: Maybe[int | None] = strawberry.field(
        default=None, description=leaves("consecutive_absences_notice")
    )
    place_offer_hours: Maybe[int | None] = strawberry.field(default=None, description=leaves("place_offer_hours"))
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The settings were changed.")
class UpdateClassSettingsSuccess(SettingsUpdated):
    pass


UpdateClassSettingsResult: TypeAlias = Annotated[
    UpdateClassSettingsSuccess | SettingOutOfRange | PermissionDenied,
    strawberry.union("UpdateClassSettingsResult", description="The settings, or the reason why nothing was changed."),
]


async def resolve(
    info: Info, input: Annotated[UpdateClassSettingsInput, strawberry.argument(description="The settings to change.")]
) -> UpdateClassSettingsResult | None:
    return UpdateClassSettingsSuccess(**await update_settings(info, input))


field = strawberry.mutation(
    resolver=resolve,
    description="Change settings of classes, appointments and camps, and of the Office Portal. Settings that are left "
    "out stay unchanged, so two people can change different settings at once. The change takes effect at once and is "
    "recorded in `settings.changes`. Needs MANAGE_SETTINGS.",
    metadata=requires(MANAGE_SETTINGS),
)
