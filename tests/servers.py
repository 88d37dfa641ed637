"""Fixtures for real servers: one PostgreSQL and one Redis-compatible server for the whole run.

They are started by our own launcher in a temporary folder, with data that may be lost, unless
DATABASE_URL and REDIS_URL name others. The account of a given DATABASE_URL must be allowed to create
databases and roles; the Redis database of a given REDIS_URL is emptied before each test that uses it.
"""

import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from redis.asyncio import Redis
from sqlalchemy.engine import make_url

from db.embedded.servers import Servers, locked, start_servers
from db.migrate import upgrade


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """The servers of this run; `database_url` and `redis_url` of it are the owner's addresses."""
    folder = Path(tempfile.mkdtemp(prefix="rollbook-tests-"))
    folder.chmod(0o711)
    with locked(folder):
        running = start_servers(
            folder,
            durable=False,
            database_url=os.environ.get("DATABASE_URL") or None,
            redis_url=os.environ.get("REDIS_URL") or None,
        )
        try:
            yield running
        finally:
            running.stop()
    shutil.rmtree(folder, ignore_errors=True)


def with_database(url: str, name: str) -> str:
    """The same server and account, another database."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)


async def administer(url: str, *statements: str) -> None:
    """Run statements that cannot be part of a transaction, on a connection of their own."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(plain)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture(scope="session")
async def template_database(servers: Servers) -> AsyncIterator[str]:
    """The name of a database with the whole schema, made once by the project's migrations, and empty."""
    name = f"rollbook_template_{uuid.uuid4().hex[:12]}"
    await administer(servers.database_url, f'CREATE DATABASE "{name}"')
    await upgrade(with_database(servers.database_url, name))
    yield name
    await administer(servers.database_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
async def database_url(servers: Servers, template_database: str) -> AsyncIterator[str]:
    """The owner's address of a migrated, empty database that belongs to this test alone."""
    name = f"rollbook_test_{uuid.uuid4().hex[:12]}"
    await administer(servers.database_url, f'CREATE DATABASE "{name}" TEMPLATE "{template_database}"')
    yield with_database(servers.database_url, name)
    await administer(servers.database_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
async def redis_url(servers: Servers) -> str:
    """The address of the Redis-compatible server, emptied for this test."""
    async with Redis.from_url(servers.redis_url) as redis:
        await redis.flushdb()
    return servers.redis_url
