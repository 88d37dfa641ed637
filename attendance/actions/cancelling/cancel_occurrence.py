"""Cancel one occurrence with its tokens and e-mails, completely and in one transaction (R9.1, R9.2)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.actions.marks.steps.notify_of_absences import notify_of_absences
from attendance.actions.tokens.reset_makeup_token import EndedByBusiness, number_revoked, release_makeups
from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.cancelling.cancellation_mail import TEMPLATE, cancellation_facts, cancellation_reason
from attendance.rules.cancelling.cancellation_plans import limits_to_count, plan_cancellations
from attendance.rules.cancelling.cancellation_refusals import not_cancellable
from attendance.rules.cancelling.cancelling import CancellationOptions, CancellationPlan, StudentOutcome
from attendance.rules.organization.settings import MakeupTokenSettings, OrganizationSettings
from attendance.rules.refusals import OccurrenceNotFound
from attendance.rules.tokens.expiry import returned_tokens_usable_until
from attendance.rules.tokens.makeup_tokens import TokenCause, TokenStep
from attendance.rules.vocabulary import ChangeKind, MakeupTokenAct
from db.calendar.occurrences import find_head
from db.cancelling.cancellation_changes import issue_cancellation_tokens, let_stand, put_cancellation
from db.cancelling.cancellations import (
    classes_behind_flagged,
    lock_students_concerned,
    lock_tokens_concerned,
    marked_students,
    read_cancelled_sheets,
    students_on_sheet,
)
from db.marks.changes import Author, lock_occurrence, record_change
from db.roster.roster_changes import lock_occurrences
from db.tasks.emails import Message, queue_emails
from db.tokens.makeup_token_changes import IssueTerms, LedgerEntry, TokenFate, change, enter
from db.tokens.makeup_tokens import TokenOccasion, occasions_of
from db.tokens.token_subjects import Counting, count_towards_limit
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
class Cancelled:
    """What a cancellation did.

    revision -- the revision of the change of kind CANCELLED
    token_ids -- the tokens of the cancellation, by student
    """

    head: OccurrenceHead
    plan: CancellationPlan
    revision: int
    token_ids: Mapping[UUID, UUID]


async def cancel_occurrence(
    uow: UnitOfWork,
    key: OccurrenceKey,
    options: CancellationOptions,
    *,
    author: Author,
    settings: OrganizationSettings,
    now: datetime,
) -> Cancelled:
    """Cancel the occurrence.

    From now on it takes no marks, and earlier marks earn no tokens. Makeups in it end, and their tokens become free. If
    the options say so, students whose enrollment type earns get a token: an unused token of an absence gives way to it,
    and a used one stands for it. Otherwise unused tokens of absences are revoked, and used ones are flagged. Families
    are told in the same transaction. The number of statements does not depend on the number of students.

    The caller has checked that the author may cancel and see the occurrence. Raises OccurrenceNotFound and
    OccurrenceNotCancellable.
    """
    behind = await classes_behind_flagged(uow.connection, uow.organization_id, key)
    await lock_occurrences(uow, {key, *behind} if behind else ())
    await lock_occurrence(uow, key)
    head = await find_head(uow.connection, uow.organization_id, key)
    if head is None:
        raise OccurrenceNotFound
    if (refusal := not_cancellable(head)) is not None:
        raise refusal
    await lock_students_concerned(uow.connection, uow.organization_id, key)
    before = await students_on_sheet(uow.connection, uow.organization_id, key)
    await put_cancellation(uow, key, by=author.person_id, comment=options.comment, now=now)
    if marked := await marked_students(uow.connection, uow.organization_id, key):
        await notify_of_absences(uow, head, marked, settings=settings, now=now)
    await lock_tokens_concerned(uow.connection, uow.organization_id, key)
    occasions = await occasions_of(uow.connection, uow.organization_id, [key])
    (plan,) = await plan_cancelling(
        uow.connection, uow.organization_id, occasions, options, settings.makeup_tokens, now=now
    )
    touched = await _release(uow, plan, settings.makeup_tokens, author, now)
    leaving = before - await students_on_sheet(uow.connection, uow.organization_id, key) if touched else set()
    revision = await record_change(uow, key, ChangeKind.CANCELLED, author, now=now, students=before, leaving=leaving)
    touched |= await _change_absence_tokens(uow, plan, author, now)
    token_ids = await _give_tokens(uow, plan, occasions[key], author, now)
    touched |= token_ids.keys()
    if touched:
        await record_change(uow, key, ChangeKind.TOKENS, author, now=now, students=touched)
    await queue_emails(uow, _messages(head, plan, options, revision, now), now=now)
    return Cancelled(head, plan, revision, token_ids)


async def plan_cancelling(
    connection: AsyncConnection,
    organization_id: UUID,
    occasions: Mapping[OccurrenceKey, TokenOccasion],
    options: CancellationOptions,
    settings: MakeupTokenSettings,
    *,
    now: datetime,
) -> list[CancellationPlan]:
    """Return what cancelling these occurrences in this order would do. None of them is cancelled.

    This only reads, with at most three statements. The result holds as long as the caller's locks do; without locks it
    is a preview.
    """
    sheets = await read_cancelled_sheets(connection, organization_id, occasions, now)
    todays = {sheet.key: sheet.today for sheet in sheets}
    limits = limits_to_count(sheets, options, settings)
    counting = [Counting(student_id, limit, todays[key]) for (key, student_id), limit in limits.items()]
    counted = await count_towards_limit(connection, organization_id, counting) if limits else []
    return plan_cancellations(sheets, options, settings, dict(zip(limits, counted, strict=True)))


async def _release(
    uow: UnitOfWork, plan: CancellationPlan, settings: MakeupTokenSettings, author: Author, now: datetime
) -> set[UUID]:
    """End the makeups of these students."""
    token_ids = [token.id for outcome in plan.outcomes for token in outcome.student.makeups]
    if not token_ids:
        return set()
    ended = EndedByBusiness(TokenCause.OCCURRENCE_CANCELLED, returned_tokens_usable_until(plan.sheet.today, settings))
    released = await release_makeups(uow, token_ids, author=author, ended=ended, now=now)
    await number_revoked(uow, released, author, now)
    return {each.student_id for each in released}


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
    await enter(uow.connection, uow.organization_id, entries, author=author, now=now)
    return {each.student.student_id for each, _ in changed}


async def _give_tokens(
    uow: UnitOfWork, plan: CancellationPlan, occasion: TokenOccasion, author: Author, now: datetime
) -> dict[UUID, UUID]:
    """Issue, reinstate, unflag and skip tokens as planned, and enter it in the ledger (R7.9)."""
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
    await enter(uow.connection, uow.organization_id, entries, author=author, now=now)
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


def _messages(
    head: OccurrenceHead, plan: CancellationPlan, options: CancellationOptions, revision: int, now: datetime
) -> Sequence[Message]:
    return [
        Message(
            reason=cancellation_reason(head.key, revision, letter.family_id),
            recipient=letter.recipient,
            template=TEMPLATE,
            facts=cancellation_facts(head, plan, letter, options.comment),
            due_at=now,
            family_id=letter.family_id,
        )
        for letter in plan.letters
    ]
