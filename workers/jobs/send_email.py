"""Sends the messages of the outbox, at most once for each reason (R9.8)."""

import asyncio
import time
from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from typing import Any
from uuid import UUID

import structlog
from jinja2 import TemplateError

from attendance.rules.tasks.mail import wait_before_retry
from attendance.rules.vocabulary import EmailState
from db.tasks.emails import OutgoingEmail, begin_sending, claim, due_emails, give_up_unanswered, record
from db.tracing import link_email
from mail.message import compose
from mail.smtp import Refused, ServerAway, SmtpServer, TryLater, Unanswered, hand_over, opened
from tracing import span
from workers.context import WorkerContext, context_of
from workers.faults import tell
from workers.figures import EMAIL_ATTEMPTS, EMAIL_SECONDS

BATCH = 200
NOBODY = "rollbook@localhost"
# Added to the time that the server may take, for our own statements. During the lease nobody else touches the message.
SLACK_SECONDS = 60
# A snow day is over by then. Other mail does not wait any longer for a task that continues.
CALM_SECONDS = 20

log = structlog.get_logger(__name__)


class Attempt(Enum):
    NONE = "not due, or another worker has it"
    MADE = "made, whatever its outcome"
    SERVER_AWAY = "made, without a connection"


async def send_email(ctx: Mapping[Any, Any], organization_id: str, email_id: str) -> None:
    """The arq job, as `workers.queue` enqueues it. When many come at once, most are left to the sweep.

    It ends at once, because a slow mail server must not hold one of arq's places.
    """
    context = context_of(ctx)
    if not context.post.is_full and not context.stop.is_set():
        context.post.send_aside(carry_out(context, UUID(organization_id), UUID(email_id)))


async def send_due_emails(ctx: Mapping[Any, Any]) -> None:
    """The arq job: it wakes `keep_sending`, which does the work outside arq's places."""
    context_of(ctx).letters.ring()


async def keep_sending(context: WorkerContext) -> None:
    """Send what is due at the start, at each sweep, and when this worker itself has queued e-mail.

    It waits until the worker's tasks are at rest, so cancelling a task immediately also withdraws its mail (R9.5). It
    runs until the worker stops.
    """
    while True:
        ring = context.letters.next_ring()
        await context.pace.calm(context.stop, at_most=CALM_SECONDS)
        if context.stop.is_set():
            return
        try:
            await send_due(context)
        except Exception as fault:
            tell(log, "mail_not_sent", fault)
        await ring.wait()


async def send_due(context: WorkerContext) -> int:
    """Make one attempt at each due message of every organization and return the number of attempts.

    A fault of ours is logged and left to the next call; it does not block other messages. While the server cannot be
    reached, the other messages keep their attempts for later.
    """
    made, seen, is_away = 0, set[UUID](), False

    async def attempt(organization_id: UUID, email_id: UUID) -> Attempt:
        nonlocal is_away
        async with context.post.place():
            if context.stop.is_set() or is_away:
                return Attempt.NONE
            try:
                outcome = await carry_out(context, organization_id, email_id)
                await context.pace.rest(context.stop)
            except Exception as fault:
                tell(log, "email_attempt_failed", fault, email_id=str(email_id))
                return Attempt.NONE
            is_away = is_away or outcome is Attempt.SERVER_AWAY
            return outcome

    while not context.stop.is_set() and not is_away:
        async with context.database.connect() as connection:
            due = await due_emails(connection, context.clock(), at_most=BATCH + len(seen))
        waiting = [(organization_id, email_id) for organization_id, email_id in due if email_id not in seen]
        if not waiting:
            break
        seen.update(email_id for _, email_id in waiting)
        async with asyncio.TaskGroup() as group:
            attempts = [group.create_task(attempt(*each)) for each in waiting]
        made += sum(task.result() is not Attempt.NONE for task in attempts)
    return made


