"""Give makeups up and their tokens back (R8.5, R9.2)."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from attendance.rules.vocabulary import MakeupTokenAct
from db.changes import Author
from db.makeup_releases import TiedMakeup, free_tokens, tied_makeups
from db.makeup_token_changes import LedgerEntry, enter
from db.makeup_tokens import lock_tokens
from db.unit_of_work import UnitOfWork


async def release_makeups(
    uow: UnitOfWork, token_ids: Collection[UUID], *, author: Author, cause: str | None = None, now: datetime
) -> list[TiedMakeup]:
    """End the places that these tokens are tied to, and free the tokens: each is what its dates make of it, available
    or expired. One whose ground went while it was tied (R7.4, flagged) is revoked. Five statements, however many; those
    that are tied to nothing, for somebody else was first, are left alone and out of the answer.

    The caller holds the occurrences of the makeups and numbers what changes on their roll sheets (`roster_changed`, or
    a change of its own); whether the makeups may be given up it has decided. db/makeup_releases.py has
    `tokens_of_makeups` for who knows only the enrollments.
    """
    held = await lock_tokens(uow.connection, uow.organization_id, token_ids)
    tied = await tied_makeups(uow.connection, uow.organization_id, held)
    if not tied:
        return []
    await free_tokens(uow, tied, now)
    entries = [entry for each in tied for entry in _entries(each, cause)]
    await enter(uow.connection, uow.organization_id, entries, author=author, now=now)
    return tied


def _entries(tied: TiedMakeup, cause: str | None) -> list[LedgerEntry]:
    facts = {
        "enrollment_id": str(tied.enrollment_id),
        "offering_id": str(tied.offering_id),
        "makeup_on": tied.held_on.isoformat(),
    }
    reset = LedgerEntry(tied.student_id, tied.token_id, MakeupTokenAct.RESET, cause, facts, tied.missed)
    if not tied.needs_review:
        return [reset]
    return [reset, replace(reset, act=MakeupTokenAct.REVOKED, cause=tied.flagged_for, facts=None)]
