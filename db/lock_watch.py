"""Watches what holds up `migrate` (R16.2): which sessions have the locks that it waits for, and for how long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

_POLL_SECONDS = 0.1
# The text of the blocking statement is left out, because somebody may have typed values into it.
_BLOCKERS = text("""
SELECT w.pid AS waiting_pid, b.pid, a.application_name, a.usename, host(a.client_addr) AS address, a.state,
       coalesce(a.xact_start, a.query_start, a.backend_start) AS since,
       (SELECT l.relation::regclass::text FROM pg_locks l
        WHERE l.pid = w.pid AND NOT l.granted AND l.relation IS NOT NULL LIMIT 1) AS wanted
FROM pg_stat_activity w
CROSS JOIN unnest(pg_blocking_pids(w.pid)) AS b (pid)
LEFT JOIN pg_stat_activity a ON a.pid = b.pid
WHERE w.datname = current_database() AND w.application_name = :application AND w.wait_event_type = 'Lock'
ORDER BY since, b.pid
""")
_CANCEL = text("SELECT pg_cancel_backend(:pid)")


@dataclass(frozen=True, slots=True)
class Blocker:
    """A session that holds a lock, or that waits for it in front of us.

    pid -- 0 for a prepared transaction, which belongs to no process
    since -- the begin of its transaction; None if PostgreSQL does not tell this account
    """

    pid: int
    application: str
    user: str
    address: str
    state: str
    since: datetime | None

    def __str__(self) -> str:
        if self.pid == 0:
            return "a prepared transaction (see pg_prepared_xacts)"
        whose = ", ".join(part for part in (self.application, self.user, self.address) if part) or "unknown"
        since = f" since {self.since:%Y-%m-%d %H:%M:%S} UTC" if self.since else ""
        return f"process {self.pid} ({whose}), which is {self.state or 'in an unknown state'}{since}"


@dataclass
class LockWatch:
    """What was seen since the watch began.

    seconds -- how long all waits for locks may take together, before the waiting statement is cancelled
    wanted -- the table that was waited for; None for other locks
    has_cancelled -- whether it cancelled a statement
    """

    seconds: float
    wanted: str | None = None
    blockers: tuple[Blocker, ...] = ()
    has_cancelled: bool = False
    _waited: float = field(default=0.0, repr=False)

    @asynccontextmanager
    async def over(self, guard: AsyncConnection, application: str) -> AsyncIterator[None]:
        """Watch the sessions called `application`, on a connection with autocommit, until the block ends."""
        ended = asyncio.Event()
        watching = asyncio.create_task(self._watch(guard, application, ended), name="watch-locks")
        try:
            yield
        finally:
            # A cancelled statement would cost the connection, and with it the lock that it holds.
            ended.set()
            with suppress(DBAPIError):
                await watching

    async def _watch(self, guard: AsyncConnection, application: str, ended: asyncio.Event) -> None:
        clock = asyncio.get_running_loop().time
        looked_at = clock()
        while not ended.is_set():
            rows = (await guard.execute(_BLOCKERS, {"application": application})).all()
            now = clock()
            if rows:
                self.wanted = rows[0].wanted
                self.blockers = tuple(
                    Blocker(r.pid, r.application_name or "", r.usename or "", r.address or "", r.state or "", r.since)
                    for r in rows
                )
                self._waited += now - looked_at
            looked_at = now
            if self._waited > self.seconds:
                self.has_cancelled = True
                for pid in {row.waiting_pid for row in rows}:
                    await guard.execute(_CANCEL, {"pid": pid})
            with suppress(TimeoutError):
                async with asyncio.timeout(_POLL_SECONDS):
                    await ended.wait()

    @property
    def sentence(self) -> str:
        """What is waited for, and who has it."""
        wanted = f"The lock on {self.wanted}" if self.wanted else "A lock"
        if not self.blockers:
            return f"{wanted} is not free"
        return f"{wanted} is held up by " + " and by ".join(str(blocker) for blocker in self.blockers)
