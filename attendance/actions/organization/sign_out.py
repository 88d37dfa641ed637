"""End the caller's session, or all of the caller's sessions."""

from datetime import datetime

from attendance.rules.organization.permissions import Viewer
from attendance.rules.organization.sign_in_refusals import NoSession
from db.organization.sign_ins import end_all_sign_ins, end_sign_in
from db.unit_of_work import UnitOfWork


async def sign_out(uow: UnitOfWork, viewer: Viewer, *, everywhere: bool, now: datetime) -> int:
    """End the sessions and return how many ended. Their access tokens are refused at once, and their live streams end
    with the next event.

    Raises NoSession for a token of an external identity provider, unless `everywhere` is true.
    """
    if everywhere:
        return await end_all_sign_ins(uow, viewer.caller.id, now=now)
    if viewer.sign_in_id is None:
        raise NoSession("Your identity provider keeps this session; sign out there.")
    return await end_sign_in(uow, viewer.sign_in_id, now=now)
