"""The mutation createPermissionGroup (R12.6)."""

from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from attendance.actions.accounts.permission_groups import create_permission_group
from attendance.rules.accounts.granting import LONGEST_NAME
from db.accounts.staff import read_groups
from gql.accounts.account_refusals import PermissionGroupNameTaken
from gql.accounts.permission_group import PermissionGroup, show_group
from gql.accounts.staff_arguments import OF_GROUP_NAME, checked_permissions
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.names import checked_name
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission, SecurityEventKind


@strawberry.input(description="The permission group to create.")
class CreatePermissionGroupInput:
    name: str = strawberry.field(description=OF_GROUP_NAME)
    permissions: list[Permission] = strawberry.field(
        description="The permissions of the group, at most 100. The caller must hold each of them."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The permission group was created, without members.")
class CreatePermissionGroupSuccess:
    permission_group: PermissionGroup = strawberry.field(description="The new group.")


CreatePermissionGroupResult: TypeAlias = Annotated[
    CreatePermissionGroupSuccess | PermissionGroupNameTaken | PermissionDenied,
    strawberry.union("CreatePermissionGroupResult", description="The group, or the reason why there is none."),
]


async def resolve(
    info: Info,
    input: Annotated[CreatePermissionGroupInput, strawberry.argument(description="The permission group to create.")],
) -> CreatePermissionGroupResult | None:
    name = checked_name(input.name, "input.name", LONGEST_NAME)
    permissions = checked_permissions(input.permissions, "input.permissions")
    async with act_once(
        info, input, UUID, lambda uow, viewer, now: create_permission_group(uow, viewer, name, permissions)
    ) as done:
        group = (await read_groups(done.uow.connection, done.uow.organization_id))[done.outcome]
    info.context.tell(SecurityEventKind.PERMISSION_GROUP_CHANGED, done.viewer.caller, str(done.outcome))
    return CreatePermissionGroupSuccess(permission_group=show_group(group))


field = strawberry.mutation(
    resolver=resolve,
    description="Create a permission group. Needs MANAGE_STAFF and every permission of the group.",
    metadata=requires([Permission.MANAGE_STAFF]),
)
