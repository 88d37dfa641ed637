"""Deletes old entries of the feed. A client that comes back later receives the current state (decision 21)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog

from db.feed import forget_feed
from workers.context import WorkerContext, context_of

KEPT = timedelta(days=3)
PORTION = 5000

log = structlog.get_logger(__name__)


async def forget_old_feed(ctx: Mapping[Any, Any]) -> None:
    """The arq job."""
    await forget(context_of(ctx))


async def forget(context: WorkerContext) -> int:
    """Delete in portions, each in a transaction of its own, and return the number of transactions."""
    forgotten = 0
    while not context.stop.is_set():
        portion = await forget_feed(context.database, fed_before=context.clock() - KEPT, at_most=PORTION)
        forgotten += portion
        if portion < PORTION:
            break
    log.info("feed_forgotten", count=forgotten)
    return forgotten
