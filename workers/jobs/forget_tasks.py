"""Deletes background tasks that ended long enough ago (R9.6)."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import structlog

from attendance.rules.tasks.background_tasks import CANCELLED_KEPT, KEPT
from db.tasks.background_tasks import old_tasks, remove_tasks
from workers.context import WorkerContext, context_of

PORTION = 20

log = structlog.get_logger(__name__)


async def forget_old_tasks(ctx: Mapping[Any, Any]) -> None:
    """The arq job."""
    await forget_tasks(context_of(ctx))


async def forget_tasks(context: WorkerContext) -> int:
    """Delete cancelled tasks after 10 minutes and others after 60 days, and return their number.

    It deletes in portions; those of each organization are a transaction of their own.
    """
    forgotten = 0
    while not context.stop.is_set():
        now = context.clock()
        async with context.database.connect() as connection:
            old = await old_tasks(connection, cancelled_by=now - CANCELLED_KEPT, others_by=now - KEPT, at_most=PORTION)
        by_organization: dict[UUID, list[UUID]] = defaultdict(list)
        for organization_id, task_id in old:
            by_organization[organization_id].append(task_id)
        for organization_id, ids in by_organization.items():
            async with context.unit_of_work(organization_id) as uow:
                await remove_tasks(uow, ids)
        forgotten += len(old)
        if len(old) < PORTION:
            break
    if forgotten:
        log.info("tasks_forgotten", count=forgotten)
    return forgotten
