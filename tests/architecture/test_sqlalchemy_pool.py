"""What db/pool.py assumes of SQLAlchemy. Each failure names the installed version."""

import asyncio
from importlib.metadata import version

import pytest
from prometheus_client import REGISTRY
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import create_async_engine

from db.pool import CountingPool

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
