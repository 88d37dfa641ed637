"""The query permissionGroups (R12.6)."""

import strawberry

from db.accounts.staff import read_groups
from db.names import sort_key
from gql.accounts.permission_group import PermissionGroup, show_group
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.vocabulary import Permission


async def resolve(info: Info) -> list[PermissionGroup]:
    async with reading(info) as (source, viewer):
        groups = await read_groups(source, viewer.caller.organization_id)
    return [show_group(group) for group in sorted(groups.values(), key=lambda each: (sort_key(each.name), each.id))]


field = strawberry.field(
    resolver=resolve,
    description="The permission groups of the organization, ordered by name. Needs MANAGE_STAFF.",
    metadata=requires([Permission.MANAGE_STAFF]),
)
