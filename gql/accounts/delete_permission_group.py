"""The mutation deletePermissionGroup (R12.6)."""

from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from attendance.actions.accounts.permission_groups import delete_permission_group
from gql.accounts.account_refusals import LastOwner
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission, SecurityEventKind


@strawberry.input(description="The permission group to delete.")
class DeletePermissionGroupInput:
    permission_group_id: strawberry.ID = strawberry.field(description="The id of the group.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The permission group was deleted.")
class DeletePermissionGroupSuccess:
    permission_group_id: strawberry.ID = strawberry.field(description="The id of the group that is no more.")


DeletePermissionGroupResult: TypeAlias = Annotated[
    DeletePermissionGroupSuccess | LastOwner | PermissionDenied,
    strawberry.union("DeletePermissionGroupResult", description="The deletion, or the reason why it was not done."),
]


async def resolve(
    info: Info,
    input: Annotated[DeletePermissionGroupInput, strawberry.argument(description="The permission group to delete.")],
) -> DeletePermissionGroupResult | None:
    group_id = decode_id(input.permission_group_id, "PermissionGroup", "input.permissionGroupId")
    async with act_once(
        info, input, UUID, lambda uow, viewer, now: delete_permission_group(uow, viewer, group_id)
    ) as done:
        pass
    info.context.tell(SecurityEventKind.PERMISSION_GROUP_CHANGED, done.viewer.caller, str(done.outcome))
    return DeletePermissionGroupSuccess(permission_group_id=input.permission_group_id)


field = strawberry.mutation(
    resolver=resolve,
    description="Delete a permission group. Its members lose what it gave them, also on open streams within seconds. "
    "Needs MANAGE_STAFF and every permission of the group. A group that does not exist is NOT_FOUND.",
    metadata=requires([Permission.MANAGE_STAFF]),
)
