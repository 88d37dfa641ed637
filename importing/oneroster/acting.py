"""Lends the import's connection to actions, which then work in its transaction."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import StaticPool


@asynccontextmanager
async def as_action(connection: asyncpg.Connection) -> AsyncIterator[AsyncConnection]:
    """Yield the driver's connection as actions need it. It stays in its own transaction: AUTOCOMMIT keeps SQLAlchemy
    from beginning another one.
    """

    async def opened() -> asyncpg.Connection:
        return connection

    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=opened, poolclass=StaticPool, isolation_level="AUTOCOMMIT"
    )
    try:
        async with engine.connect() as inner:
            yield inner
    finally:
        await engine.dispose(close=False)
