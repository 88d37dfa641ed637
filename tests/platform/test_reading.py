"""A read ends whatever becomes of it, and the connection it had is as good as new (decision 26)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any
from uuid import UUID

import anyio
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

from db.driver import HotStatement
from db.engine import Database, create_engine, set_tenant
from gql.subscriptions.patience import patiently
from tests.factories import World, new_world

NAMES = HotStatement("SELECT name, organization_id FROM location ORDER BY name")
NAP = HotStatement("SELECT pg_sleep(CAST(:seconds AS float8)) IS NULL AS slept")


@pytest.fixture
async def narrow(database_url: str) -> AsyncIterator[Database]:
    """With one connection: whatever a read leaves behind on it, the next to come finds."""
    database = Database(create_engine(database_url, pool_size=1))
    yield database
    await database.close()


async def names(connection: AsyncConnection) -> list[str]:
    return [row.name for row in await NAMES.rows(connection, {})]


async def state_of(connection: AsyncConnection) -> Any:
    return (
        await connection.execute(
            text(
                "SELECT current_setting('transaction_isolation') AS isolation,"
                " current_setting('transaction_read_only') AS read_only,"
                " current_setting('plan_cache_mode') AS plans,"
                " coalesce(current_setting('rollbook.organization_id', true), '') AS tenant"
            )
        )
    ).one()


async def assert_as_new(database: Database, organization_id: UUID, expected: list[str]) -> None:
    """For a writer, and then for a reader."""
    async with database.engine.begin() as connection:
        assert tuple(await state_of(connection)) == ("read committed", "off", "auto", "")
        await set_tenant(connection, organization_id)
        await connection.execute(text("UPDATE location SET name = name"))
    async with database.read(organization_id) as connection:
        assert await names(connection) == expected


async def test_a_read_is_one_snapshot_of_one_tenant(world: World, owner: AsyncConnection, database: Database) -> None:
    await new_world(owner, name="Other Gym")
    async with database.read(world.organization_id) as connection:
        before = await names(connection)
        await owner.execute(text("UPDATE location SET name = 'Renamed'"))
        assert await names(connection) == before
        assert [row.name for row in await connection.execute(text("SELECT name FROM location"))] == before
        state = await state_of(connection)
    assert tuple(state) == ("repeatable read", "on", "force_generic_plan", str(world.organization_id))
    async with database.read(world.organization_id) as connection:
        assert await names(connection) == ["Renamed"]


async def test_a_read_changes_nothing_and_leaves_nothing(world: World, narrow: Database) -> None:
    async with narrow.read(world.organization_id) as connection:
        before = await names(connection)
    with pytest.raises(DBAPIError, match="read-only"):
        async with narrow.read(world.organization_id) as connection:
            await HotStatement("UPDATE location SET name = 'Changed' RETURNING id").rows(connection, {})
    await assert_as_new(narrow, world.organization_id, before)


async def test_a_hot_statement_takes_its_parameters_by_name_and_as_often_as_it_names_them(
    world: World, database: Database
) -> None:
    statement = HotStatement(
        "SELECT CAST(:b AS text) || :a AS both, :a AS one, '10:30' AS time, n AS number "
        "FROM generate_series(1, CAST(:rows AS int)) n"
    )
    async with database.read(world.organization_id) as connection:
        assert await statement.rows(connection, {"a": "x", "b": "y", "rows": 0}) == []
        rows = await statement.rows(connection, {"a": "x", "b": "y", "rows": 2, "unknown": 1})
        with pytest.raises(KeyError, match="rows"):
            await statement.rows(connection, {"a": "x", "b": "y"})
    assert rows == [("yx", "x", "10:30", 1), ("yx", "x", "10:30", 2)]
    assert rows[1]._asdict() == {"both": "yx", "one": "x", "time": "10:30", "number": 2}


async def by_task(work: Coroutine[Any, Any, None], steps: int) -> None:
    task = asyncio.create_task(work)
    for _ in range(steps):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def by_scope(work: Coroutine[Any, Any, None], steps: int) -> None:
    """Starlette's way: whatever the task awaits afterwards is cancelled too."""

    async def run() -> None:
        await work

    async with anyio.create_task_group() as group:
        group.start_soon(run)
        for _ in range(steps):
            await asyncio.sleep(0)
        group.cancel_scope.cancel()


@pytest.mark.parametrize("cancel", [by_task, by_scope])
async def test_a_read_that_is_cancelled_at_any_moment_leaves_nothing(
    world: World, narrow: Database, cancel: Callable[[Coroutine[Any, Any, None], int], Coroutine[Any, Any, None]]
) -> None:
    async with narrow.read(world.organization_id) as connection:
        before = await names(connection)

    async def work() -> None:
        async with narrow.read(world.organization_id) as connection:
            await names(connection)
            await NAP.rows(connection, {"seconds": 0.01})
            await connection.execute(text("SELECT pg_sleep(0.01)"))

    for steps in range(60):
        async with asyncio.timeout(20):
            await cancel(work(), steps)
            await assert_as_new(narrow, world.organization_id, before)


async def test_a_statement_that_fails_is_told_as_sqlalchemy_tells_it(world: World, narrow: Database) -> None:
    async with narrow.read(world.organization_id) as connection:
        before = await names(connection)

    async def sleep_too_long() -> None:
        async with narrow.read(world.organization_id) as connection:
            await connection.execute(text("SET LOCAL statement_timeout = '20ms'"))
            await NAP.rows(connection, {"seconds": 20})

    with pytest.raises(DBAPIError, match="statement timeout"):
        await sleep_too_long()
    await assert_as_new(narrow, world.organization_id, before)


async def test_a_statement_that_is_wrong_is_not_taken_for_an_absent_database(world: World, database: Database) -> None:
    async def read() -> None:
        async with database.read(world.organization_id) as connection:
            await HotStatement("SELECT nothing FROM nowhere").rows(connection, {})

    async with asyncio.timeout(5):
        with pytest.raises(ProgrammingError, match="FROM nowhere"):
            await patiently(read)


@pytest.mark.parametrize("is_reading", [True, False])
async def test_of_connections_that_were_lost_one_read_hears_and_the_next_gets_a_new_one(
    world: World, owner: AsyncConnection, database: Database, is_reading: bool
) -> None:
    async def fill_the_pool(left: int) -> list[str]:
        async with database.read(world.organization_id) as connection:
            return await fill_the_pool(left - 1) if left else await names(connection)

    async def lose_all() -> None:
        await owner.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        )
        # The driver hears of it by the way.
        await asyncio.sleep(0.1)

    async def read_meanwhile() -> None:
        async with database.read(world.organization_id) as connection:
            await lose_all()
            await names(connection)

    async def read_afterwards() -> None:
        await lose_all()
        await fill_the_pool(0)

    before = await fill_the_pool(4)
    with pytest.raises(DBAPIError):
        await (read_meanwhile() if is_reading else read_afterwards())
    for _ in range(6):
        assert await fill_the_pool(4) == before


async def test_a_connection_that_is_lost_under_a_statement_fails_that_read_alone(
    world: World, owner: AsyncConnection, narrow: Database
) -> None:
    async def lose() -> None:
        end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
        while not (await owner.execute(text(end))).all():
            await asyncio.sleep(0.01)

    async with narrow.read(world.organization_id) as connection:
        before = await names(connection)
    losing = asyncio.create_task(lose())
    with pytest.raises(DBAPIError):
        async with narrow.read(world.organization_id) as connection:
            await NAP.rows(connection, {"seconds": 20})
    await losing
    await assert_as_new(narrow, world.organization_id, before)
