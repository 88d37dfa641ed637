"""Runs hot statements on the driver itself, for each request and each live event (decision 26).

SQLAlchemy takes more than half of a small statement's time, and reading an attribute of its rows takes ten times as
long as reading one of a named tuple. A roll sheet of 30 rows reads 1,500 attributes.
"""

from collections import namedtuple
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias, cast
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

from db.checking_out import driver_of
from db.put_off import execute_put_off, put_off, waiting
from tracing import is_tracing, statement_span

Run: TypeAlias = Callable[..., Awaitable[Any]]
"""A method of asyncpg's connection that takes a statement."""

_DIALECT = URL.create("postgresql+asyncpg").get_dialect()()
_ANYTHING = text("SELECT 1")
FAULTS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)


@dataclass(slots=True)
class Beside:
    """A query that can be executed in the round trip of another one.

    query -- its text, as for `HotStatement`; its first column is never null
    given -- its parameters
    rows -- what it has found, or None while it has not been executed
    columns -- the names of the columns of its rows, if it was executed in a `Snapshot`
    skipped -- the number of columns of the other query, with which these rows begin
    """

    query: str
    given: Mapping[str, object]
    rows: list[Any] | None = None
    columns: tuple[str, ...] = ()
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class WithValues:
    """A statement with its values in its text, so that it can be executed together with others.

    named -- the same statement without values, for traces
    """

    text: str
    named: str


def row_maker(columns: Sequence[str]) -> Callable[[Iterable[Any]], Any]:
    """Return what makes a named tuple of the values of these columns."""
    make: Callable[[Iterable[Any]], Any] = cast(Any, namedtuple)("Row", columns)._make
    return make


class HotStatement:
    """A statement that runs in the transaction of SQLAlchemy's connection and whose rows come directly from asyncpg.

    It is written as for `sqlalchemy.text`, with :name for a parameter. PostgreSQL infers the types of parameters, so a
    CAST is needed where it cannot. Each column needs a unique name. Where SQLAlchemy begins the transaction (in
    `engine.begin`, but not in `Database.read` and `Database.write`), another statement must have run on the connection
    before, because SQLAlchemy begins with the first statement that it sees.
    """

    def __init__(self, statement: str) -> None:
        compiled = text(statement).compile(dialect=_DIALECT)
        self.statement, self._parameters = compiled.string, tuple(compiled.positiontup or ())
        self._as_row: Callable[[asyncpg.Record], Any] | None = None

    async def rows(self, connection: AsyncConnection, parameters: Mapping[str, object]) -> list[Any]:
        """Return all rows as named tuples. Raises sqlalchemy.exc.DBAPIError, as SQLAlchemy would."""
        records = await by_driver(connection, self.statement, *self._given(parameters))
        if not records:
            return []
        if self._as_row is None:
            self._as_row = row_maker(tuple(records[0].keys()))
        return [self._as_row(record) for record in records]

    def put_off(self, driver: asyncpg.Connection, parameters: Mapping[str, object]) -> None:
        """Execute the statement before the next one of its transaction, or with its commit. What it returns is lost.

        driver -- the connection of a transaction of `Database.write`
        """
        put_off(driver, self.statement, self._given(parameters))

    def _given(self, parameters: Mapping[str, object]) -> list[object]:
        return [parameters[name] for name in self._parameters]


class Snapshot(HotStatement):
    """A query that is a transaction of one tenant by itself, and takes one round trip (decision 85).

    PostgreSQL says whose rows the transaction sees, and then reads them: it can execute a left join whose condition is
    constant only from the left to the right. If it ever did otherwise, row-level security would hide all rows. The rows
    come in the order of the query, whose first column is never null and whose columns need no unique names.

    columns -- the names of the columns, once rows were found
    """

    def __init__(self, query: str) -> None:
        self.columns: tuple[str, ...] = ()
        super().__init__(f"""
            SELECT read.*
            FROM (SELECT set_config('rollbook.organization_id', CAST(:tenant AS text), true)) tenant
            LEFT JOIN ({query}) read ON true
        """)  # noqa: S608

    async def records(
        self, connection: AsyncConnection, organization_id: UUID, parameters: Mapping[str, object]
    ) -> list[asyncpg.Record]:
        """Return the driver's rows. The connection is one of `Database.between_transactions`."""
        given = self._given({**parameters, "tenant": str(organization_id)})
        found: list[asyncpg.Record] = await by_driver(connection, self.statement, *given)
        if found[0][0] is None:
            return []
        self.columns = self.columns or tuple(found[0].keys())
        return found


@cache
def snapshot(query: str) -> Snapshot:
    """Return the query as a transaction by itself. It is made once."""
    return Snapshot(query)


@cache
def beside(query: str, other: str) -> HotStatement:
    """Return a statement that joins the single row of `query` with each row of `other`, in the order of `other`. When
    `other` finds nothing, its columns are null in the only row. When `query` finds nothing, there are no rows.
    """
    return HotStatement(f"SELECT one.*, beside.* FROM ({query}) one LEFT JOIN ({other}) beside ON true")  # noqa: S608


async def by_driver(
    connection: AsyncConnection,
    statement: str,
    *arguments: object,
    run: Run = asyncpg.Connection.fetch,
    named: str | None = None,
) -> Any:
    """Return what the driver's connection answers. Its faults are raised as SQLAlchemy's.

    named -- what traces and faults show in place of the statement, whose text has values
    """
    driver: Any = driver_of(connection) or (await connection.get_raw_connection()).driver_connection
    try:
        if driver in waiting:
            await execute_put_off(driver)
        # A script that only begins a transaction has no span, and its text holds values.
        shown = statement if named is None and run is not asyncpg.Connection.execute else named
        if shown is None or not is_tracing():
            return await run(driver, statement, *arguments)
        with statement_span(shown):
            return await run(driver, statement, *arguments)
    except FAULTS as fault:
        if driver.is_closed():
            # This lets SQLAlchemy notice the loss, raise its own error, and drop all connections of the same age.
            await connection.execute(_ANYTHING)
        kind = ProgrammingError if isinstance(fault, asyncpg.SyntaxOrAccessError) else DBAPIError
        raise kind(named or statement, None, fault) from fault
