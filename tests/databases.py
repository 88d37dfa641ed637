"""Fixtures over a test's own database: the owner's connection, the application's, and an organization to fill."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from db.engine import Database, create_engine
from tests.api_client import Api, serving
from tests.factories import World, new_world


@pytest.fixture
async def owner(database_url: str) -> AsyncIterator[AsyncConnection]:
    """The owner's connection to the test's database; each statement commits."""
    engine = create_engine(database_url, role=None, pool_size=1)
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        yield connection
    await engine.dispose()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The test's database as the application uses it: bound by row-level security."""
    database = Database(create_engine(database_url, pool_size=5))
    yield database
    await database.close()


@pytest.fixture
async def world(owner: AsyncConnection) -> World:
    return await new_world(owner)


@pytest.fixture
async def api(database: Database) -> AsyncIterator[Api]:
    """The API over the test's database, not signed in."""
    async with serving(database) as client:
        yield client
