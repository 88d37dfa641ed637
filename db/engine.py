"""Connections to PostgreSQL: one engine a process, and the two ways to use it, `read` and `unit_of_work`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

APPLICATION_ROLE = "rollbook_app"
SET_TENANT = text("SELECT set_config('rollbook.organization_id', :organization_id, true)")
# The large reading statements cost more to plan than to run; the plan that is made once fits all parameters
# well enough.
START_READING = text(
    "SELECT set_config('rollbook.organization_id', :organization_id, true), "
    "set_config('plan_cache_mode', 'force_generic_plan', true)"
)


def create_engine(url: str, *, role: str | None = APPLICATION_ROLE, pool_size: int = 10) -> AsyncEngine:
    """An engine whose connections act as `role`, which row-level security binds; None: as the owner, whom it
    does not.

    `url` is postgresql+asyncpg://. Statements end after 30 seconds and waits for a lock after 10, so that one
    stuck transaction cannot hold up the rest; JIT is off, since it costs more than it saves on short
    statements. Plans are kept for long: one that was made while a table was all but empty must not read all of it
    when thousands of rows have come, so `role` reads by index wherever there is one.
    """
    server_settings = {"application_name": "rollbook", "timezone": "UTC", "jit": "off"}
    if role is not None:
        server_settings |= {"role": role, "statement_timeout": "30s", "lock_timeout": "10s", "enable_seqscan": "off"}
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=False,
        pool_recycle=1800,
        connect_args={"server_settings": server_settings, "timeout": 10, "prepared_statement_cache_size": 500},
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
    )


async def set_tenant(connection: AsyncConnection, organization_id: UUID) -> None:
    """Make the transaction see this organization's rows alone (row-level security)."""
    await connection.execute(SET_TENANT, {"organization_id": str(organization_id)})


class Database:
    """The engine, with the reading transaction; writing goes through `db.unit_of_work`."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._snapshots = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    @asynccontextmanager
    async def read(self, organization_id: UUID) -> AsyncIterator[AsyncConnection]:
        """One consistent snapshot of one tenant: all statements in the block see the same state."""
        async with self._snapshots.connect() as connection:
            await connection.execute(START_READING, {"organization_id": str(organization_id)})
            yield connection

    async def close(self) -> None:
        await self.engine.dispose()
