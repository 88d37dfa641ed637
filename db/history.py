"""The identity of the database's history, which tells clients whether their revisions still mean anything
(decision 59).

A history lost its end when a backup was restored, or when a standby that lacked something took over. Its revisions are
then given again, to other changes. Whatever has another identity needs the state anew.
"""

import contextlib
from typing import Any

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.checking_out import info_of
from db.driver import by_driver

_HISTORY = "history"
_ASK = "SELECT history_id()"
_RENEW = text("UPDATE alembic_version SET history = gen_random_uuid()")


async def ask_history(driver: Any) -> str:
    """Return the identity; empty if the database's schema does not have it yet. `driver` is asyncpg's connection."""
    with contextlib.suppress(asyncpg.UndefinedFunctionError, asyncpg.UndefinedColumnError, asyncpg.UndefinedTableError):
        return str(await driver.fetchval(_ASK) or "")
    return ""


def keep_history(info: dict[Any, Any], history: str) -> None:
    """Keep the identity with the connection. A connection ends when its server is replaced, so it has one history."""
    info[_HISTORY] = history


async def history_of(connection: AsyncConnection) -> str:
    """Return the identity of the history that this connection reads."""
    found: str = (await info_of(connection)).get(_HISTORY, "")
    return found


def history_read_with(connection: AsyncConnection) -> str:
    """Return what `history_of` returns, for a connection that has just executed a statement."""
    found: str = connection.info.get(_HISTORY, "")
    return found


async def current_history(connection: AsyncConnection) -> str:
    """Return the identity as it is now. It differs from `history_of` after a call of `renew_history`."""
    found: str = await by_driver(connection, _ASK, run=asyncpg.Connection.fetchval) or ""
    return found


async def renew_history(owner: AsyncConnection) -> None:
    """Begin a new history, after a restore that the database cannot notice by itself."""
    await owner.execute(_RENEW)
