"""Make an occurrence's makeup tokens agree with its marks (R7.4). This is the only way in which absences earn and lose
tokens.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from attendance.actions.tokens.steps.plan_makeup_tokens import PlannedStep, TokenPlan, plan_makeup_tokens
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.organization.settings import MakeupTokenSettings
from attendance.rules.tokens.expiry import expires_on
from attendance.rules.tokens.makeup_tokens import TokenCause, TokenStep
from attendance.rules.vocabulary import MakeupTokenAct, Source, TokenRunPhase
from db.marks.changes import Author
from db.tokens import makeup_token_changes, makeup_tokens
from db.tokens.makeup_token_changes import IssueTerms, LedgerEntry, NewToken, TokenFate
from db.unit_of_work import UnitOfWork

_ACTS = {
    TokenStep.ISSUE: MakeupTokenAct.ISSUED,
    TokenStep.REINSTATE: MakeupTokenAct.REINSTATED,
    TokenStep.REVOKE: MakeupTokenAct.REVOKED,
    TokenStep.FLAG: MakeupTokenAct.FLAGGED,
    TokenStep.UNFLAG: MakeupTokenAct.UNFLAGGED,
    TokenStep.SKIP: MakeupTokenAct.SKIPPED,
}


@dataclass(frozen=True, slots=True)
class TokenOutcome:
    """The ids of the tokens that a reconciliation changed, each by student id. All are empty when nothing was to be
    done.

    due_at -- when the deferred run was due that reconciled; None when it was not a deferred run
    """

    issued: dict[UUID, UUID]
    reinstated: dict[UUID, UUID]
    revoked: dict[UUID, UUID]
    flagged: dict[UUID, UUID]
    unflagged: dict[UUID, UUID]
    due_at: datetime | None = None

    @property
    def student_ids(self) -> frozenset[UUID]:
        """The students whose tokens changed."""
        return frozenset().union(self.issued, self.reinstated, self.revoked, self.flagged, self.unflagged)


async def reconcile_makeup_tokens(
    uow: UnitOfWork,
    occurrence: OccurrenceKey,
    *,
    student_ids: Sequence[UUID] | None,
    may_create: bool,
    settings: MakeupTokenSettings,
    author: Author,
    phase: TokenRunPhase | None = None,
    now: datetime,
) -> TokenOutcome:
    """Issue, revoke, reinstate and flag the absence tokens of these students, and enter it in the ledger.

    It is idempotent. The number of statements does not depend on the number of students.

    The caller has locked the occurrence and has written the marks. Students are locked before their tokens are counted
    for a limit (R7.6), and where leaving may let tokens lapse (R8.11).

    student_ids -- None for all students with a mark or a token
    may_create -- False for deferred marks (R7.3); tokens that are no longer earned are still revoked at once
    author -- who made the marks, or the system
    phase -- the deferred run that calls this, or None
    """
    connection = uow.connection
    if student_ids is None:
        known = await makeup_tokens.students_with_marks_or_tokens(connection, uow.organization_id, [occurrence])
        student_ids = known[occurrence]
    if may_create and _must_hold_students(settings):
        await makeup_tokens.lock_students(uow, student_ids)
    existing = await makeup_tokens.lock_automatic_tokens(uow, occurrence, student_ids)
    now = uow.time_under_lock(now)
    if not student_ids or not (existing or may_create):
        return TokenOutcome({}, {}, {}, {}, {})
    wanted = {occurrence: student_ids}
    plans = await plan_makeup_tokens(
        connection, uow.organization_id, wanted, may_create=may_create, settings=settings, now=now
    )
    plan = plans[occurrence]
    issued = await _issue(uow, occurrence, plan, settings, now)
    changed = await _change(uow, plan, now)
    entries = _entries(occurrence, plan, {**issued, **changed}, phase, settings.token_limit)
    await makeup_token_changes.enter(uow, entries, author=author, now=now)
    return TokenOutcome(
        issued=issued,
        reinstated=_of(plan, TokenStep.REINSTATE, changed),
        revoked=_of(plan, TokenStep.REVOKE, changed),
        flagged=_of(plan, TokenStep.FLAG, changed),
        unflagged=_of(plan, TokenStep.UNFLAG, changed),
    )


def _must_hold_students(settings: MakeupTokenSettings) -> bool:
    return settings.token_limit is not None or settings.expire_after_last_drop_days is not None


def _of(plan: TokenPlan, step: TokenStep, changed: dict[UUID, UUID]) -> dict[UUID, UUID]:
    students = [planned.subject.student_id for planned in plan.steps if planned.decision.step is step]
    return {student_id: changed[student_id] for student_id in students if student_id in changed}


async def _issue(
    uow: UnitOfWork,
    occurrence: OccurrenceKey,
    plan: TokenPlan,
    settings: MakeupTokenSettings,
    now: datetime,
) -> dict[UUID, UUID]:
    new = [
        NewToken(
            student_id=planned.subject.student_id,
            enrollment_id=planned.subject.enrollment_id,
            source=planned.subject.mark_source or Source.SYSTEM,
            issued_by_id=planned.subject.marked_by_id,
        )
        for planned in plan.steps
        if planned.decision.step is TokenStep.ISSUE
    ]
    if not new:
        return {}
    terms = IssueTerms(
        location_id=plan.occasion.location_id,
        program_id=plan.occasion.program_id,
        issued_at=now,
        issued_on=plan.today,
        expires_on=expires_on(
            settings,
            issued_on=plan.today,
            missed_on=occurrence.held_on,
            session_ends_on=plan.occasion.session_ends_on,
        ),
    )
    return await makeup_token_changes.issue(uow.connection, uow.organization_id, occurrence, terms, new)


async def _change(uow: UnitOfWork, plan: TokenPlan, now: datetime) -> dict[UUID, UUID]:
    students: dict[UUID, UUID] = {}
    fates = []
    for planned in plan.steps:
        step, token = planned.decision.step, planned.subject.token
        if token is not None and step in _ACTS and step is not TokenStep.SKIP:
            students[token.id] = planned.subject.student_id
            fates.append(
                TokenFate(
                    token.id,
                    is_revoked=step is TokenStep.REVOKE,
                    needs_review=step is TokenStep.FLAG,
                )
            )
    if not fates:
        return {}
    changed = await makeup_token_changes.change(uow.connection, uow.organization_id, fates, now)
    return {students[token_id]: token_id for token_id in changed}


def _entries(
    occurrence: OccurrenceKey,
    plan: TokenPlan,
    tokens: dict[UUID, UUID],
    phase: TokenRunPhase | None,
    token_limit: int | None,
) -> list[LedgerEntry]:
    return [
        LedgerEntry(
            student_id=planned.subject.student_id,
            token_id=tokens.get(planned.subject.student_id),
            act=_ACTS[planned.decision.step],
            cause=planned.decision.cause,
            facts=_facts(planned, phase, token_limit),
            occurrence=occurrence,
        )
        for planned in plan.steps
        if planned.subject.student_id in tokens or _is_new_skip(planned)
    ]


def _is_new_skip(planned: PlannedStep) -> bool:
    """Return whether to enter a skip. It is entered once, and not by every run that finds it again."""
    decision, subject = planned.decision, planned.subject
    known = (subject.last_act, subject.last_cause) == (MakeupTokenAct.SKIPPED, decision.cause)
    return decision.step is TokenStep.SKIP and not known


def _facts(planned: PlannedStep, phase: TokenRunPhase | None, token_limit: int | None) -> dict[str, Any]:
    facts: dict[str, Any] = {"status": planned.subject.status}
    if phase is not None:
        facts["phase"] = phase
    if planned.decision.cause is TokenCause.OVER_LIMIT:
        facts |= {"counted": planned.counted, "limit": token_limit}
    return facts
