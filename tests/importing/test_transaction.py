"""The transaction in which an import reads and writes."""

import asyncpg

from importing.transaction import in_one_transaction


async def test_an_import_is_planned_as_the_application_is(database_url: str) -> None:
    """The statistics do not know the rows that it has just written: a plan for one organization would expect none, and
    read all rows of the organization for each enrollment (decision 79). A server that compiles expensive statements
    would compile nearly all of them, because a table that has to be scanned counts as very expensive.
    """
    found = []

    async def read(connection: asyncpg.Connection) -> None:
        for name in ("plan_cache_mode", "enable_seqscan", "jit"):
            found.append(await connection.fetchval("SELECT current_setting($1)", name))

    await in_one_transaction(database_url, read)
    assert found == ["force_generic_plan", "off", "off"]
