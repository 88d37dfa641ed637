"""Carries out background tasks (R9.4 to R9.7), which it finds in the database with or without Redis.

A worker has a few places for tasks. Each place takes the task that has waited longest, works on it for a while, and
puts it back behind the others, so that a large task of one organization does not delay a small one of another. Between
batches it rests, so that people who use Rollbook meanwhile hardly notice.
"""

import asyncio
import os
import socket
from collections.abc import Mapping
from typing import Any

import structlog

from attendance.rules.refusals import Refusal
from attendance.tasks.advance import Advance, Attempt, advance, record_failure
from db.ids import new_id
from db.tasks.task_leases import Lease, claim, due_tasks, release
from db.tracing import link_task
from tracing import is_tracing, span
from workers.context import WorkerContext, context_of
from workers.faults import tell
from workers.figures import TASK_BATCHES

PLACES = 2
POLL_SECONDS = 2.0
SLICE_SECONDS = 2.0
PAUSE_SECONDS = 1.0
LOOKED_AT = 50

log = structlog.get_logger(__name__)


async def work_on_tasks(ctx: Mapping[Any, Any]) -> None:
    """The arq job: somebody started a task."""
    context_of(ctx).bell.ring()


async def keep_working(context: WorkerContext) -> None:
    """Work until the worker stops. Then it finishes what it has begun and leaves the rest to others at once."""
    async with asyncio.TaskGroup() as group:
        for _ in range(PLACES):
            group.create_task(_keep_place(context))


async def work_off(context: WorkerContext) -> int:
    """Work until nothing is due and return the number of slices."""
    slices = 0
    while not context.stop.is_set() and await work_on_next(context):
        slices += 1
    return slices


async def _keep_place(context: WorkerContext) -> None:
    while not context.stop.is_set():
        ring = context.bell.next_ring()
        try:
            found = await work_on_next(context)
        except Exception as fault:
            tell(log, "tasks_not_worked_on", fault)
            await context.bell.wait(ring, PAUSE_SECONDS)
        else:
            if not found:
                await context.bell.wait(ring, POLL_SECONDS)


async def work_on_next(context: WorkerContext) -> bool:
    """Work for one slice on the task that has waited longest. Return False if none is waiting."""
    async with context.database.connect() as connection:
        due = await due_tasks(connection, at_most=LOOKED_AT)
    for organization_id, task_id in due:
        lease = Lease(organization_id, task_id, f"{socket.gethostname()}/{os.getpid()}/{new_id()}")
        async with context.unit_of_work(organization_id) as uow:
            is_mine = await claim(uow, lease, context.kinds, now=context.clock())
        if is_mine:
            with context.pace.task(), span("background task"):
                await _work_on(context, lease)
            return True
    return False


async def _work_on(context: WorkerContext, lease: Lease) -> None:
    if is_tracing():
        async with context.database.read(lease.organization_id) as connection:
            await link_task(connection, lease.organization_id, lease.task_id)
    loop = asyncio.get_running_loop()
    until = loop.time() + SLICE_SECONDS
    while True:
        outcome = await _step(context, lease)
        if outcome is not Advance.GOES_ON:
            return
        await context.pace.rest(context.stop)
        if context.stop.is_set() or loop.time() >= until:
            async with context.unit_of_work(lease.organization_id) as uow:
                await release(uow, lease)
            return


async def _step(context: WorkerContext, lease: Lease) -> Advance:
    """Carry out one batch. If it raises, its items are carried out again one by one."""
    attempt = Attempt()
    try:
        return await _attempt(context, lease, attempt)
    except Exception as fault:
        if len(attempt.items) < 2:
            return await _record(context, lease, attempt, fault)
        log.info("task_batch_taken_apart", task_id=str(lease.task_id), fault=fault)
    for item in attempt.items:
        outcome = await _single(context, lease, item.position)
        if outcome is not Advance.GOES_ON or context.stop.is_set():
            return outcome
    return Advance.GOES_ON


async def _single(context: WorkerContext, lease: Lease, position: int) -> Advance:
    attempt = Attempt(only=position)
    try:
        return await _attempt(context, lease, attempt)
    except Exception as fault:
        return await _record(context, lease, attempt, fault)


async def _attempt(context: WorkerContext, lease: Lease, attempt: Attempt) -> Advance:
    async with context.unit_of_work(lease.organization_id) as uow:
        outcome = await advance(uow, lease, attempt, context.kinds, now=context.clock())
    TASK_BATCHES.labels("done").inc()
    return outcome


async def _record(context: WorkerContext, lease: Lease, attempt: Attempt, fault: Exception) -> Advance:
    """Record the failure. If it was neither an item's nor the plan's, it is raised again, and the lease expires."""
    if not attempt.items and not attempt.is_planning:
        raise fault
    TASK_BATCHES.labels("refused" if isinstance(fault, Refusal) else "failed").inc()
    if not isinstance(fault, Refusal):
        tell(
            log,
            "task_fault",
            fault,
            organization_id=str(lease.organization_id),
            task_id=str(lease.task_id),
            position=attempt.items[0].position if attempt.items else None,
        )
    async with context.unit_of_work(lease.organization_id) as uow:
        return await record_failure(uow, lease, attempt, fault, context.kinds, now=context.clock())
