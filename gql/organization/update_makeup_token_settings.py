"""The mutation updateMakeupTokenSettings: what earns makeup tokens, when they expire, and how they are used (R7.2,
R8.11).
"""

from typing import Annotated, TypeAlias

import strawberry
from strawberry import Maybe

from gql.enrollments.vocabulary import EnrollmentType
from gql.fields.access import requires
from gql.fields.arguments import leaves
from gql.fields.context import Info
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.organization.settings import MANAGE_SETTINGS
from gql.organization.settings_refusals import EarningTypesNotAllowed, SettingOutOfRange
from gql.organization.settings_updated import SettingsUpdated, update_settings
from gql.tokens.vocabulary import ExpiryAnchor, ExpiryUnit, LimitPeriod, LimitScope, TokenTrigger


@strawberry.input(description="The settings of makeup tokens to change.")
class UpdateMakeupTokenSettingsInput:
    tokens_enabled: Maybe[bool | None] = strawberry.field(default=None, description=leaves("tokens_enabled"))
    token_trigger: Maybe[TokenTrigger | None] = strawberry.field(default=None, description=leaves("token_trigger"))
    earning_types: Maybe[list[EnrollmentType] | None] = strawberry.field(
        default=None, description=leaves("earning_types")
    )
    token_limit: Maybe[int | None] = strawberry.field(default=None, description=leaves("token_limit"))
    token_limit_period: Maybe[LimitPeriod | None] = strawberry.field(
        default=None, description=leaves("token_limit_period")
    )
    token_limit_scope: Maybe[LimitScope | None] = strawberry.field(
        default=None, description=leaves("token_limit_scope")
    )
    expiry_unit: Maybe[ExpiryUnit | None] = strawberry.field(default=None, description=leaves("expiry_unit"))
    expiry_count: Maybe[int | None] = strawberry.field(default=None, description=leaves("expiry_count"))
    expiry_anchor: Maybe[ExpiryAnchor | None] = strawberry.field(default=None, description=leaves("expiry_anchor"))
    ignore_location_lock: Maybe[bool | None] = strawberry.field(
        default=None, description=leaves("ignore_location_lock")
    )
    families_see_comments: Maybe[bool | None] = strawberry.field(
        default=None, description=leaves("families_see_comments")
    )
    families_see_expired: Maybe[bool | None] = strawberry.field(
        default=None, description=leaves("families_see_expired")
    )
    auto_approve_makeups: Maybe[bool | None] = strawberry.field(
        default=None, description=leaves("auto_approve_makeups")
    )
    families_may_give_back_makeups: Maybe[bool | None] = strawberry.field(
        default=None, description=leaves("families_may_give_back_makeups")
    )
    makeup_horizon_days: Maybe[int | None] = strawberry.field(default=None, description=leaves("makeup_horizon_days"))
    makeup_latest_booking_minutes: Maybe[int | None] = strawberry.field(
        default=None, description=leaves("makeup_latest_booking_minutes")
    )
    expire_after_last_drop_days: Maybe[int | None] = strawberry.field(
        default=None, description=leaves("expire_after_last_drop_days")
    )
    returned_token_days: Maybe[int | None] = strawberry.field(default=None, description=leaves("returned_token_days"))
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The settings were changed.")
class UpdateMakeupTokenSettingsSuccess(SettingsUpdated):
    pass


UpdateMakeupTokenSettingsResult: TypeAlias = Annotated[
    UpdateMakeupTokenSettingsSuccess | SettingOutOfRange | EarningTypesNotAllowed | PermissionDenied,
    strawberry.union(
        "UpdateMakeupTokenSettingsResult", description="The settings, or the reason why nothing was changed."
    ),
]


async def resolve(
    info: Info,
    input: Annotated[UpdateMakeupTokenSettingsInput, strawberry.argument(description="The settings to change.")],
) -> UpdateMakeupTokenSettingsResult | None:
    return UpdateMakeupTokenSettingsSuccess(**await update_settings(info, input))


field = strawberry.mutation(
    resolver=resolve,
    description="Change settings of makeup tokens. Settings that are left out stay unchanged, so two people can "
    "change different settings at once. The change takes effect at once for new tokens and is recorded in "
    "`settings.changes`. Existing tokens keep their expiration date. An unused token whose absence no longer earns "
    "one under the new settings is revoked when its mark is next changed. Needs MANAGE_SETTINGS.",
    metadata=requires(MANAGE_SETTINGS),
)
