"""Statements whose results nobody needs. They are put off until the next statement of their transaction, or until its
commit, with which they take one round trip (docs/decisions/0100-put-off.md).
"""

from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import NoneType
from typing import Any
from uuid import UUID

import asyncpg

COMMIT = "COMMIT"
_WRITTEN = (str, UUID, date, bool, int, NoneType)


@dataclass(frozen=True, slots=True)
class PutOff:
    """A statement for the driver, with its values."""

    statement: str
    values: Sequence[object]


waiting: dict[asyncpg.Connection, list[PutOff]] = {}
"""What is put off on each connection. A transaction has an entry at most until it ends (`Database.write`)."""

Prepared = MutableMapping[str, Any]
"""The statements that one connection has prepared, by their text."""


def put_off(driver: asyncpg.Connection, statement: str, values: Sequence[object]) -> None:
    waiting.setdefault(driver, []).append(PutOff(statement, values))


async def execute_put_off(driver: asyncpg.Connection) -> None:
    """Execute what is put off on the connection, before another statement. Raises the faults of the driver."""
    for each in waiting.pop(driver):
        await driver.execute(each.statement, *each.values)


async def commit_with(driver: asyncpg.Connection, commit: str, put_off: Sequence[PutOff], prepared: Prepared) -> None:
    """Execute the statements and commit, in one round trip. Raises the faults of the driver.

    prepared -- receives the statements that the connection had not prepared yet, each of which takes one more
    """
    script = []
    for each in put_off:
        if each.statement not in prepared:
            prepared[each.statement] = await driver.prepare(each.statement)
        script.append(f'EXECUTE "{prepared[each.statement].get_name()}" ({_literals(each.values)})')
    await driver.execute(";\n".join((*script, commit)))


def shown(put_off: Sequence[PutOff]) -> str:
    """Return the script of `commit_with` without values."""
    return ";\n".join((*(each.statement for each in put_off), COMMIT))


def _literals(values: Sequence[object]) -> str:
    """Return the values as PostgreSQL reads them, which gives each the type of the statement's parameter. Raises
    TypeError for a type that is not written like this.
    """
    for value in values:
        if not isinstance(value, _WRITTEN):
            raise TypeError(f"{type(value).__name__} cannot be put off.")
    # PostgreSQL reads a backslash as itself (`standard_conforming_strings`).
    texts = ["NULL" if value is None else f"""'{str(value).replace("'", "''")}'""" for value in values]
    return ", ".join(texts)
