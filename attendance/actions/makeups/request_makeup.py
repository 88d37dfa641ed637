"""Request a makeup, where staff decide about makeups (R8.7)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.actions.makeups.steps.open_makeups import (
    WantedMakeup,
    enter_in_ledger,
    get_occasion,
    get_token,
    require_possible,
)
from attendance.actions.tokens.steps.lock_makeup_token import lock_makeup_token
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.makeups.makeup_refusals import MakeupApprovalNotRequired
from attendance.rules.organization.permissions import Viewer
from attendance.rules.vocabulary import MakeupTokenAct
from db.makeups.makeup_requests import NewRequest, add_makeup_request, close_lapsed_request
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class RequestWritten:
    """The request for a makeup that an act made or settled."""

    request_id: UUID


async def request_makeup(
    uow: UnitOfWork, viewer: Viewer, token_id: UUID, occurrence: OccurrenceKey, comment: str | None, *, now: datetime
) -> RequestWritten:
    """Make the request. Everything is checked as if the makeup were booked now, but no place is held; an approval
    checks again.

    A token has at most one open request.

    Raises NothingFound, OccurrenceNotFound, MakeupApprovalNotRequired and the refusals of
    attendance/rules/makeups/makeups.py.
    """
    await get_token(uow, viewer, token_id, now)
    if viewer.settings.makeup_tokens.auto_approve_makeups:
        raise MakeupApprovalNotRequired
    head = await get_occasion(uow, viewer.caller, occurrence)
    token = await lock_makeup_token(uow, token_id)
    await require_possible(uow, viewer, WantedMakeup(token.student_id, head, token), now=now)
    await close_lapsed_request(uow, token_id, now)
    author = Author.of(viewer.caller)
    new = NewRequest(token.student_id, token_id, occurrence, comment)
    request_id = await add_makeup_request(uow, new, author, now)
    facts = {
        "request_id": str(request_id),
        "offering_id": str(head.offering.id),
        "makeup_on": occurrence.held_on.isoformat(),
    }
    await enter_in_ledger(uow, token, MakeupTokenAct.REQUESTED, facts, author=author, now=now)
    return RequestWritten(request_id)
