"""An organization that was founded, and an importer of spreadsheets into it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from importing.report import Progress, Report
from importing.spreadsheets.run import Choices, import_spreadsheets
from tests.importing.sheets import Files, write_folder

NOW = datetime(2026, 11, 16, 18, tzinfo=UTC)  # Monday noon in Chicago
TODAY = date(2026, 11, 16)


def _silent(what: str, done: int, total: int) -> None:
    pass


class Office:
    """An organization that was founded, and an importer of spreadsheets into it."""

    def __init__(self, url: str, folder: Path, organization_id: UUID, connection: asyncpg.Connection) -> None:
        self.url, self.folder, self.organization_id, self.connection = url, folder, organization_id, connection

    async def load(
        self, files: Files | Path, *, now: datetime = NOW, progress: Progress = _silent, **choices: Any
    ) -> Report:
        path = files if isinstance(files, Path) else write_folder(self.folder, files)
        chosen = Choices(**{"organization": str(self.organization_id), **choices})
        return await import_spreadsheets(self.url, path, chosen, now=now, progress=progress)

    async def rows(self, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
        found = await self.connection.fetch(sql, self.organization_id, *arguments)
        return [tuple(row) for row in found]

    async def act(self, sql: str, *arguments: Any) -> None:
        await self.connection.execute(sql, self.organization_id, *arguments)


async def founded(connection: asyncpg.Connection) -> UUID:
    organization_id = uuid4()
    await connection.execute(
        "INSERT INTO organization (organization_id, name) VALUES ($1, $2)", organization_id, str(organization_id)
    )
    await connection.execute("INSERT INTO settings (organization_id) VALUES ($1)", organization_id)
    await connection.execute(
        "INSERT INTO location (organization_id, id, name, time_zone) VALUES ($1, $2, 'North', 'America/Chicago')",
        organization_id,
        uuid4(),
    )
    await connection.execute(
        "INSERT INTO person (organization_id, id, kind, first_name, last_name, email, permissions)"
        " VALUES ($1, $2, 'STAFF', 'olga', '', 'olga@example.com', '{OWNER}')",
        organization_id,
        uuid4(),
    )
    return organization_id


@asynccontextmanager
async def new_office(database_url: str, folder: Path, connections: Any = asyncpg) -> AsyncIterator[Office]:
    """Found an organization in the database, and yield it with a connection of the owner.

    connections -- what connects: asyncpg, or connections that are kept
    """
    connection = await connections.connect(database_url.replace("+asyncpg", ""))
    try:
        yield Office(database_url, folder, await founded(connection), connection)
    finally:
        await connection.close()
