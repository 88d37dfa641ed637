"""Deletes the stored answers of mutations once no retry can be expected any more (R4.11)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog

from db.idempotency import forget_answers
from workers.context import WorkerContext, context_of

KEPT = timedelta(days=2)
PORTION = 5000

log = structlog.get_logger(__name__)


async def forget_old_answers(ctx: Mapping[Any, Any]) -> None:
    """The arq job."""
    await forget(context_of(ctx))


async def forget(context: WorkerContext) -> int:
    """Delete in portions, each in a transaction of its own, and return the number of keys."""
    forgotten = 0
    while not context.stop.is_set():
        portion = await forget_answers(context.database, used_before=context.clock() - KEPT, at_most=PORTION)
        forgotten += portion
        if portion < PORTION:
            break
    log.info("answers_forgotten", count=forgotten)
    return forgotten
