"""Reads what waits to be done, over all organizations, for the figures that an operator sees (R16.6)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_BACKLOG = text("SELECT b.*, clock_timestamp() AS read_at FROM backlog(:due_by) b")


@dataclass(frozen=True, slots=True)
class Backlog:
    """Counts end at 10,000. Ages are in seconds, 0 when nothing waits.

    token_runs, emails -- those that are due
    background_tasks -- those that have not ended
    background_task_wait -- for how long the task that has waited longest has had no worker
    blocked_sessions -- sessions of this database that wait for a lock
    oldest_transaction -- the age of the oldest open transaction of this database
    """

    token_runs: int
    token_run_age: float
    emails: int
    email_age: float
    background_tasks: int
    background_task_wait: float
    blocked_sessions: int
    oldest_transaction: float


async def read_backlog(connection: AsyncConnection, now: datetime) -> Backlog:
    """Return what is due at `now`, in one statement.

    It needs no tenant: the function `backlog` passes row-level security, and returns only counts and times.
    """
    row = (await connection.execute(_BACKLOG, {"due_by": now})).one()
    return Backlog(
        row.token_runs,
        _age(row.token_run_due_at, now),
        row.emails,
        _age(row.email_due_at, now),
        row.background_tasks,
        _age(row.background_task_waits_since, row.read_at),
        row.blocked_sessions,
        _age(row.oldest_transaction_at, row.read_at),
    )


def _age(since: datetime | None, now: datetime) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())
