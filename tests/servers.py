"""Fixtures for real servers: one PostgreSQL and one Redis-compatible server for the whole run.

They are started by our own launcher in a temporary folder, with data that may be lost, unless
DATABASE_URL and REDIS_URL name others. The account of a given DATABASE_URL must be allowed to create
databases and roles; the Redis database of a given REDIS_URL is emptied before each test that uses it.
"""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy.engine import make_url

from commands.servers.scratch import scratch_database
from commands.servers.start import Servers, locked, start_servers
from db.migrate import upgrade
from settings import asyncpg_url


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """The servers of this run; `database_url` and `redis_url` of it are the owner's addresses."""
    folder = Path(tempfile.mkdtemp(prefix="rollbook-tests-"))
    folder.chmod(0o711)
    with locked(folder):
        running = start_servers(
            folder,
            durable=False,
            database_url=asyncpg_url(given) if (given := os.environ.get("DATABASE_URL")) else None,
            redis_url=os.environ.get("REDIS_URL") or None,
        )
        try:
            yield running
        finally:
            running.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
async def template_database(servers: Servers) -> AsyncIterator[str]:
    """The name of a database with the whole schema, made once by the project's migrations, and empty."""
    async with scratch_database(servers.database_url) as url:
        await upgrade(url)
        yield str(make_url(url).database)


@pytest.fixture
async def database_url(servers: Servers, template_database: str) -> AsyncIterator[str]:
    """The owner's address of a migrated, empty database that belongs to this test alone."""
    async with scratch_database(servers.database_url, template_database) as url:
        yield url


@pytest.fixture
async def redis_url(servers: Servers) -> str:
    """The address of the Redis-compatible server, emptied for this test."""
    async with Redis.from_url(servers.redis_url) as redis:
        await redis.flushdb()
    return servers.redis_url
