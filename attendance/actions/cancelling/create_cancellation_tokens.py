"""Create the tokens of a cancellation later, for an occurrence that is cancelled already (R9.1, R9.2)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.actions.cancelling.cancel_occurrence import plan_cancelling
from attendance.actions.cancelling.steps.give_cancellation_tokens import give_cancellation_tokens
from attendance.actions.cancelling.steps.messages_to_families import messages_to_families
from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.cancelling.cancellation_mail import TOKENS_TEMPLATE, tokens_reason
from attendance.rules.cancelling.cancellation_refusals import OccurrenceNotCancelled
from attendance.rules.cancelling.cancelling import CancellationOptions, CancellationPlan, CancellationTokens
from attendance.rules.organization.settings import OrganizationSettings
from attendance.rules.refusals import OccurrenceNotFound
from attendance.rules.vocabulary import ChangeKind
from db.calendar.occurrences import find_head
from db.cancelling.cancellation_changes import standing_cancellation
from db.cancelling.cancellations import lock_students_concerned, lock_tokens_concerned
from db.marks.changes import Author, lock_occurrence, record_change
from db.tasks.emails import queue_emails
from db.tokens.makeup_tokens import occasions_of
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class TokensCreated:
    """What was done, with the tokens of the cancellation that were created or reinstated, by student."""

    head: OccurrenceHead
    plan: CancellationPlan
    token_ids: Mapping[UUID, UUID]


async def create_cancellation_tokens(
    uow: UnitOfWork,
    key: OccurrenceKey,
    tokens: CancellationTokens,
    *,
    author: Author,
    settings: OrganizationSettings,
    now: datetime,
) -> TokensCreated:
    """Give the students of a cancelled occurrence what cancelling it with these tokens would have given them. Whoever
    has a token of the cancellation, or one that stands for it, gets no other one. So when it is called again, nothing
    changes, and nobody is told twice. The number of statements does not depend on the number of students.

    The caller has checked that the author may cancel and see the occurrence. Raises OccurrenceNotFound and
    OccurrenceNotCancelled.
    """
    held = await lock_occurrence(uow, key)
    head = await find_head(uow.connection, uow.organization_id, key)
    if head is None:
        raise OccurrenceNotFound
    if not held.is_cancelled:
        raise OccurrenceNotCancelled
    await lock_students_concerned(uow.connection, uow.organization_id, key)
    await lock_tokens_concerned(uow.connection, uow.organization_id, key)
    occasions = await occasions_of(uow.connection, uow.organization_id, [key])
    (plan,) = await plan_cancelling(
        uow.connection,
        uow.organization_id,
        occasions,
        CancellationOptions(tokens=tokens),
        settings.makeup_tokens,
        now=now,
    )
    given = await give_cancellation_tokens(uow, plan, occasions[key], author, now)
    if given.student_ids:
        numbered = await record_change(uow, key, ChangeKind.TOKENS, author, now=now, students=given.student_ids)
        await _tell(uow, head, plan, numbered.revision, now)
    return TokensCreated(head, plan, given.token_ids)


async def _tell(uow: UnitOfWork, head: OccurrenceHead, plan: CancellationPlan, revision: int, now: datetime) -> None:
    if not plan.letters:
        return
    cancelled_in = (await standing_cancellation(uow.connection, uow.organization_id, head.key)).revision or 0
    messages = messages_to_families(
        head,
        plan,
        TOKENS_TEMPLATE,
        lambda family: tokens_reason(head.key, cancelled_in, family, revision),
        comment=None,
        now=now,
    )
    await queue_emails(uow, messages, now=now)