async def carry_out(context: WorkerContext, organization_id: UUID, email_id: UUID) -> Attempt:
    """Make one attempt at a message if it is due. A message that a dead worker left unanswered is given up as
    UNCERTAIN.
    """
    with span("e-mail"):
        return await _claim_and_attempt(context, organization_id, email_id)


async def _claim_and_attempt(context: WorkerContext, organization_id: UUID, email_id: UUID) -> Attempt:
    server = context.mail_server
    lease = timedelta(seconds=(2 * server.open_seconds if server else 0) + SLACK_SECONDS)
    now = context.clock()
    async with context.unit_of_work(organization_id) as uow:
        await link_email(uow.connection, organization_id, email_id)
        email = await claim(uow, email_id, now=now, lease=lease)
        given_up = email is None and await give_up_unanswered(uow, email_id, now=now)
    if given_up:
        EMAIL_ATTEMPTS.labels(EmailState.UNCERTAIN.value).inc()
        log.error("email_uncertain", organization_id=str(organization_id), email_id=str(email_id))
    if email is None:
        return Attempt.MADE if given_up else Attempt.NONE
    return await _attempt(context, email)


async def _attempt(context: WorkerContext, email: OutgoingEmail) -> Attempt:
    outcome, began = Attempt.MADE, time.perf_counter()
    try:
        state, error = await _deliver(context, email), None
    except (Refused, TemplateError, ValueError, TypeError) as fault:
        state, error = EmailState.FAILED, str(fault)
    except TryLater as fault:
        state, error = EmailState.QUEUED, str(fault)
        outcome = Attempt.SERVER_AWAY if isinstance(fault, ServerAway) else outcome
    except Unanswered as fault:
        state, error = EmailState.UNCERTAIN, str(fault)
    if state is None:
        return Attempt.NONE
    EMAIL_SECONDS.observe(time.perf_counter() - began)
    await _settle(context, email, state, error)
    return outcome


async def _deliver(context: WorkerContext, email: OutgoingEmail) -> EmailState | None:
    """Return SENT or KEPT; None if the message was withdrawn or taken over before it was handed over."""
    server = context.mail_server
    message = compose(email, sender=server.sender if server else NOBODY, links=context.links, now=context.clock())
    if server is None:
        return EmailState.KEPT
    async with opened(server, email.recipient.strip()) as client:
        if begun := await _begin(context, email, server):
            await hand_over(client, server, bytes(message))
    return EmailState.SENT if begun else None


async def _begin(context: WorkerContext, email: OutgoingEmail, server: SmtpServer) -> bool:
    lease = timedelta(seconds=server.answer_seconds + SLACK_SECONDS)
    async with context.unit_of_work(email.organization_id) as uow:
        return await begin_sending(uow, email, now=context.clock(), lease=lease)


async def _settle(context: WorkerContext, email: OutgoingEmail, state: EmailState, error: str | None) -> None:
    """Record the outcome. QUEUED asks for another attempt, and becomes FAILED when there have been enough."""
    now = context.clock()
    due_at = now
    if state is EmailState.QUEUED:
        wait = wait_before_retry(email.attempts)
        state, due_at = (EmailState.FAILED, now) if wait is None else (state, now + wait)
    async with context.unit_of_work(email.organization_id) as uow:
        await record(uow, email, state, now=now, due_at=due_at, error=error)
    EMAIL_ATTEMPTS.labels(state.value).inc()
    say = log.error if state in (EmailState.FAILED, EmailState.UNCERTAIN) else log.info
    say(
        "email_attempted",
        organization_id=str(email.organization_id),
        email_id=str(email.id),
        template=email.template,
        attempt=email.attempts,
        state=state.value,
        code=_reply_code(error),
    )


def _reply_code(error: str | None) -> int | None:
    """Return the code of a mail server's reply for the log. The reply itself can quote the recipient's address."""
    first = (error or "").partition(" ")[0]
    return int(first) if len(first) == 3 and first.isdecimal() else None
