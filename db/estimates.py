"""Lets PostgreSQL plan statements for the organization that has the most rows (decision 79).

A statement is planned once for all organizations. By itself PostgreSQL estimates the rows of an average organization:
all rows divided by the number of organizations, and at most as many as the most frequent one has. When it is told that
there is only one organization, it estimates the rows of the most frequent one.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

_LACKING = text("""
SELECT quote_ident(c.relname) AS name, c.reltuples > 0 AS has_rows
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'organization_id'
WHERE c.relnamespace = CAST('public' AS regnamespace) AND c.relkind = 'r'
  AND a.attoptions IS DISTINCT FROM ARRAY['n_distinct=1']
ORDER BY c.relname
""")


async def plan_for_the_largest(engine: AsyncEngine) -> None:
    """Tell PostgreSQL so for each table that lacks the option, one after the other, and analyze the tables that have
    rows.

    It is a storage option of the column. Setting it blocks neither readers nor writers.
    """
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        for name, has_rows in (await connection.execute(_LACKING)).all():
            await connection.exec_driver_sql(f"ALTER TABLE {name} ALTER COLUMN organization_id SET (n_distinct = 1)")
            if has_rows:
                # Without statistics, PostgreSQL looks at the table itself.
                await connection.exec_driver_sql(f"ANALYZE {name}")
