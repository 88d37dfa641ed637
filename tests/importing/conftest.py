"""An importer for the test's own database, and a reader of what it holds then."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from commands.servers.scratch import scratch_database
from commands.servers.start import Servers
from importing.oneroster.run import Choices, import_oneroster
from importing.report import Report
from tests.importing.bundles import Row, write_bundle
from tests.importing.kept_connections import KeptConnections
from tests.importing.offices import Office, new_office

NOW = datetime(2026, 11, 16, 18, tzinfo=UTC)  # Monday noon in Chicago
Importer = Callable[..., Awaitable[Report]]
Reader = Callable[..., Awaitable[list[tuple[Any, ...]]]]


@pytest.fixture(scope="session")
def connections() -> Iterator[KeptConnections]:
    kept = KeptConnections()
    yield kept
    kept.terminate()


@pytest.fixture(autouse=True)
def importers_keep_connections(connections: KeptConnections, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importing.transaction.asyncpg", connections)
    monkeypatch.setattr("importing.spreadsheets.export.asyncpg", connections)


def importer(database_url: str, folder: Path) -> Importer:
    """load(files, version=..., mode=..., now=..., **choices): zip the files and import them."""

    async def run(files: dict[str, list[Row]], now: datetime = NOW, **given: Any) -> Report:
        keys = ("version", "mode", "modes", "prefix", "raw")
        how = {key: given.pop(key) for key in keys if key in given}
        path = files if isinstance(files, Path) else write_bundle(folder, files, **how)
        choices = Choices(**({"time_zone": "America/Chicago"} | given))
        return await import_oneroster(database_url, path, choices, now=now)

    return run


@pytest.fixture
def load(database_url: str, tmp_path: Path) -> Importer:
    """An importer into a database of the test's own."""
    return importer(database_url, tmp_path)


@pytest.fixture(scope="module")
async def empty_database_url(servers: Servers, template_database: str) -> AsyncIterator[str]:
    async with scratch_database(servers.database_url, template_database) as url:
        yield url


@pytest.fixture
async def load_in_vain(
    empty_database_url: str, tmp_path: Path, connections: KeptConnections
) -> AsyncIterator[Importer]:
    """An importer into an empty database that the tests of a module share; after each it must still be empty."""
    yield importer(empty_database_url, tmp_path)
    connection = await connections.connect(empty_database_url.replace("+asyncpg", ""))
    try:
        assert await connection.fetchval("SELECT count(*) FROM organization") == 0
    finally:
        await connection.close()


@pytest.fixture
def stored(database_url: str, connections: KeptConnections) -> Reader:
    """stored(sql, *arguments): the rows as tuples, read as the owner."""

    async def read(sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
        connection = await connections.connect(database_url.replace("+asyncpg", ""))
        try:
            return [tuple(row) for row in await connection.fetch(sql, *arguments)]
        finally:
            await connection.close()

    return read


@pytest.fixture
async def office(process_database: Any, tmp_path: Path, connections: KeptConnections) -> AsyncIterator[Office]:
    """A founded organization in the database of this process."""
    async with new_office(process_database.url, tmp_path, connections) as office:
        yield office
