"""R16.2: `migrate` while somebody reads for a long time. It gives way to everybody, and says what holds it up."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg
import pytest
from alembic import command
from sqlalchemy import Connection, make_url

from commands.servers.scratch import scratch_database
from commands.servers.start import Servers
from db.engine import create_engine
from db.migrate import LOCK, MigrationBlocked, Patience, _config, upgrade
from db.revision import newest_revision

FIRST_RELEASE = "0016"
SECRET = "a medical note"


def _migrate_to_first_release(connection: Connection) -> None:
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, FIRST_RELEASE)


@pytest.fixture(scope="module")
async def first_release(servers: Servers) -> AsyncIterator[str]:
    """The name of a database as release 0.1.0 left it."""
    async with scratch_database(servers.database_url) as url:
        engine = create_engine(url, role=None)
        async with engine.connect() as connection:
            await connection.run_sync(_migrate_to_first_release)
        await engine.dispose()
        yield str(make_url(url).database)


@pytest.fixture
async def url(servers: Servers, first_release: str) -> AsyncIterator[str]:
    async with scratch_database(servers.database_url, first_release) as url:
        yield url


@asynccontextmanager
async def connected(url: str, application: str) -> AsyncIterator[asyncpg.Connection]:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(plain, server_settings={"application_name": application})
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def long_reader(url: str, table: str) -> AsyncIterator[int]:
    """Hold a transaction that has read the table, as a report does. Yields its process id."""
    async with connected(url, "monthly report") as connection:
        await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        await connection.execute(f"SELECT '{SECRET}' FROM {table}")
        yield await connection.fetchval("SELECT pg_backend_pid()")
        await connection.execute("ROLLBACK")


async def slowest_read(url: str, table: str, ended: asyncio.Event) -> float:
    """Read the table again and again, and return the longest time that it took."""
    slowest = 0.0
    async with connected(url, "request") as connection:
        while not ended.is_set():
            began = time.monotonic()
            await connection.execute(f"SELECT FROM {table} LIMIT 1")
            slowest = max(slowest, time.monotonic() - began)
            await asyncio.sleep(0.01)
    return slowest


@asynccontextmanager
async def crowd(url: str, *tables: str) -> AsyncIterator[None]:
    """Let transactions read the tables one after the other, with pauses between, so that each table is always in use
    by some of them.
    """

    async def read(connection: asyncpg.Connection) -> None:
        while not has_ended.is_set():
            async with connection.transaction():
                for table in tables:
                    await connection.execute(f"SELECT FROM {table} LIMIT 1")
                    await asyncio.sleep(0.12)

    has_ended = asyncio.Event()
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as reading:
        for number in range(4):
            connection = await stack.enter_async_context(connected(url, f"request {number}"))
            reading.create_task(read(connection))
            await asyncio.sleep(0.06)
        yield
        has_ended.set()


async def revision(url: str) -> str:
    async with connected(url, "test") as connection:
        return str(await connection.fetchval("SELECT version_num FROM alembic_version"))


async def test_R16_2_nobody_waits_long_behind_migrate_and_it_ends_when_the_reader_does(url: str) -> None:
    told: list[str] = []
    ended = asyncio.Event()
    reading = asyncio.create_task(slowest_read(url, "student", ended))
    async with long_reader(url, "student") as pid:
        migrating = asyncio.create_task(upgrade(url, Patience(60, pause=0.1, longest_pause=0.1, tell=told.append)))
        async with asyncio.timeout(30):
            while not told or "student" not in told[-1]:
                await asyncio.sleep(0.05)
        stopped_at = await revision(url)
    await asyncio.wait_for(migrating, 30)
    ended.set()
    assert await reading < 2.0
    assert FIRST_RELEASE < stopped_at < newest_revision(), "what needs no such lock was migrated already"
    assert await revision(url) == newest_revision()
    assert f"The lock on student is held up by process {pid} (monthly report, " in told[-1]
    assert "which is idle in transaction since 20" in told[-1]
    assert SECRET not in "".join(told)


@pytest.mark.parametrize("tables", [("student", "person"), ("person", "student"), ("permission_group", "person")])
async def test_R16_2_requests_that_never_pause_do_not_keep_it_waiting(url: str, tables: tuple[str, ...]) -> None:
    """Migration 0038 alters these three tables. Each attempt begins with another one and waits longer for the rest."""
    patience = Patience(20, pause=0.05, longest_pause=0.05, tell=lambda _: None)
    async with crowd(url, *tables):
        await upgrade(url, patience)
    assert await revision(url) == newest_revision()


async def test_R16_2_it_gives_up_at_the_operators_limit_and_goes_on_later(url: str) -> None:
    async with long_reader(url, "student") as pid:
        with pytest.raises(MigrationBlocked, match=f"Gave up after 1.5 seconds.* process {pid} ") as given_up:
            await upgrade(url, Patience(1.5, pause=0.1, tell=lambda _: None))
        assert SECRET not in str(given_up.value)
        # Nothing is left that anybody would wait for.
        async with connected(url, "request") as connection:
            await asyncio.wait_for(connection.execute("UPDATE student SET last_name = last_name"), 1)
    await upgrade(url)
    assert await revision(url) == newest_revision()


async def test_R16_2_an_index_that_was_given_up_half_way_is_made_again(url: str) -> None:
    """CREATE INDEX CONCURRENTLY waits for old snapshots, also for those that never touched the table."""
    told: list[str] = []
    async with long_reader(url, "organization"):
        migrating = asyncio.create_task(upgrade(url, Patience(60, pause=0.1, longest_pause=0.1, tell=told.append)))
        async with asyncio.timeout(30), connected(url, "test") as connection:
            while len(told) < 2:
                await asyncio.sleep(0.05)
            assert await connection.fetchval("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 1
    await asyncio.wait_for(migrating, 30)
    async with connected(url, "test") as connection:
        assert await connection.fetchval("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0
        assert await connection.fetchval("SELECT to_regclass('student_sort_key_ix') IS NOT NULL")


async def test_R16_2_several_may_migrate_at_once(url: str) -> None:
    told: list[str] = []
    await asyncio.gather(*(upgrade(url, Patience(60, pause=0.05, tell=told.append)) for _ in range(3)))
    assert await revision(url) == newest_revision()
    assert any("is migrating this database" in sentence for sentence in told)


async def test_R16_2_it_names_who_migrates_this_database_and_nobody_who_migrates_another_one(
    servers: Servers, url: str
) -> None:
    told: list[str] = []
    async with AsyncExitStack() as stack:
        holders = []
        for _ in range(3):
            elsewhere = await stack.enter_async_context(scratch_database(servers.database_url))
            holders.append(await stack.enter_async_context(connected(elsewhere, "elsewhere")))
        holders.insert(1, await stack.enter_async_context(connected(url, "here")))
        for holder in holders:
            await holder.execute("SELECT pg_advisory_lock($1)", LOCK)
        with pytest.raises(MigrationBlocked):
            await upgrade(url, Patience(0.3, pause=0.1, tell=told.append))
        here = await holders[1].fetchval("SELECT pg_backend_pid()")
    assert set(told) == {f"Process {here} is migrating this database. Next attempt in 0.1 s."}
