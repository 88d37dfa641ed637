"""End a request for a makeup without booking it: staff deny it, or the family withdraws it (R8.7)."""

from datetime import datetime
from uuid import UUID

from attendance.actions.makeups.request_makeup import RequestWritten
from attendance.actions.makeups.steps.open_makeups import enter_in_ledger, get_request, reread_request
from attendance.actions.tokens.steps.lock_makeup_token import lock_makeup_token
from attendance.rules.makeups.makeup_requests import require_undecided
from attendance.rules.organization.permissions import Viewer
from attendance.rules.vocabulary import MakeupRequestState, MakeupTokenAct
from db.makeups.makeup_requests import settle_makeup_request
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork

_ACTS = {
    MakeupRequestState.DENIED: MakeupTokenAct.DENIED,
    MakeupRequestState.WITHDRAWN: MakeupTokenAct.WITHDRAWN,
}


async def deny_makeup(
    uow: UnitOfWork, viewer: Viewer, request_id: UUID, comment: str | None, *, now: datetime
) -> RequestWritten:
    """Deny the request. The token can be used again. The edge has checked the permission.

    Raises NothingFound and MakeupRequestSettled.
    """
    return await _settle(uow, viewer, request_id, MakeupRequestState.DENIED, comment=comment, now=now)


async def withdraw_makeup_request(
    uow: UnitOfWork, viewer: Viewer, request_id: UUID, *, now: datetime
) -> RequestWritten:
    """Withdraw the request, as any guardian of the family may. The token can be used again.

    Raises NothingFound and MakeupRequestSettled.
    """
    return await _settle(uow, viewer, request_id, MakeupRequestState.WITHDRAWN, now=now)


async def _settle(
    uow: UnitOfWork,
    viewer: Viewer,
    request_id: UUID,
    state: MakeupRequestState,
    *,
    comment: str | None = None,
    now: datetime,
) -> RequestWritten:
    found = await get_request(uow, viewer.caller, request_id, now)
    token = await lock_makeup_token(uow, found.token_id)
    require_undecided(await reread_request(uow, request_id, now))
    author = Author.of(viewer.caller)
    await settle_makeup_request(uow, request_id, state, author, comment=comment, now=now)
    facts = {"request_id": str(request_id), "makeup_on": found.occurrence.held_on.isoformat()}
    await enter_in_ledger(uow, token, _ACTS[state], facts, author=author, now=now)
    return RequestWritten(request_id)
