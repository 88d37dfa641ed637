"""Catches a test that looks across organizations and has not said so: it would find what other tests left behind."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.engine import Database

# The functions that pass row-level security by, except those that are told for which organizations.
_ACROSS = text(
    "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef "
    "AND prorettype <> 'trigger'::regtype AND NOT proargtypes::oid[] && "
    "ARRAY['uuid'::regtype, 'uuid[]'::regtype]::oid[]"
)


async def functions_across(connection: AsyncConnection) -> frozenset[str]:
    """The names of the database's functions that see all organizations."""
    return frozenset((await connection.execute(_ACROSS)).scalars())


def forbid(database: Database, functions: frozenset[str], is_allowed: Callable[[], bool]) -> None:
    """Fail each statement on `database` that calls one of the functions while it is not allowed."""

    def check(*given: Any) -> None:
        statement: str = given[2]
        called = [name for name in functions if f"{name}(" in statement]
        assert is_allowed() or not called, f"Mark this test emptied_database: it calls {called}"

    event.listen(database.engine.sync_engine, "before_cursor_execute", check)
