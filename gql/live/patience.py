"""Waits for a database that is unavailable for a moment, so that a subscription survives a restart of PostgreSQL."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from db.passing import passes_after

log = structlog.get_logger("rollbook.live")

T = TypeVar("T")


async def patiently(read: Callable[[], Awaitable[T]], *, seconds: float = 30.0) -> T:
    """Return the result of `read`, which is retried for `seconds` while the database cannot be reached.

    `read` opens and closes its own transaction. All other exceptions are raised at once.
    """
    loop = asyncio.get_running_loop()
    deadline, pause = loop.time() + seconds, 0.05
    while True:
        try:
            return await read()
        except Exception as fault:
            if passes_after(fault) is None or loop.time() > deadline:
                raise
            log.warning("subscriber_waits_for_database", fault=fault)
        await asyncio.sleep(pause)
        pause = min(pause * 2, 2.0)
