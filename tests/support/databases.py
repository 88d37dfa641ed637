"""Fixtures over PostgreSQL: the database of this test process, and an organization of its own for each test.

A test uses the database of its process, where organizations of earlier tests lie about. It sees its own alone: the
code under test is bound by row-level security to one organization, and `owner` to those that the test made. Two marks
change that:

emptied_database -- the test looks across organizations (sweeps of workers, sign-in by e-mail, commands): the database
    is emptied first, and `owner` sees all of it.
own_database -- the test changes the schema or ends the server's connections: it gets a copy of the template.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db.embedded.servers import Servers
from db.engine import Database, create_engine
from db.migrate import upgrade
from db.scratch import scratch_database
from tests.factories import World, new_world
from tests.support.emptying import empty
from tests.support.test_role import ACT_AS_OWNER, ACT_AS_TEST, create_test_role

if TYPE_CHECKING:
    from tests.api_client import Api


@dataclass(frozen=True)
class ProcessDatabase:
    """The database that the tests of this process share."""

    url: str
    application: Database
    owner: AsyncEngine


@pytest.fixture(scope="session")
async def template_database(servers: Servers) -> AsyncIterator[str]:
    """The name of a database with the whole schema, made once by the project's migrations, and empty."""
    async with scratch_database(servers.database_url) as url:
        await upgrade(url)
        await create_test_role(url)
        yield str(make_url(url).database)


@pytest.fixture(scope="session")
async def process_database(servers: Servers, template_database: str) -> AsyncIterator[ProcessDatabase]:
    async with scratch_database(servers.database_url, template_database) as url:
        application, owner = Database(create_engine(url, pool_size=5)), create_engine(url, role=None, pool_size=2)
        yield ProcessDatabase(url, application, owner.execution_options(isolation_level="AUTOCOMMIT"))
        await application.close()
        await owner.dispose()


@pytest.fixture
async def database_url(
    request: pytest.FixtureRequest, servers: Servers, template_database: str, process_database: ProcessDatabase
) -> AsyncIterator[str]:
    """The owner's address of the database of this test."""
    if request.node.get_closest_marker("own_database"):
        async with scratch_database(servers.database_url, template_database) as url:
            yield url
        return
    if request.node.get_closest_marker("emptied_database"):
        async with process_database.owner.connect() as connection:
            for statement in ACT_AS_OWNER:
                await connection.exec_driver_sql(statement)
            await empty(connection)
    yield process_database.url


@pytest.fixture
async def owner(
    request: pytest.FixtureRequest, database_url: str, process_database: ProcessDatabase
) -> AsyncIterator[AsyncConnection]:
    """The test's own connection, on which each statement commits. It sees the organizations that `new_world` made on
    it, or the whole database if that is the test's own or was emptied for it.
    """
    if database_url != process_database.url:
        engine = create_engine(database_url, role=None, pool_size=1)
        async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            yield connection
        await engine.dispose()
        return
    sees_all = request.node.get_closest_marker("emptied_database") is not None
    async with process_database.owner.connect() as connection:
        for statement in ACT_AS_OWNER if sees_all else ACT_AS_TEST:
            await connection.exec_driver_sql(statement)
        yield connection


@pytest.fixture
async def database(database_url: str, process_database: ProcessDatabase) -> AsyncIterator[Database]:
    """The test's database as the application uses it: bound by row-level security."""
    if database_url == process_database.url:
        yield process_database.application
        return
    database = Database(create_engine(database_url, pool_size=5))
    yield database
    await database.close()


@pytest.fixture
async def world(owner: AsyncConnection) -> World:
    return await new_world(owner)


@pytest.fixture
async def api(database: Database) -> "AsyncIterator[Api]":
    """The API over the test's database, not signed in."""
    # The schema takes a second to import: a run that needs no API, and the controller of a run, are spared it.
    from tests.api_client import serving  # noqa: PLC0415

    async with serving(database) as client:
        yield client
