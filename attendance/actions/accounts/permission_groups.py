"""Create, change and delete permission groups (R12.6)."""

from uuid import UUID

from attendance.actions.accounts.steps.granting import granting
from attendance.rules.accounts.account_refusals import PermissionGroupNameTaken, PermissionGroupNotFound
from attendance.rules.accounts.granting import require_may_grant
from attendance.rules.organization.permissions import Viewer
from db.accounts.permission_groups import add_group, change_group, remove_group
from db.accounts.staff import read_groups
from db.unit_of_work import UnitOfWork


async def create_permission_group(uow: UnitOfWork, viewer: Viewer, name: str, permissions: frozenset[str]) -> UUID:
    """Create a group without members. Raises PermissionDenied and PermissionGroupNameTaken."""
    async with granting(uow, viewer) as holding:
        require_may_grant(holding, permissions)
        await _require_free(uow, name, None)
        return await add_group(uow, name, permissions)


async def update_permission_group(
    uow: UnitOfWork, viewer: Viewer, group_id: UUID, name: str | None, permissions: frozenset[str] | None
) -> UUID:
    """Change the group for all of its members. None leaves name or permissions as they are.

    Raises PermissionGroupNotFound, PermissionDenied, PermissionGroupNameTaken and LastOwner.
    """
    async with granting(uow, viewer) as holding:
        group = (await read_groups(uow.connection, uow.organization_id)).get(group_id)
        if group is None:
            raise PermissionGroupNotFound
        before = frozenset(group.permissions)
        after = before if permissions is None else permissions
        require_may_grant(holding, before ^ after)
        if name is not None and name != group.name:
            require_may_grant(holding, before)
            await _require_free(uow, name, group_id)
        await change_group(uow, group_id, group.name if name is None else name, after)
    return group_id


async def delete_permission_group(uow: UnitOfWork, viewer: Viewer, group_id: UUID) -> UUID:
    """Delete the group; its members lose what it gave them. Raises PermissionGroupNotFound, PermissionDenied and
    LastOwner.
    """
    async with granting(uow, viewer) as holding:
        group = (await read_groups(uow.connection, uow.organization_id)).get(group_id)
        if group is None:
            raise PermissionGroupNotFound
        require_may_grant(holding, group.permissions)
        await remove_group(uow, group_id)
    return group_id


async def _require_free(uow: UnitOfWork, name: str, group_id: UUID | None) -> None:
    for other in (await read_groups(uow.connection, uow.organization_id)).values():
        if other.id != group_id and other.name.casefold() == name.casefold():
            raise PermissionGroupNameTaken(other.id)
