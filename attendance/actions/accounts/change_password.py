"""Change one's own password, giving the present one (R12.3)."""

from datetime import datetime

from attendance.actions.accounts.choose_password import tell_new_password
from attendance.rules.accounts.account_refusals import WrongPassword
from attendance.rules.organization.permissions import Viewer
from db.accounts.account_holders import lock_account, set_password
from db.accounts.account_links import revoke_links
from db.ids import new_id
from db.organization.sign_ins import end_all_sign_ins
from db.unit_of_work import UnitOfWork


async def change_password(
    uow: UnitOfWork, viewer: Viewer, checked_hash: str, password_hash: str, *, now: datetime
) -> int:
    """Set the password, revoke the person's links, end all sign-ins but the caller's, and tell the person's address.
    Return how many sign-ins ended.

    checked_hash -- the hash that the present password was checked against

    Raises WrongPassword when the password was changed since it was checked.
    """
    holder = await lock_account(uow, viewer.caller.id)
    if holder is None or holder.password_hash != checked_hash:
        raise WrongPassword
    await set_password(uow, holder.id, password_hash)
    await revoke_links(uow, holder.id, now=now)
    ended = await end_all_sign_ins(uow, holder.id, but=viewer.sign_in_id, now=now)
    await tell_new_password(uow, holder, f"account/{holder.id}/changed/{new_id()}", now=now)
    return ended
