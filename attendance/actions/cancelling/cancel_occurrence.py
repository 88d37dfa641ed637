"""Cancel one occurrence with its tokens and e-mails, completely and in one transaction (R9.1, R9.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.actions.cancelling.steps.give_cancellation_tokens import give_cancellation_tokens
from attendance.actions.cancelling.steps.messages_to_families import messages_to_families
from attendance.actions.marks.steps.notify_of_absences import notify_of_absences
from attendance.actions.tokens.reset_makeup_token import EndedByBusiness, number_revoked, release_makeups
from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.cancelling.cancellation_mail import TEMPLATE, cancellation_reason
from attendance.rules.cancelling.cancellation_plans import limits_to_count, plan_cancellations
from attendance.rules.cancelling.cancellation_refusals import not_cancellable
from attendance.rules.cancelling.cancelling import CancellationOptions, CancellationPlan
from attendance.rules.organization.settings import MakeupTokenSettings, OrganizationSettings
from attendance.rules.refusals import OccurrenceNotFound
from attendance.rules.tokens.expiry import returned_tokens_usable_until
from attendance.rules.tokens.makeup_tokens import TokenCause
from attendance.rules.vocabulary import ChangeKind
from db.calendar.occurrences import find_head
from db.cancelling.cancellation_changes import put_cancellation
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
from db.tasks.emails import queue_emails
from db.tokens.makeup_tokens import TokenOccasion, occasions_of
from db.tokens.token_subjects import Counting, count_towards_limit
from db.unit_of_work import UnitOfWork
from pace import in_turns


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
    numbered = await record_change(uow, key, ChangeKind.CANCELLED, author, now=now, students=before, leaving=leaving)
    given = await give_cancellation_tokens(uow, plan, occasions[key], author, now)
    touched |= given.student_ids
    if touched:
        await record_change(uow, key, ChangeKind.TOKENS, author, now=now, students=touched)
    messages = messages_to_families(
        head,
        plan,
        TEMPLATE,
        lambda family: cancellation_reason(key, numbered.revision, family),
        comment=options.comment,
        now=now,
    )
    await queue_emails(uow, messages, now=now)
    return Cancelled(head, plan, numbered.revision, given.token_ids)


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
    limits = {key: limit async for key, limit in in_turns(limits_to_count(sheets, options, settings))}
    counting = [Counting(student_id, limit, todays[key]) for (key, student_id), limit in limits.items()]
    counted = await count_towards_limit(connection, organization_id, counting) if limits else []
    plans = plan_cancellations(sheets, options, settings, dict(zip(limits, counted, strict=True)))
    return [plan async for plan in in_turns(plans)]


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
