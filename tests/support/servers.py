"""Fixtures for real servers: one PostgreSQL and one Redis-compatible server for each test process.

They are started when the first test asks for them, by our own launcher, in a folder in memory and with data that may be
lost. Each process of pytest-xdist has its own pair: that costs a second, and nothing that a server holds as a whole
(roles, activity, published messages) is shared between processes.

DATABASE_URL and REDIS_URL name other servers to use instead. The account of the former must be allowed to create
databases and roles; of the latter each test process empties the database whose number is its own.
"""

import os
import shutil
from collections.abc import Iterator

import pytest
from redis.asyncio import Redis

from commands.servers.start import Servers, locked, start_servers
from settings import asyncpg_url
from tests.support.memory import folder_of_servers

# Each process of the server maps the pages of the shared memory that it touches, and the databases of tests are small.
_SETTINGS = ("shared_buffers=32MB", "wal_level=minimal", "max_wal_senders=0")


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """The servers of this process; `database_url` and `redis_url` of it are the owner's addresses."""
    folder = folder_of_servers("rollbook-tests-")
    folder.chmod(0o711)
    database_url, redis_url = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    with locked(folder):
        running = start_servers(
            folder,
            durable=False,
            postgres_settings=_SETTINGS,
            database_url=asyncpg_url(database_url) if database_url else None,
            redis_url=numbered(redis_url) if redis_url else None,
        )
        try:
            yield running
        finally:
            running.stop()
    shutil.rmtree(folder, ignore_errors=True)


def numbered(redis_url: str) -> str:
    """The address of the database whose number is that of this test process, counted from the one given."""
    server, _, number = redis_url.rpartition("/")
    if not number.isdigit():
        server, number = redis_url, "0"
    process = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return f"{server}/{int(number) + int(process)}"


@pytest.fixture
async def redis_url(servers: Servers) -> str:
    """The address of the Redis-compatible server, emptied for this test."""
    async with Redis.from_url(servers.redis_url) as redis:
        await redis.flushdb()
    return servers.redis_url
