"""Give up makeups, so that their tokens can be used again (R8.5, R9.2)."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from attendance.actions.roster.steps.roster_changed import RosterChange, roster_changed
from attendance.actions.tokens.edit_makeup_token import TokenChanged
from attendance.actions.tokens.steps.lock_makeup_token import get_makeup_token, lock_makeup_token, why_not
from attendance.actions.tokens.steps.reconcile_makeup_tokens import reconcile_makeup_tokens
from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey
from attendance.rules.makeups.give_back_refusals import MakeupAttended
from attendance.rules.organization.permissions import Viewer
from attendance.rules.tokens.makeup_tokens import TokenCause, stays_when_freed
from attendance.rules.tokens.student_tokens import TokenFacts
from attendance.rules.tokens.tokens_by_hand import RESETTABLE
from attendance.rules.vocabulary import ChangeKind, MakeupTokenAct, MakeupTokenState
from db.calendar.timetables import lock_offerings
from db.makeups.makeup_bookings import was_attended
from db.makeups.makeup_releases import TiedMakeup, free_tokens, tied_makeups, withdraw_requests
from db.marks.changes import Author, record_change
from db.roster.roster_changes import lock_occurrences, number_changes
from db.tokens.makeup_token_changes import LedgerEntry, enter
from db.tokens.makeup_tokens import lock_tokens
from db.unit_of_work import UnitOfWork

_ADVICE = {
    MakeupTokenState.PENDING: "it was used at the same moment; look again",
    MakeupTokenState.SPENT: "its makeup is over",
    MakeupTokenState.REVOKED: "it is not used",
    MakeupTokenState.DELETED: "it is not used",
}


@dataclass(frozen=True, slots=True)
class EndedByBusiness:
    """Why the business ends makeups, and the day until which their tokens can be used at least (R8.6c)."""

    cause: TokenCause
    usable_until: date


async def reset_makeup_token(uow: UnitOfWork, viewer: Viewer, token_id: UUID, *, now: datetime) -> TokenChanged:
    """Give up what the token is used for.

    A booked makeup is cancelled: the student leaves its open roll sheet, but a row with a mark stays as a subdued row.
    A request is withdrawn. The token can be used again until it expires. A token that was no longer earned while it was
    tied (R7.4) is revoked.

    Raises NothingFound; MakeupTokenNotChangeable, because only PENDING and REQUESTED tokens can be reset; and
    MakeupAttended.
    """
    token = await get_makeup_token(uow, viewer.caller, token_id)
    tied = await tied_makeups(uow.connection, uow.organization_id, [token_id])
    if tied:
        await give_up_makeup(uow, viewer, tied[0], now)
    else:
        await _withdraw(uow, token, Author.of(viewer.caller), now)
    return TokenChanged(token_id)


async def give_up_makeup(
    uow: UnitOfWork,
    viewer: Viewer,
    makeup: TiedMakeup,
    now: datetime,
    *,
    check: Callable[[OccurrenceHead | None], None] = lambda _: None,
) -> None:
    """Give up one makeup that was found tied to its token, and tell all roll sheets concerned.

    Raises MakeupTokenNotChangeable, MakeupAttended (R8.12), and what `check` raises.

    check -- is called with the locked occurrence of the makeup, or with None when the class does not meet then
    """
    author = Author.of(viewer.caller)
    await lock_offerings(uow, [makeup.offering_id])
    async with roster_changed(
        uow,
        makeup.student_id,
        author=author,
        now=now,
        offering_ids=[makeup.offering_id],
        dates=DateSpan(makeup.held_on, makeup.held_on),
        also=[] if makeup.missed is None else [makeup.missed],
    ) as change:
        await _hold(uow, makeup.token_id, makeup.enrollment_id, now)
        if await was_attended(uow, makeup):
            raise MakeupAttended(makeup.enrollment_id, makeup.held_on)
        check(_head_of(makeup, change))
        released = await release_makeups(uow, [makeup.token_id], author=author, now=now)
    await number_revoked(uow, released, author, now)
    await _take_what_it_earned(uow, viewer, makeup, now)


def _head_of(makeup: TiedMakeup, change: RosterChange) -> OccurrenceHead | None:
    """Return the locked occurrence of the makeup; the first of the day when the makeup is for all timeslots."""
    heads = [
        head
        for head in change.heads
        if head.offering.id == makeup.offering_id
        and head.key.held_on == makeup.held_on
        and makeup.timeslot_id in (None, head.key.timeslot_id)
    ]
    return min(heads, key=lambda head: head.starts_at, default=None)


async def _take_what_it_earned(uow: UnitOfWork, viewer: Viewer, makeup: TiedMakeup, now: datetime) -> None:
    """Revoke the token for an absence from the makeup itself (R7.4), because the student has the token of the makeup
    back.
    """
    if makeup.timeslot_id is None:
        return
    key, author = OccurrenceKey(makeup.timeslot_id, makeup.held_on), Author.of(viewer.caller)
    outcome = await reconcile_makeup_tokens(
        uow,
        key,
        student_ids=[makeup.student_id],
        may_create=False,
        settings=viewer.settings.makeup_tokens,
        author=author,
        now=now,
    )
    if outcome.student_ids:
        await record_change(uow, key, ChangeKind.TOKENS, author, now=now, students=outcome.student_ids)


async def _withdraw(uow: UnitOfWork, token: TokenFacts, author: Author, now: datetime) -> None:
    await _hold(uow, token.id, None, now)
    await withdraw_requests(uow, [token.id], decided_by_id=author.person_id, now=now)
    entry = LedgerEntry(token.student_id, token.id, MakeupTokenAct.RESET, occurrence=token.missed)
    await enter(uow, [entry], author=author, now=now)


async def _hold(uow: UnitOfWork, token_id: UUID, makeup_enrollment_id: UUID | None, now: datetime) -> None:
    """Return the tied token. Raises MakeupTokenNotChangeable, also when the token was used or freed since it
    was found.
    """
    held = await lock_makeup_token(uow, token_id)
    state = held.state(now)
    if state not in RESETTABLE or held.makeup_enrollment_id != makeup_enrollment_id:
        raise await why_not(uow, held, state, _ADVICE.get(state, "there is nothing to reset"))


async def release_makeups(
    uow: UnitOfWork,
    token_ids: Collection[UUID],
    *,
    author: Author,
    ended: EndedByBusiness | None = None,
    now: datetime,
) -> list[TiedMakeup]:
    """End the places to which these tokens are tied, and free the tokens. Their dates then make them available or
    expired.

    A token that was no longer earned while it was tied (R7.4, flagged) is revoked, unless it was flagged by a
    cancellation and the business ends its makeup too (R9.2). This executes four statements, however many tokens there
    are. Tokens that are no longer tied, because somebody else was first, are left alone and
    are not in the result.

    The caller has locked the occurrences of the makeups, and records the changes of their roll sheets
    (`roster_changed`, or a change of its own). It has decided whether the makeups may be given up. When only the
    enrollments are known, use `tokens_of_makeups` in db/makeups/makeup_releases.py.

    ended -- why the business ends the makeups; None when staff or the family give them up
    """
    held = await lock_tokens(uow, token_ids)
    tied = await tied_makeups(uow.connection, uow.organization_id, held)
    if not tied:
        return []
    if ended is not None:
        tied = [replace(each, is_kept=each.needs_review and stays_when_freed(each.flagged_for)) for each in tied]
    await free_tokens(uow, tied, now, usable_until=None if ended is None else ended.usable_until)
    entries = [entry for each in tied for entry in _entries(each, ended)]
    await enter(uow, entries, author=author, now=now)
    return tied


async def number_revoked(uow: UnitOfWork, released: Collection[TiedMakeup], author: Author, now: datetime) -> None:
    """Tell the roll sheets of the missed classes that their flagged tokens need no review any more (R10.1)."""
    rows = {(each.missed, each.student_id): False for each in released if each.needs_review and each.missed}
    # The caller has locked them already, unless a token was flagged in the very last moment.
    await lock_occurrences(uow, {key for key, _ in rows})
    await number_changes(uow, ChangeKind.TOKENS, rows, author, now)


def _entries(tied: TiedMakeup, ended: EndedByBusiness | None) -> list[LedgerEntry]:
    facts = {
        "enrollment_id": str(tied.enrollment_id),
        "offering_id": str(tied.offering_id),
        "makeup_on": tied.held_on.isoformat(),
    }
    cause = None
    if ended is not None:
        cause = ended.cause
        if not tied.is_lost and tied.good_through is not None and tied.good_through < ended.usable_until:
            facts["put_off_to"] = ended.usable_until.isoformat()
    reset = LedgerEntry(tied.student_id, tied.token_id, MakeupTokenAct.RESET, cause, facts, tied.missed)
    if tied.is_kept:
        return [reset, replace(reset, act=MakeupTokenAct.UNFLAGGED, cause=None, facts=None)]
    if not tied.needs_review:
        return [reset]
    return [reset, replace(reset, act=MakeupTokenAct.REVOKED, cause=tied.flagged_for, facts=None)]
