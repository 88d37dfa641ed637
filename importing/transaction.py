"""The one transaction of an import, and the locks that keep imports and erasures apart."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import asyncpg

from db.asyncpg_internals import watch_socket
from db.engine import session_settings
from db.limits import OF_A_COMMAND
from db.people.erasing import IMPORT_LOCK_CLASS, import_lock_key
from importing.report import ImportRefused

LOCK_CLASS = 7_065_512  # class of advisory locks; the second key is the organization


class NotKept(Exception):
    """Rolls the transaction back. The report gives the reason."""


async def in_one_transaction(database_url: str, work: Callable[[asyncpg.Connection], Awaitable[None]]) -> bool:
    """Do the work on a connection of the database's owner. Return whether it was kept: NotKept rolls it back.

    Raises ImportRefused when somebody changed the same data meanwhile.
    """
    url = database_url.replace("postgresql+asyncpg://", "postgresql://", 1)
    # Statements are planned for the largest organization, for which PostgreSQL may prefer to read a whole table. A plan
    # for one organization alone would not know the rows that this transaction writes, and expect none.
    settings = {**session_settings(OF_A_COMMAND), "enable_seqscan": "off", "plan_cache_mode": "force_generic_plan"}
    connection = await asyncpg.connect(url, server_settings=settings)
    watch_socket(connection)
    try:
        async with connection.transaction():
            await work(connection)
    except NotKept:
        return False
    except asyncpg.UniqueViolationError as fault:
        reason = f"Somebody changed the same data meanwhile ({fault.constraint_name}); try again."
        raise ImportRefused(reason) from fault
    finally:
        await connection.close()
    return True


async def lock_imports(connection: asyncpg.Connection, organization_id: UUID, name: str) -> None:
    """Allow one import at a time in an organization, and wait for erasures, which are short. The locks end with the
    transaction.
    """
    key = import_lock_key(organization_id)
    if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1, $2)", LOCK_CLASS, key):
        raise ImportRefused(f"Another import into {name!r} is running; try again when it has ended.")
    await connection.execute("SELECT pg_advisory_xact_lock($1, $2)", IMPORT_LOCK_CLASS, key)
