"""What a database is asked, through SQLAlchemy and past it (db/driver.py)."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from unittest.mock import patch
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from db.driver import HotStatement, Snapshot, WithValues
from db.engine import Database


@contextmanager
def each_statement(database: Database, note: Callable[[str], None]) -> Iterator[None]:
    """Call `note` with every statement before it runs, and with "BEGIN" for a transaction: that is a round trip too.
    What is sent together with it follows it."""
    engine = database.engine.sync_engine
    rows, read, write, records = HotStatement.rows, Database.read, Database.write, Snapshot.records

    async def noted_rows(self: HotStatement, connection: AsyncConnection, parameters: Mapping[str, object]) -> Any:
        if connection.engine.sync_engine.pool is engine.pool:
            note(self.statement)
        return await rows(self, connection, parameters)

    async def noted_records(self: Snapshot, connection: AsyncConnection, *given: Any) -> Any:
        if connection.engine.sync_engine.pool is engine.pool:
            note(self.statement)
        return await records(self, connection, *given)

    @asynccontextmanager
    async def noted_read(self: Database, organization_id: UUID) -> AsyncIterator[AsyncConnection]:
        if self is database:
            note("BEGIN")
        async with read(self, organization_id) as connection:
            yield connection

    @asynccontextmanager
    async def noted_write(
        self: Database, organization_id: UUID, first: WithValues | None = None
    ) -> AsyncIterator[AsyncConnection]:
        if self is database:
            note("BEGIN" if first is None else f"BEGIN;{first.named}")
        async with write(self, organization_id, first) as connection:
            yield connection

    def noted_execution(*given: Any) -> None:
        note(given[2])

    event.listen(engine, "before_cursor_execute", noted_execution)
    try:
        with (
            patch.object(HotStatement, "rows", noted_rows),
            patch.object(Snapshot, "records", noted_records),
            patch.object(Database, "read", noted_read),
            patch.object(Database, "write", noted_write),
        ):
            yield
    finally:
        event.remove(engine, "before_cursor_execute", noted_execution)


@contextmanager
def counting(database: Database, statements: list[str]) -> Iterator[None]:
    """Append each statement to the list."""
    with each_statement(database, statements.append):
        yield
