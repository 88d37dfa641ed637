"""The job that arq wakes when a token run is due. The run's row decides whether there is anything to do."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID

import structlog

from attendance.actions.tokens.run_tokens import run_tokens as run_tokens_action
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.vocabulary import TokenRunPhase
from db.tokens.token_runs import DueTokenRun
from db.tracing import link_run
from db.unit_of_work import UnitOfWork
from tracing import span
from workers.context import WorkerContext, context_of
from workers.figures import run_done

log = structlog.get_logger(__name__)


async def run_tokens(ctx: Mapping[Any, Any], organization_id: str, timeslot_id: str, held_on: str, phase: str) -> None:
    """The arq job, as `workers.queue` enqueues it."""
    occurrence = OccurrenceKey(UUID(timeslot_id), date.fromisoformat(held_on))
    await carry_out(context_of(ctx), DueTokenRun(UUID(organization_id), occurrence, TokenRunPhase(phase)))


@asynccontextmanager
async def _unit_of_run(context: WorkerContext, run: DueTokenRun) -> AsyncIterator[UnitOfWork]:
    """The run's transaction, in a span of its own that is linked to the one that armed the run."""
    with span("token run"):
        async with context.unit_of_work(run.organization_id) as uow:
            await link_run(uow.connection, run.organization_id, run.occurrence, run.phase)
            yield uow


async def carry_out(context: WorkerContext, run: DueTokenRun) -> bool:
    """Carry out one run in one transaction. Return False if it was done already or is not due by this worker's
    clock.
    """
    async with _unit_of_run(context, run) as uow:
        outcome = await run_tokens_action(uow, run.occurrence, run.phase, now=context.clock())
    if outcome is None:
        return False
    if outcome.due_at is not None:
        run_done(context.clock() - outcome.due_at)
    log.info(
        "token_run_done",
        organization_id=str(run.organization_id),
        timeslot_id=str(run.occurrence.timeslot_id),
        held_on=run.occurrence.held_on.isoformat(),
        phase=run.phase.value,
        issued=len(outcome.issued),
        reinstated=len(outcome.reinstated),
        revoked=len(outcome.revoked),
        flagged=len(outcome.flagged),
    )
    return True
