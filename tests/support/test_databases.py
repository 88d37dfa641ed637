"""The fixtures keep tests apart: each of these tests would pass by accident if its fixture let everything through."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

from db import models
from db.engine import Database
from tests.support.databases import ProcessDatabase
from tests.support.emptying import empty
from tests.support.factories import World, new_world
from tests.support.tenant_role import act_as_test

DUE_RUNS = text("SELECT * FROM due_token_runs(:now, 10)").bindparams(now=datetime(2026, 1, 1, tzinfo=UTC))


@pytest.fixture
async def stranger(process_database: ProcessDatabase, world: World) -> AsyncIterator[World]:
    """An organization that another test left in the database of this process."""
    async with process_database.owner.connect() as connection:
        await act_as_test(connection)
        left = await new_world(connection, name="Left by another test")
        await left.student()
        yield left


async def names(connection: AsyncConnection) -> set[str]:
    return set((await connection.execute(text("SELECT name FROM organization"))).scalars())


async def test_a_test_sees_its_own_organizations_alone(world: World, stranger: World) -> None:
    await world.student()
    second = await new_world(world.owner, name="Second Gym")
    assert await names(world.owner) == {"Test Gym", "Second Gym"}
    assert await names(stranger.owner) == {"Left by another test"}
    found = await world.owner.execute(text("SELECT organization_id FROM student"))
    assert found.scalars().all() == [world.organization_id]
    assert second.organization_id != world.organization_id


async def test_a_test_changes_no_organization_of_another_test(world: World, stranger: World) -> None:
    changed = await world.owner.execute(text("UPDATE student SET first_name = 'Eve'"))
    deleted = await world.owner.execute(text("DELETE FROM student"))
    assert (changed.rowcount, deleted.rowcount) == (0, 0)
    with pytest.raises(ProgrammingError, match="row-level security"):
        await World(world.owner, stranger.organization_id, stranger.location_id).family()
    assert (await stranger.owner.execute(text("SELECT first_name FROM student"))).scalars().all() == ["Ann"]


async def test_every_table_of_a_tenant_is_bound_for_the_tests_too(owner: AsyncConnection) -> None:
    bound = await owner.execute(text("SELECT tablename FROM pg_policies WHERE policyname = 'of_the_test'"))
    assert set(bound.scalars()) == {t.name for t in models.metadata.sorted_tables if "organization_id" in t.c}


async def test_looking_across_organizations_must_be_declared(database: Database) -> None:
    async with database.engine.connect() as connection:
        with pytest.raises(AssertionError, match="emptied_database"):
            await connection.execute(DUE_RUNS)


@pytest.mark.emptied_database
async def test_looking_across_organizations_in_an_emptied_database(database: Database) -> None:
    async with database.engine.connect() as connection:
        assert (await connection.execute(DUE_RUNS)).all() == []


@pytest.mark.emptied_database
async def test_the_connection_to_an_emptied_database_sees_all_of_it(world: World, stranger: World) -> None:
    assert await names(world.owner) == {"Test Gym", "Left by another test"}


@pytest.mark.emptied_database
async def test_emptying_leaves_no_row_of_anybody(world: World, stranger: World, owner: AsyncConnection) -> None:
    lesson = await world.weekly_class()
    await world.mark(await world.student(), lesson.timeslot_id)
    await empty(owner)
    for table in models.metadata.sorted_tables:
        count = await owner.execute(text(f"SELECT count(*) FROM {table.name}"))
        assert (table.name, count.scalar_one()) == (table.name, 0)
    assert (await owner.execute(text("SELECT count(*) FROM alembic_version"))).scalar_one() == 1


@pytest.mark.own_database
async def test_a_database_of_the_tests_own_is_another_one(
    database_url: str, owner: AsyncConnection, process_database: ProcessDatabase
) -> None:
    assert database_url != process_database.url
    await owner.execute(text("ALTER TABLE mark RENAME TO away"))
