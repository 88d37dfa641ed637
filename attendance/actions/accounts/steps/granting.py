"""The beginning and the end of every act that changes staff, groups or grants (R12.6)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from attendance.rules.accounts.account_refusals import LastOwner
from attendance.rules.organization.permissions import Viewer
from attendance.rules.refusals import PermissionDenied
from attendance.rules.vocabulary import Permission
from db.accounts.staff import has_owner, lock_granting, read_grants
from db.unit_of_work import UnitOfWork


@asynccontextmanager
async def granting(uow: UnitOfWork, viewer: Viewer) -> AsyncIterator[frozenset[Permission]]:
    """Lock the granting of the organization, and yield the permissions that the caller holds now, in any portal.

    Raises PermissionDenied when the caller has lost MANAGE_STAFF since the request began, and LastOwner when the block
    leaves an organization without an owner that had one.
    """
    await lock_granting(uow)
    had_owner = await has_owner(uow)
    yield await _held_now(uow, viewer.caller.id)
    if had_owner and not await has_owner(uow):
        raise LastOwner


async def _held_now(uow: UnitOfWork, person_id: UUID) -> frozenset[Permission]:
    grants = (await read_grants(uow, [person_id])).get(person_id)
    if grants is None or grants.ended_at is not None or Permission.MANAGE_STAFF not in grants.held:
        raise PermissionDenied(Permission.MANAGE_STAFF, "Your own permissions were changed a moment ago.")
    return grants.held
