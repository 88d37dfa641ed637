"""Fixtures over PostgreSQL: the database of this test process, and an organization of its own for each test.

A test uses the database of its process, where organizations of earlier tests lie about. It sees its own alone: the
code under test is bound by row-level security to one organization, and `owner` to those that the test made. Two marks
change that:

emptied_database -- the test looks across organizations (sweeps of workers, sign-in by e-mail, commands): the database
    is emptied first, and `owner` sees all of it.
own_database -- the test changes the schema or ends the server's connections: it gets a copy of the template.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from commands.servers.postgres import OWNER
from commands.servers.scratch import scratch_database
from commands.servers.start import Servers
from db.engine import Database, create_engine
from db.migrate import upgrade
from tests.support.across import forbid, functions_across
from tests.support.emptying import empty
from tests.support.factories import World, new_world
from tests.support.tenant_role import act_as_owner, act_as_test, create_test_role

if TYPE_CHECKING:
    from tests.support.api import Api


@dataclass
class ProcessDatabase:
    """The database that the tests of this process share. `is_emptied`: for the test that runs now."""

    url: str
    application: Database
    owner: AsyncEngine
    is_emptied: bool = False


@asynccontextmanager
async def pooled(database_url: str, size: int) -> AsyncIterator[Database]:
    """The database as the application uses it, with at most this many connections. They are closed at the end."""
    database = Database(create_engine(database_url, pool_size=size))
    try:
        yield database
    finally:
        await database.close()


@pytest.fixture(scope="session")
async def template_database(servers: Servers) -> AsyncIterator[str]:
    """The name of a database with the whole schema, made once by the project's migrations, and empty."""
    async with scratch_database(servers.database_url) as url:
        if servers.postgres is not None:
            await _hash_password_cheaply(url, servers.postgres.password)
        await upgrade(url)
        await create_test_role(url)
        yield str(make_url(url).database)


async def _hash_password_cheaply(url: str, password: str) -> None:
    """Hash the owner's password once in place of 4,096 times, which each connection does again: it takes a quarter of
    what a connection costs. PostgreSQL 15 always hashes 4,096 times.
    """
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        await connection.execute("SELECT set_config(name, '1', false) FROM pg_settings WHERE name = 'scram_iterations'")
        await connection.execute(f"ALTER ROLE {OWNER} PASSWORD '{password}'")
    finally:
        await connection.close()


@pytest.fixture(scope="session")
async def process_database(servers: Servers, template_database: str) -> AsyncIterator[ProcessDatabase]:
    async with scratch_database(servers.database_url, template_database) as url:
        application, owner = Database(create_engine(url, pool_size=5)), create_engine(url, role=None, pool_size=2)
        shared = ProcessDatabase(url, application, owner.execution_options(isolation_level="AUTOCOMMIT"))
        event.listen(owner.sync_engine, "before_cursor_execute", _forbid_changes_of_the_schema)
        async with owner.connect() as connection:
            forbid(application, await functions_across(connection), lambda: shared.is_emptied)
        yield shared
        await application.close()
        await owner.dispose()


def _forbid_changes_of_the_schema(*given: Any) -> None:
    """Fail a test that leaves a trigger or a column to all tests after it: a slow trigger once looked like a hang."""
    statement: str = given[2]
    words = statement.split(maxsplit=1)
    assert not words or words[0].upper() not in {"CREATE", "ALTER", "DROP"}, f"Mark this test own_database: {statement}"


@pytest.fixture
async def database_url(
    request: pytest.FixtureRequest, servers: Servers, template_database: str, process_database: ProcessDatabase
) -> AsyncIterator[str]:
    """The owner's address of the database of this test."""
    if request.node.get_closest_marker("own_database"):
        async with scratch_database(servers.database_url, template_database) as url:
            yield url
        return
    process_database.is_emptied = request.node.get_closest_marker("emptied_database") is not None
    if process_database.is_emptied:
        async with process_database.owner.connect() as connection:
            await act_as_owner(connection)
            await empty(connection)
    yield process_database.url


@pytest.fixture
async def owner(database_url: str, process_database: ProcessDatabase) -> AsyncIterator[AsyncConnection]:
    """The test's own connection, on which each statement commits. It sees the organizations that `new_world` made on
    it, or the whole database if that is the test's own or was emptied for it.
    """
    if database_url != process_database.url:
        engine = create_engine(database_url, role=None, pool_size=1)
        async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            yield connection
        await engine.dispose()
        return
    async with process_database.owner.connect() as connection:
        await (act_as_owner if process_database.is_emptied else act_as_test)(connection)
        yield connection


@pytest.fixture
async def database(database_url: str, process_database: ProcessDatabase) -> AsyncIterator[Database]:
    """The test's database as the application uses it: bound by row-level security."""
    if database_url == process_database.url:
        yield process_database.application
        return
    async with pooled(database_url, 5) as database:
        yield database


@pytest.fixture(scope="session")
async def crowded_process_database(process_database: ProcessDatabase) -> AsyncIterator[Database]:
    """Its connections stay open, since each of them reads PostgreSQL's catalogues and plans every statement anew."""
    async with pooled(process_database.url, 12) as database:
        yield database


@pytest.fixture
async def crowded(
    database_url: str, process_database: ProcessDatabase, crowded_process_database: Database
) -> AsyncIterator[Database]:
    """The same with a connection for each of a dozen who race."""
    if database_url == process_database.url:
        yield crowded_process_database
        return
    async with pooled(database_url, 12) as database:
        yield database


@pytest.fixture
async def world(owner: AsyncConnection) -> World:
    return await new_world(owner)


@pytest.fixture
async def api(database: Database) -> "AsyncIterator[Api]":
    """The API over the test's database, not signed in."""
    # The schema takes a second to import: a run that needs no API, and the controller of a run, are spared it.
    from tests.support.api import serving  # noqa: PLC0415

    async with serving(database) as client:
        yield client
