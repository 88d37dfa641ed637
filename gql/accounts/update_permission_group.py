"""The mutation updatePermissionGroup (R12.6)."""

from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from attendance.actions.accounts.permission_groups import update_permission_group
from attendance.rules.accounts.granting import LONGEST_NAME
from db.accounts.staff import read_groups
from gql.accounts.account_refusals import LastOwner, PermissionGroupNameTaken
from gql.accounts.permission_group import PermissionGroup, show_group
from gql.accounts.staff_arguments import OF_GROUP_NAME, checked_permissions
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.names import checked_name
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission, SecurityEventKind
from gql.protocol.errors import NotFound


@strawberry.input(description="The changes to a permission group. Fields that are left out or null stay unchanged.")
class UpdatePermissionGroupInput:
    permission_group_id: strawberry.ID = strawberry.field(description="The id of the group.")
    name: str | None = strawberry.field(default=None, description=OF_GROUP_NAME)
    permissions: list[Permission] | None = strawberry.field(
        default=None,
        description="All permissions of the group from now on, at most 100. The caller must hold each one that is "
        "given or taken.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The permission group was changed, for all of its members.")
class UpdatePermissionGroupSuccess:
    permission_group: PermissionGroup = strawberry.field(description="The group after the change.")


UpdatePermissionGroupResult: TypeAlias = Annotated[
    UpdatePermissionGroupSuccess | PermissionGroupNameTaken | LastOwner | PermissionDenied,
    strawberry.union("UpdatePermissionGroupResult", description="The group, or the reason why nothing was changed."),
]


async def resolve(
    info: Info, input: Annotated[UpdatePermissionGroupInput, strawberry.argument(description="The changes.")]
) -> UpdatePermissionGroupResult | None:
    group_id = decode_id(input.permission_group_id, "PermissionGroup", "input.permissionGroupId")
    name = None if input.name is None else checked_name(input.name, "input.name", LONGEST_NAME)
    given = input.permissions
    permissions = None if given is None else checked_permissions(given, "input.permissions")
    async with act_once(
        info, input, UUID, lambda uow, viewer, now: update_permission_group(uow, viewer, group_id, name, permissions)
    ) as done:
        group = (await read_groups(done.uow.connection, done.uow.organization_id)).get(done.outcome)
        if group is None:
            raise NotFound("There is no such permission group.")
    info.context.tell(SecurityEventKind.PERMISSION_GROUP_CHANGED, done.viewer.caller, str(done.outcome))
    return UpdatePermissionGroupSuccess(permission_group=show_group(group))


field = strawberry.mutation(
    resolver=resolve,
    description="Change the name or the permissions of a permission group. Members' open streams follow within "
    "seconds. Needs MANAGE_STAFF and each permission that is given or taken. Changing the name needs each permission "
    "of the group. A group that does not exist is NOT_FOUND.",
    metadata=requires([Permission.MANAGE_STAFF]),
)
