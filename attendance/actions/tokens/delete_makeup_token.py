"""Delete a makeup token by hand (R8.5)."""

from datetime import datetime
from uuid import UUID

from attendance.actions.tokens.edit_makeup_token import TokenChanged
from attendance.actions.tokens.steps.lock_makeup_token import get_makeup_token, lock_makeup_token, why_not
from attendance.actions.tokens.steps.tell_new_tokens import untell_new_tokens
from attendance.rules.organization.permissions import Viewer
from attendance.rules.tokens.tokens_by_hand import DELETABLE
from attendance.rules.vocabulary import ChangeKind, MakeupTokenAct, MakeupTokenState
from db.marks.changes import Author, lock_occurrence, record_change
from db.tokens.makeup_token_changes import LedgerEntry, enter
from db.tokens.tokens_by_hand import change_token
from db.unit_of_work import UnitOfWork

_ADVICE = {
    MakeupTokenState.PENDING: "reset it first, which gives the makeup up",
    MakeupTokenState.SPENT: "it stays as the record of its makeup",
    MakeupTokenState.DELETED: "there is nothing more to delete",
}


async def delete_makeup_token(uow: UnitOfWork, viewer: Viewer, token_id: UUID, *, now: datetime) -> TokenChanged:
    """Delete the token.

    An automatic token stays deleted, whatever becomes of its absence (R7.4); the roll sheet of the missed class
    receives the change. A request made with the token lapses, and a notice that was not sent yet is not sent.

    Raises NothingFound and MakeupTokenNotChangeable.
    """
    author = Author.of(viewer.caller)
    missed = (await get_makeup_token(uow, viewer.caller, token_id)).missed
    if missed is not None:
        await lock_occurrence(uow, missed)
    token = await lock_makeup_token(uow, token_id)
    state = token.state(now)
    if state not in DELETABLE:
        raise await why_not(uow, token, state, _ADVICE[state])
    await change_token(uow, token_id, {"deleted_at": now, "deleted_by_id": author.person_id, "needs_review": False})
    entry = LedgerEntry(token.student_id, token_id, MakeupTokenAct.DELETED, facts={"state": state}, occurrence=missed)
    await enter(uow, [entry], author=author, now=now)
    await untell_new_tokens(uow, [token_id])
    if missed is not None:
        await record_change(uow, missed, ChangeKind.TOKENS, author, now=now, students=[token.student_id])
    return TokenChanged(token_id)
