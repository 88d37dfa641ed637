"""The mutation updateSecuritySettings, which says who needs a second factor (R12.4)."""

from typing import Annotated, TypeAlias

import strawberry
from strawberry import Maybe

from gql.fields.access import requires
from gql.fields.arguments import leaves
from gql.fields.context import Info
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission
from gql.organization.settings_refusals import SettingOutOfRange
from gql.organization.settings_updated import SettingsUpdated, update_settings


@strawberry.input(description="The settings of account security to change.")
class UpdateSecuritySettingsInput:
    second_factor_required: Maybe[bool | None] = strawberry.field(
        default=None, description=leaves("second_factor_required")
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The settings were changed.")
class UpdateSecuritySettingsSuccess(SettingsUpdated):
    pass


UpdateSecuritySettingsResult: TypeAlias = Annotated[
    UpdateSecuritySettingsSuccess | SettingOutOfRange | PermissionDenied,
    strawberry.union(
        "UpdateSecuritySettingsResult", description="The settings, or the reason why nothing was changed."
    ),
]


async def resolve(
    info: Info,
    input: Annotated[UpdateSecuritySettingsInput, strawberry.argument(description="The settings to change.")],
) -> UpdateSecuritySettingsResult | None:
    return UpdateSecuritySettingsSuccess(**await update_settings(info, input))


field = strawberry.mutation(
    resolver=resolve,
    description="Change settings of account security. Settings that are left out stay unchanged. The change is "
    "recorded in `settings.changes`. Needs OWNER.",
    metadata=requires([Permission.OWNER]),
)
