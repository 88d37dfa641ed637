"""Connections that stay out of the pool between reads and writes that follow each other closely."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.pool import QueuePool

import db.kept_connections
from db.checking_out import driver_of
from db.driver import HotStatement
from db.engine import Database
from tests.support.databases import pooled

PID = HotStatement("SELECT pg_backend_pid() AS pid")
FAILING = HotStatement("SELECT 1 / (SELECT 0) AS one")
GYM = UUID(int=1)


@pytest.fixture
async def wide(database_url: str) -> AsyncIterator[Database]:
    async with pooled(database_url, 3) as database:
        yield database


@pytest.fixture
async def wider(database_url: str) -> AsyncIterator[Database]:
    async with pooled(database_url, 4) as database:
        yield database


async def pid(connection: AsyncConnection) -> int:
    found: int = (await PID.rows(connection, {}))[0].pid
    return found


async def fail(connection: AsyncConnection) -> None:
    await FAILING.rows(connection, {})


def out(database: Database) -> int:
    """How many connections are out of the pool."""
    pool = database.engine.sync_engine.pool
    assert isinstance(pool, QueuePool)
    return pool.checkedout()


async def until_all_are_back(database: Database) -> None:
    async with asyncio.timeout(10):
        while out(database):
            await asyncio.sleep(0.005)


async def test_reads_that_follow_each_other_share_a_connection_and_others_take_their_own(wide: Database) -> None:
    first = await wide.kept.run(pid)
    assert (await wide.kept.run(pid), out(wide)) == (first, 1)
    both = await asyncio.gather(wide.kept.run(pid), wide.kept.run(pid))
    assert (both.count(first), out(wide)) == (1, 1)
    await wide.kept.release()
    assert out(wide) == 0


async def test_it_is_given_back_when_nothing_was_read_for_a_while_and_after_a_while_in_any_case(
    wide: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db.kept_connections, "_IDLE_SECONDS", 0.01)
    await wide.kept.run(pid)
    await until_all_are_back(wide)
    await wide.kept.run(pid)
    assert out(wide) == 1
    await until_all_are_back(wide)
    monkeypatch.setattr(db.kept_connections, "_LONGEST_SECONDS", 0.05)
    monkeypatch.setattr(db.kept_connections, "_IDLE_SECONDS", 0.05)
    async with asyncio.timeout(10):
        await wide.kept.run(pid)
        while out(wide):
            await asyncio.sleep(0.001)
            if out(wide):
                await wide.kept.run(pid)


async def test_the_connection_of_a_read_that_fails_or_is_cancelled_is_not_kept(wide: Database) -> None:
    await wide.kept.run(pid)
    with pytest.raises(DBAPIError, match="division by zero"):
        await wide.kept.run(fail)
    assert out(wide) == 0
    reading = asyncio.ensure_future(wide.kept.run(lambda connection: connection.execute(text("SELECT pg_sleep(60)"))))
    while not out(wide):
        await asyncio.sleep(0.005)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await until_all_are_back(wide)
    assert await wide.kept.run(pid)


async def test_the_last_connection_of_the_pool_is_not_kept(wide: Database, database_url: str) -> None:
    await wide.kept.run(pid)
    async with wide.engine.connect(), wide.engine.connect():
        await wide.kept.run(pid)
        assert out(wide) == 2


async def test_half_of_the_pool_is_kept_at_most_while_it_is_needed(
    wider: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db.kept_connections, "_IDLE_SECONDS", 60)
    first = set(await asyncio.gather(*(wider.kept.run(pid) for _ in range(4))))
    assert (len(first), out(wider)) == (4, 2)
    kept = set(await asyncio.gather(wider.kept.run(pid), wider.kept.run(pid)))
    assert (len(kept & first), out(wider)) == (2, 2)
    wider.kept._look()
    await wider.kept.run(pid)
    wider.kept._look()
    async with asyncio.timeout(10):
        while out(wider) > 1:
            await asyncio.sleep(0.001)
    await wider.kept.run(pid)
    assert out(wider) == 1
    await wider.kept.release()
    assert out(wider) == 0


async def test_nobody_waits_for_the_pool_while_a_kept_connection_is_unused(
    wider: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db.kept_connections, "_IDLE_SECONDS", 60)
    await asyncio.gather(*(wider.kept.run(pid) for _ in range(4)))
    assert out(wider) == 2
    async with asyncio.timeout(2), AsyncExitStack() as reads:
        reading = [await reads.enter_async_context(wider.read(GYM)) for _ in range(4)]
        assert len({await pid(each) for each in reading}) == out(wider) == 4
    assert out(wider) == 0
    await wider.kept.run(pid)
    async with wider.read(GYM), wider.read(GYM):
        assert out(wider) == 3


@pytest.mark.parametrize("connect", [Database.connect, Database.begin])
async def test_nobody_who_looks_across_organizations_waits_for_it_either(
    wider: Database,
    monkeypatch: pytest.MonkeyPatch,
    connect: Callable[[Database], AbstractAsyncContextManager[AsyncConnection]],
) -> None:
    monkeypatch.setattr(db.kept_connections, "_IDLE_SECONDS", 60)
    await asyncio.gather(*(wider.kept.run(pid) for _ in range(4)))
    async with asyncio.timeout(2), AsyncExitStack() as blocks:
        connected = [await blocks.enter_async_context(connect(wider)) for _ in range(4)]
        found = [await each.scalar(text("SELECT pg_backend_pid()")) for each in connected]
        assert len(set(found)) == out(wider) == 4
    assert out(wider) == 0


async def test_a_connection_that_the_server_has_closed_meanwhile_is_not_read_with(
    wide: Database,
) -> None:
    drivers: list[Any] = []

    async def driver(connection: AsyncConnection) -> int:
        drivers.append((await connection.get_raw_connection()).driver_connection)
        return await pid(connection)

    first = await wide.kept.run(driver)
    drivers[0].terminate()
    assert await wide.kept.run(pid) != first


async def test_new_connections_are_made_after_all_were_dropped(wide: Database) -> None:
    first = await wide.kept.run(pid)
    await wide.drop_connections()
    assert await wide.kept.run(pid) != first


async def test_R16_1_a_connection_that_is_read_with_while_all_are_dropped_is_not_kept(wide: Database) -> None:
    reads, goes_on = asyncio.Event(), asyncio.Event()

    async def read_slowly(connection: AsyncConnection) -> int:
        found = await pid(connection)
        reads.set()
        await goes_on.wait()
        return found

    reading = asyncio.ensure_future(wide.kept.run(read_slowly))
    await reads.wait()
    await wide.drop_connections()
    goes_on.set()
    first = await reading
    assert await wide.kept.run(pid) != first


LOCKING = HotStatement("SELECT pg_advisory_xact_lock(20) AS locked")
IS_FREE = HotStatement("SELECT pg_try_advisory_xact_lock(20) AS free")
SLEEPING = HotStatement("SELECT pg_sleep(60) AS slept")


async def raise_a_fault(_: AsyncConnection) -> None:
    raise LookupError


async def sleep(connection: AsyncConnection) -> None:
    await SLEEPING.rows(connection, {})


async def sleep_by_sqlalchemy(connection: AsyncConnection) -> None:
    await connection.execute(text("SELECT pg_sleep(60)"))


async def end_the_session(connection: AsyncConnection) -> None:
    await connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))


async def write(database: Database, act: Callable[[AsyncConnection], Awaitable[object]]) -> int:
    async with database.write(GYM) as connection:
        await LOCKING.rows(connection, {})
        found = await pid(connection)
        await connection.execute(text("SELECT 1"))
        await act(connection)
    return found


async def test_a_transaction_that_writes_leaves_its_connection_to_what_follows(wide: Database) -> None:
    first = await write(wide, pid)
    assert await wide.kept.run(pid) == await write(wide, pid) == first
    assert out(wide) == 1

    async def is_in_transaction(connection: AsyncConnection) -> bool:
        found: Any = driver_of(connection)
        return bool(found.is_in_transaction())

    assert not await wide.kept.run(is_in_transaction)


@pytest.mark.parametrize(
    ("act", "cancelled"),
    [(raise_a_fault, False), (fail, False), (end_the_session, False), (sleep, True), (sleep_by_sqlalchemy, True)],
)
async def test_a_transaction_that_fails_or_is_cancelled_ends_in_the_pool(
    wide: Database, wider: Database, act: Callable[[AsyncConnection], Awaitable[None]], cancelled: bool
) -> None:
    await write(wide, pid)
    writing = asyncio.ensure_future(write(wide, act))
    if cancelled:
        await asyncio.sleep(0.1)
        writing.cancel()
    with pytest.raises((LookupError, DBAPIError, asyncio.CancelledError)):
        await writing
    await until_all_are_back(wide)
    async with wider.write(GYM) as connection:
        assert (await IS_FREE.rows(connection, {}))[0].free
    assert await write(wide, pid) == await wide.kept.run(pid)
