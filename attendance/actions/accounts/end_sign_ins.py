"""End sign-ins: one's own and, for owners, anybody's (R12.5)."""

from datetime import datetime
from uuid import UUID

from attendance.rules.accounts.account_refusals import AccountNotFound, SignInNotFound
from attendance.rules.organization.permissions import Viewer, may
from attendance.rules.vocabulary import Permission
from db.accounts.account_holders import find_account_holder
from db.accounts.sign_ins import find_person_of_sign_in
from db.organization.sign_ins import end_all_sign_ins, end_sign_in
from db.unit_of_work import UnitOfWork


def may_see_sign_ins(viewer: Viewer, person_id: UUID) -> bool:
    return person_id == viewer.caller.person_id or may(viewer.caller, Permission.OWNER)


async def end_one_sign_in(uow: UnitOfWork, viewer: Viewer, sign_in_id: UUID, *, now: datetime) -> int:
    """End the sign-in and return how many ended, 0 or 1. Its streams end within seconds. Raises SignInNotFound."""
    person_id = await find_person_of_sign_in(uow, sign_in_id)
    if person_id is None or not may_see_sign_ins(viewer, person_id):
        raise SignInNotFound
    return await end_sign_in(uow, sign_in_id, now=now)


async def end_sign_ins_of(uow: UnitOfWork, viewer: Viewer, person_id: UUID, *, now: datetime) -> int:
    """End all sign-ins of the person and return how many ended. Raises AccountNotFound."""
    if not may_see_sign_ins(viewer, person_id):
        raise AccountNotFound
    if await find_account_holder(uow.connection, uow.organization_id, person_id) is None:
        raise AccountNotFound
    return await end_all_sign_ins(uow, person_id, now=now)
