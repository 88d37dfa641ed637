"""Creates temporary databases for tests and checks and drops them. The account must be allowed to create databases."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy.engine import make_url


def with_database(url: str, name: str) -> str:
    """Return the address of another database on the same server, for the same account."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@asynccontextmanager
async def scratch_database(url: str, template: str | None = None) -> AsyncIterator[str]:
    """Yield the address of a new database on the server of `url`: empty, or a copy of `template`.

    It is dropped at the end, even while others are connected. Nobody may be connected to `template`.
    """
    # To copy the files of a small database takes a quarter of the time that it takes to log each of their pages.
    name = f"rollbook_scratch_{uuid.uuid4().hex[:12]}"
    copied = f' TEMPLATE "{template}" STRATEGY FILE_COPY' if template else ""
    await _administer(url, f'CREATE DATABASE "{name}"{copied}')
    try:
        yield with_database(url, name)
    finally:
        await _administer(url, f'DROP DATABASE "{name}" WITH (FORCE)')


async def _administer(url: str, statement: str) -> None:
    """Run one statement that cannot be part of a transaction, on a connection of its own."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(plain)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
