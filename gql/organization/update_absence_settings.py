"""The mutation updateAbsenceSettings, which changes how absences are announced beforehand (R6.2)."""

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


@strawberry.input(description="The settings of expected absences to change.")
class UpdateAbsenceSettingsInput:
    guardians_may_request_absences: Maybe[bool | None] = strawberry.field(
        default=None, description=leaves("guardians_may_request_absences")
    )
    auto_approve_absences: Maybe[bool | None] = strawberry.field(
        default=None, description=leaves("auto_approve_absences")
    )
    auto_excuse_absences: Maybe[bool | None] = strawberry.field(
        default=None, description=leaves("auto_excuse_absences")
    )
    absence_notice_minutes: Maybe[int | None] = strawberry.field(
        default=None, description=leaves("absence_notice_minutes")
    )
    absence_notice_in_hours: Maybe[bool | None] = strawberry.field(
        default=None, description=leaves("absence_notice_in_hours")
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The settings were changed.")
class UpdateAbsenceSettingsSuccess(SettingsUpdated):
    pass


UpdateAbsenceSettingsResult: TypeAlias = Annotated[
    UpdateAbsenceSettingsSuccess | SettingOutOfRange | PermissionDenied,
    strawberry.union("UpdateAbsenceSettingsResult", description="The settings, or the reason why nothing was changed."),
]


async def resolve(
    info: Info, input: Annotated[UpdateAbsenceSettingsInput, strawberry.argument(description="The settings to change.")]
) -> UpdateAbsenceSettingsResult | None:
    return UpdateAbsenceSettingsSuccess(**await update_settings(info, input))


field = strawberry.mutation(
    resolver=resolve,
    description="Change settings of expected absences. Settings that are left out stay unchanged, so two people can "
    "change different settings at once. The change takes effect at once and is recorded in `settings.changes`. Needs "
    "MANAGE_SETTINGS.",
    metadata=requires(MANAGE_SETTINGS),
)
