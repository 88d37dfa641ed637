"""What db/pool.py and db/checking_out.py assume of SQLAlchemy. Each failure names the installed version."""

import asyncio
import gc
import warnings
from importlib.metadata import version

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from db.checking_out import driver_of, give_back, take
from db.engine import Database, create_engine
from db.pool import CountingPool, show_pool

LIBRARY = f"sqlalchemy {version('sqlalchemy')}"


def figure(name: str) -> float:
    return REGISTRY.get_sample_value(f"rollbook_database_pool_{name}") or 0.0


async def test_whoever_waits_for_a_connection_is_in_do_get(database_url: str) -> None:
    engine = create_async_engine(database_url, poolclass=CountingPool, pool_size=1, max_overflow=0, pool_timeout=0.2)
    idle, waits, timeouts = figure("waiting"), figure("wait_seconds_count"), figure("timeouts_total")
    async with engine.connect():
        waiting = asyncio.create_task(engine.connect().__aenter__())
        await asyncio.sleep(0.05)
        assert figure("waiting") == idle + 1, LIBRARY
        with pytest.raises(PoolTimeout):
            await waiting
    await engine.dispose()
    assert figure("waiting") == idle, LIBRARY
    assert figure("wait_seconds_count") == waits + 2, LIBRARY
    assert figure("timeouts_total") == timeouts + 1, LIBRARY


async def test_the_figures_tell_of_the_pool_that_an_engine_has_once_its_connections_were_dropped(
    database_url: str,
) -> None:
    database = Database(create_engine(database_url, pool_size=2))
    show_pool(database.engine)
    await database.drop_connections()
    async with database.engine.connect():
        assert figure("in_use") == 1, LIBRARY
    await database.close()


async def test_a_free_connection_is_taken_and_given_back_without_awaiting_anything(database_url: str) -> None:
    engine = create_async_engine(database_url, poolclass=CountingPool, pool_size=1, max_overflow=0)
    async with engine.connect() as first:
        driver = driver_of(first)
    taking = take(engine)
    with pytest.raises(StopIteration) as taken:
        taking.send(None)
    connection: AsyncConnection = taken.value.value
    assert driver_of(connection) is driver is not None, LIBRARY
    assert await connection.scalar(text("SELECT 1")) == 1
    await connection.rollback()
    give_back(connection)
    assert (engine.pool.checkedin(), engine.pool.checkedout()) == (1, 0), LIBRARY  # type: ignore[attr-defined]
    await engine.dispose()


async def test_a_connection_that_is_too_old_is_made_anew(database_url: str) -> None:
    engine = create_async_engine(database_url, poolclass=CountingPool, pool_size=1, max_overflow=0, pool_recycle=0)
    drivers = set()
    for _ in range(3):
        connection = await take(engine)
        drivers.add(driver_of(connection))
        assert await connection.scalar(text("SELECT 1")) == 1, LIBRARY
        await connection.close()
    assert len(drivers) == 3, LIBRARY
    await engine.dispose()


async def test_a_connection_that_was_lost_is_made_anew_without_a_warning(database_url: str) -> None:
    engine = create_engine(database_url, pool_size=1)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", RuntimeWarning)
        for _ in range(2):
            connection = await take(engine)
            driver = driver_of(connection)
            assert driver is not None
            driver.terminate()
            with pytest.raises(DBAPIError):
                await connection.execute(text("SELECT 1"))
            await connection.close()
            assert engine.pool.checkedin() == 1, LIBRARY  # type: ignore[attr-defined]
        gc.collect()
    assert [str(each.message) for each in told] == [], LIBRARY
    await engine.dispose()
