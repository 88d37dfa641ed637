"""Give the tokens of a cancellation as its plan says (R9.2)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.rules.cancelling.cancelling import CancellationPlan, StudentOutcome
from attendance.rules.tokens.makeup_tokens import TokenStep
from attendance.rules.vocabulary import MakeupTokenAct
from db.cancelling.cancellation_changes import issue_cancellation_tokens, let_stand
from db.marks.changes import Author
from db.tokens.makeup_token_changes import IssueTerms, LedgerEntry, TokenFate, change, enter
from db.tokens.makeup_tokens import TokenOccasion
from db.unit_of_work import UnitOfWork

_ACTS = {
    TokenStep.ISSUE: MakeupTokenAct.ISSUED,
    TokenStep.REINSTATE: MakeupTokenAct.REINSTATED,
    TokenStep.UNFLAG: MakeupTokenAct.UNFLAGGED,
    TokenStep.REVOKE: MakeupTokenAct.REVOKED,
    TokenStep.FLAG: MakeupTokenAct.FLAGGED,
    TokenStep.SKIP: MakeupTokenAct.SKIPPED,
}


@dataclass(frozen=True, slots=True)
class GivenTokens:
    """The tokens of the cancellation that were created, reinstated or unflagged, by student, and all students whose
    tokens of the occurrence changed.
    """

    token_ids: Mapping[UUID, UUID]
    student_ids: frozenset[UUID]


async def give_cancellation_tokens(
    uow: UnitOfWork, plan: CancellationPlan, occasion: TokenOccasion, author: Author, now: datetime
) -> GivenTokens:
    """Change the absence tokens first, because a student has at most one live token of the occurrence. The caller has
    locked the occurrence, its students and their tokens, and records the change.
    """
    touched = await _change_absence_tokens(uow, plan, author, now)
    token_ids = await _create(uow, plan, occasion, author, now)
    return GivenTokens(token_ids, frozenset(touched | token_ids.keys()))


async def _change_absence_tokens(uow: UnitOfWork, plan: CancellationPlan, author: Author, now: datetime) -> set[UUID]:
    """Revoke and flag absence tokens, or let them stand for the token of the cancellation, as planned (R9.2)."""
    held = [(each, each.student.absence) for each in plan.outcomes if each.student.absence is not None]
    if standing := [token.id for each, token in held if each.stands]:
        await let_stand(uow, standing)
    changed = [(each, token) for each, token in held if each.absence.step is not TokenStep.NOTHING]
    if not changed:
        return set()
    fates = [
        TokenFate(token.id, each.absence.step is TokenStep.REVOKE, each.absence.step is TokenStep.FLAG)
        for each, token in changed
    ]
    await change(uow.connection, uow.organization_id, fates, now)
    entries = [
        LedgerEntry(
            each.student.student_id,
            token.id,
            _ACTS[each.absence.step],
            each.absence.cause,
            occurrence=plan.sheet.key,
        )
        for each, token in changed
    ]
    await enter(uow, entries, author=author, now=now)
    return {each.student.student_id for each, _ in changed}


async def _create(
    uow: UnitOfWork, plan: CancellationPlan, occasion: TokenOccasion, author: Author, now: datetime
) -> dict[UUID, UUID]:
    """Issue, reinstate, unflag and skip tokens of the cancellation as planned, and enter it in the ledger (R7.9)."""
    key = plan.sheet.key
    terms = IssueTerms(occasion.location_id, occasion.program_id, now, plan.sheet.today, plan.expires_on)
    places = {each.student.student_id: each.student.place for each in plan.outcomes if each.gets_token}
    issued = await issue_cancellation_tokens(
        uow, key, terms, {who: place.enrollment_id for who, place in places.items() if place is not None}, author
    )
    unflagged = await _unflag(uow, plan.outcomes, now)
    changed = issued | unflagged
    entries = [
        LedgerEntry(
            student_id=each.student.student_id,
            token_id=changed.get(each.student.student_id),
            act=_ACTS[each.token.step],
            cause=each.token.cause,
            facts=None if each.counted is None else {"counted": each.counted},
            occurrence=key,
        )
        for each in plan.outcomes
        if each.student.student_id in changed or each.token.step is TokenStep.SKIP
    ]
    await enter(uow, entries, author=author, now=now)
    return changed


async def _unflag(uow: UnitOfWork, outcomes: Collection[StudentOutcome], now: datetime) -> dict[UUID, UUID]:
    """Unflag tokens of an earlier cancellation that were in use when it was restored: they are earned again."""
    tokens = {
        each.student.student_id: each.student.cancellation.id
        for each in outcomes
        if each.token.step is TokenStep.UNFLAG and each.student.cancellation is not None
    }
    if tokens:
        await change(
            uow.connection, uow.organization_id, [TokenFate(each, False, False) for each in tokens.values()], now
        )
    return tokens
