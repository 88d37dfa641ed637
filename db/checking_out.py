"""Takes connections from the pool and gives them back without a greenlet where nothing has to be awaited.

SQLAlchemy's AsyncEngine enters a greenlet for both, and a task for giving back. A roll sheet spends more time on that
than on its statements.
"""

from collections.abc import Awaitable
from typing import Any

import asyncpg
from sqlalchemy.exc import MissingGreenlet
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.pool import QueuePool
from sqlalchemy.util.concurrency import in_greenlet


async def take(engine: AsyncEngine) -> AsyncConnection:
    """Return a connection of the pool, as `engine.connect()` does."""
    pool = engine.sync_engine.pool
    if isinstance(pool, QueuePool) and pool.checkedin():
        try:
            return AsyncConnection(engine, engine.sync_engine.connect())
        except MissingGreenlet:
            # The connection is too old or was invalidated, so that SQLAlchemy has to make another one.
            pass
    return await engine.connect()


def begin_to_connect(*arguments: Any, **named: Any) -> Awaitable[asyncpg.Connection]:
    """Return the coroutine that connects, as asyncpg does. Raises MissingGreenlet where SQLAlchemy cannot await it.

    SQLAlchemy finds that out later, and leaves behind a coroutine of which Python says that nobody has awaited it, for
    each connection that was lost.
    """
    if not in_greenlet():
        raise MissingGreenlet
    connecting: Awaitable[asyncpg.Connection] = asyncpg.connect(*arguments, **named)
    return connecting


def driver_of(connection: AsyncConnection) -> asyncpg.Connection | None:
    """Return the driver's connection, or None when SQLAlchemy has to make another one."""
    sync = connection.sync_connection
    if sync is None or sync.closed or sync.invalidated:
        return None
    # What the pool would return for the driver's connection as well, but only after two steps more.
    adapted: Any = sync.connection.dbapi_connection
    return None if adapted is None else adapted.driver_connection


async def info_of(connection: AsyncConnection) -> dict[Any, Any]:
    """Return what is kept with the driver's connection."""
    return connection.info if driver_of(connection) else (await connection.get_raw_connection()).info


def give_back(connection: AsyncConnection) -> None:
    """Give back a connection whose transaction has ended and which SQLAlchemy does not have to reset."""
    if connection.sync_connection is not None:
        connection.sync_connection.close()
