"""Finds due token runs that nobody was woken for, because Redis lost them or no worker ran (R7.10)."""

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog

from db.tokens.token_runs import DueTokenRun, due_runs
from workers.context import WorkerContext, context_of
from workers.faults import tell
from workers.figures import RUNS_FAILED
from workers.jobs.run_tokens import carry_out

BATCH = 200
AT_A_TIME = 4

log = structlog.get_logger(__name__)


async def sweep_token_runs(ctx: Mapping[Any, Any]) -> None:
    """The arq job."""
    await sweep(context_of(ctx))


async def sweep(context: WorkerContext) -> int:
    """Carry out every due run of every organization, the longest overdue first, and return the number carried out
    here.

    A run that fails is logged and left to the next sweep; it does not block other runs.
    """
    done, failed = 0, set[DueTokenRun]()
    limit = asyncio.Semaphore(AT_A_TIME)

    async def attempt(run: DueTokenRun) -> bool:
        async with limit:
            if context.stop.is_set():
                return False
            try:
                return await carry_out(context, run)
            except Exception as fault:
                RUNS_FAILED.inc()
                tell(log, "token_run_failed", fault, run=str(run))
                failed.add(run)
                return False

    while not context.stop.is_set():
        async with context.database.connect() as connection:
            due = await due_runs(connection, context.clock(), at_most=BATCH + len(failed))
        waiting = [run for run in due if run not in failed]
        if not waiting:
            break
        async with asyncio.TaskGroup() as group:
            attempts = [group.create_task(attempt(run)) for run in waiting]
        done += sum(task.result() for task in attempts)
    return done
