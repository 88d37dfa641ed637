"""Inserts and changes rows past SQLAlchemy, which takes seven eighths of the CPU of an insert."""

from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias

import asyncpg
from sqlalchemy import ClauseElement, Table, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.ext.asyncio import AsyncConnection

from db.checking_out import driver_of
from db.names import KEYED, keys_of

_DIALECT = dialect()  # type: ignore[no-untyped-call]
Adapt: TypeAlias = Callable[[Any], Any]


async def insert_row(owner: AsyncConnection, table: Table, row: dict[str, Any], *, unless_there: bool = False) -> None:
    """Insert a row as SQLAlchemy does: with the same values and defaults, and with the same faults.

    unless_there -- do nothing where a row with the same key stands
    """
    known = row
    if table.name in KEYED:
        sort_key, search_key = keys_of(table.name, row)
        known = {"sort_key": sort_key, "search_key": search_key, **row}
    statement, adapts = _insertion(table, tuple(known))
    by_driver = statement + " ON CONFLICT DO NOTHING" if unless_there else statement
    if not await _is_done(owner, by_driver, adapts, [*known.values()]):
        by_library = insert(table).values(row)
        await owner.execute(by_library.on_conflict_do_nothing() if unless_there else by_library)


async def change_rows(owner: AsyncConnection, table: Table, wanted: dict[str, Any], values: dict[str, Any]) -> None:
    """Set the values in the rows that have the wanted ones, as SQLAlchemy does and with the same faults."""
    statement, adapts = _change(table, tuple(wanted), tuple(values))
    if not await _is_done(owner, statement, adapts, [*wanted.values(), *values.values()]):
        where = (table.c[name] == value for name, value in wanted.items())
        await owner.execute(update(table).where(*where).values(values))


async def _is_done(owner: AsyncConnection, statement: str, adapts: tuple[Adapt | None, ...], values: list[Any]) -> bool:
    """Run the statement where SQLAlchemy has nothing else to do. False: it did nothing, and SQLAlchemy has to run it,
    which raises its own error where PostgreSQL refuses it.
    """
    driver, sync = driver_of(owner), owner.sync_connection
    if driver is None or sync is None or sync.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
        return False
    if any(isinstance(value, ClauseElement) for value in values):
        return False
    try:
        adapted = [it if adapt is None else adapt(it) for it, adapt in zip(values, adapts, strict=True)]
        await driver.execute(statement, *adapted)
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        return False
    return True


@cache
def _insertion(table: Table, names: tuple[str, ...]) -> tuple[str, tuple[Adapt | None, ...]]:
    """The statement, and what makes of each value that of the driver."""
    unseen = [it.name for it in table.c if it.default is not None and it.name not in names]
    assert not unseen, f"{table.name} has defaults that only SQLAlchemy knows: {unseen}"
    named = ", ".join(map(_quoted, names))
    numbers = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    return f"INSERT INTO {table.name} ({named}) VALUES ({numbers})", _adapts(table, names)


@cache
def _change(table: Table, wanted: tuple[str, ...], changed: tuple[str, ...]) -> tuple[str, tuple[Adapt | None, ...]]:
    """The same of a change. The wanted values come first."""
    where = " AND ".join(f"{_quoted(name)} = ${number}" for number, name in enumerate(wanted, start=1))
    sets = ", ".join(f"{_quoted(name)} = ${number}" for number, name in enumerate(changed, start=1 + len(wanted)))
    return f"UPDATE {table.name} SET {sets} WHERE {where}", _adapts(table, wanted) + _adapts(table, changed)


def _quoted(name: str) -> str:
    quoted: str = _DIALECT.identifier_preparer.quote(name)
    return quoted


def _adapts(table: Table, names: tuple[str, ...]) -> tuple[Adapt | None, ...]:
    return tuple(table.c[name].type.dialect_impl(_DIALECT).bind_processor(_DIALECT) for name in names)
