"""Deletes what is not needed any more, by class of data and age, once a day (R16.5).

docs/privacy.md has the table of all classes, with those that other jobs delete.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog

from db.retention import forget_rows
from workers.context import WorkerContext, context_of
from workers.faults import tell

KEPT: Mapping[str, timedelta] = {
    "account_links": timedelta(days=90),
    "sign_ins": timedelta(days=90),
    "emails": timedelta(days=400),
    "security_events": timedelta(days=365),
    "medical_reads": timedelta(days=1096),
}
"""By class of data. Links and sign-ins count from their expiry, the others from when they came about."""
PORTION = 2000

log = structlog.get_logger(__name__)


async def forget_old_rows(ctx: Mapping[Any, Any]) -> None:
    """The arq job."""
    await forget(context_of(ctx))


async def forget(context: WorkerContext) -> int:
    """Delete in portions, each in a transaction of its own, and return the number of rows. A class that fails does not
    hold up the others.
    """
    forgotten = 0
    for name, kept in KEPT.items():
        try:
            forgotten += await _forget_class(context, name, kept)
        except Exception as fault:
            tell(log, "rows_not_forgotten", fault, of=name)
    return forgotten


async def _forget_class(context: WorkerContext, name: str, kept: timedelta) -> int:
    forgotten = 0
    while not context.stop.is_set():
        older_than = context.clock() - kept
        portion = await forget_rows(context.database, name, older_than=older_than, at_most=PORTION)
        forgotten += portion
        await context.pace.rest(context.stop)
        if portion < PORTION:
            break
    log.info("rows_forgotten", of=name, count=forgotten)
    return forgotten
