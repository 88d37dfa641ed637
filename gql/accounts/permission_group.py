"""The type PermissionGroup."""

import strawberry

from db.accounts.staff import GroupRow
from gql.fields.global_ids import encode_id
from gql.fields.node import Node
from gql.fields.vocabulary import Permission


@strawberry.type(description="Permissions that the members of a group hold in addition to their own.")
class PermissionGroup(Node):
    name: str = strawberry.field(description="The name, which no other group of the organization has.")
    permissions: list[Permission] = strawberry.field(description="The permissions, ordered by name.")
    member_count: int = strawberry.field(description="How many active staff members are in the group.")


def show_group(group: GroupRow) -> PermissionGroup:
    return PermissionGroup(
        id=encode_id("PermissionGroup", group.id),
        name=group.name,
        permissions=shown_permissions(group.permissions),
        member_count=group.member_count,
    )


def shown_permissions(names: tuple[str, ...] | frozenset[Permission]) -> list[Permission]:
    """Return the permissions that this version knows, ordered by name."""
    return [Permission[name] for name in sorted(names) if name in Permission.__members__]
