"""Writes permission groups (R12.6). The caller has locked the granting of the organization."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import delete, insert, update

from db import models
from db.ids import new_id
from db.unit_of_work import UnitOfWork


async def add_group(uow: UnitOfWork, name: str, permissions: Collection[str]) -> UUID:
    group_id = new_id()
    await uow.connection.execute(
        insert(models.PermissionGroup).values(
            organization_id=uow.organization_id, id=group_id, name=name, permissions=sorted(permissions)
        )
    )
    return group_id


async def change_group(uow: UnitOfWork, group_id: UUID, name: str, permissions: Collection[str]) -> None:
    group = models.PermissionGroup
    await uow.connection.execute(
        update(group)
        .where(group.organization_id == uow.organization_id, group.id == group_id)
        .values(name=name, permissions=sorted(permissions))
    )


async def remove_group(uow: UnitOfWork, group_id: UUID) -> None:
    """Remove the group and its memberships."""
    member, group = models.GroupMember, models.PermissionGroup
    await uow.connection.execute(
        delete(member).where(member.organization_id == uow.organization_id, member.group_id == group_id)
    )
    await uow.connection.execute(
        delete(group).where(group.organization_id == uow.organization_id, group.id == group_id)
    )
