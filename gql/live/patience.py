"""Waiting for a database that is away for a moment: a subscription outlives a restart of PostgreSQL."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

log = structlog.get_logger("rollbook.live")

T = TypeVar("T")


async def patiently(read: Callable[[], Awaitable[T]], *, seconds: float = 30.0) -> T:
    """The result of `read`, which is tried again for `seconds` while the database cannot be reached.

    `read` opens and closes its own transaction. Anything but the database's absence is raised at once.
    """
    loop = asyncio.get_running_loop()
    deadline, pause = loop.time() + seconds, 0.05
    while True:
        try:
            return await read()
        except ProgrammingError:
            raise
        except (DBAPIError, NoConnectionFree, OSError) as fault:
            if loop.time() > deadline:
                raise
            log.warning("subscriber_waits_for_database", error=repr(fault))
        await asyncio.sleep(pause)
        pause = min(pause * 2, 2.0)
