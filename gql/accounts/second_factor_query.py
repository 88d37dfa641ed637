"""The query secondFactor: whether the caller has one (R12.4)."""

from datetime import datetime

import strawberry

from attendance.rules.accounts.second_factor import is_required
from db.accounts.second_factors import count_recovery_codes, read_second_factor
from gql.fields.access import signed_in
from gql.fields.context import Info, reading
from gql.fields.vocabulary import Portal


@strawberry.type(description="The second factor of the caller.")
class SecondFactor:
    confirmed_at: datetime | None = strawberry.field(
        description="Since when it is in force. Null when the caller has none."
    )
    recovery_codes_left: int = strawberry.field(description="How many recovery codes were not used yet.")
    is_required: bool = strawberry.field(
        description="Whether a setting requires it for what the caller may do in this portal."
    )


async def resolve(info: Info) -> SecondFactor:
    async with reading(info) as (source, viewer):
        organization_id, person_id = viewer.caller.organization_id, viewer.caller.id
        factor = await read_second_factor(source, organization_id, person_id)
        left = await count_recovery_codes(source, organization_id, person_id)
    required = viewer.settings.security.second_factor_required
    return SecondFactor(
        confirmed_at=None if factor is None else factor.confirmed_at,
        recovery_codes_left=left,
        is_required=is_required(viewer.caller.permissions, by_setting=required),
    )


field = strawberry.field(
    resolver=resolve,
    description="Whether the caller has a second factor. For staff and guardians.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
)
