"""Lends the import's connection to actions, which then work in its transaction."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import StaticPool

from db.engine import set_tenant
from db.unit_of_work import UnitOfWork


@asynccontextmanager
async def as_action(connection: asyncpg.Connection, organization_id: UUID) -> AsyncIterator[UnitOfWork]:
    """Yield a unit of work on the driver's connection, which stays in its own transaction: AUTOCOMMIT keeps SQLAlchemy
    from beginning another one.

    Its wake-ups are not announced: who has a roll sheet open hears of a change by the comparison of revisions.
    """

    async def opened() -> asyncpg.Connection:
        return connection

    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=opened, poolclass=StaticPool, isolation_level="AUTOCOMMIT"
    )
    try:
        async with engine.connect() as inner:
            await set_tenant(inner, organization_id)
            yield UnitOfWork(inner, organization_id)
    finally:
        await engine.dispose(close=False)
