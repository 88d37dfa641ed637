"""Fills the keys of names that have none (db/names.py): after a migration, and after a write by an older release."""

from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncEngine

from db.names import KEYED, keys_of

BATCH = 2000
_LEAST = UUID(int=0)
_ORGANIZATIONS = text("SELECT organization_id FROM organization ORDER BY organization_id")


def _missing(table: str, columns: tuple[str, ...]) -> TextClause:
    return text(f"""
SELECT id, {", ".join(columns)} FROM {table}
WHERE organization_id = :organization_id AND sort_key = '' AND id > :after
ORDER BY id LIMIT :limit
""")  # noqa: S608 - constants


def _filled(table: str, columns: tuple[str, ...]) -> TextClause:
    unchanged = " AND ".join(f"t.{column} = k.{column}" for column in columns)
    arrays = ", ".join(f"CAST(:{column} AS text[])" for column in columns)
    return text(f"""
UPDATE {table} t SET sort_key = k.sort_key, search_key = k.search_key
FROM unnest(CAST(:ids AS uuid[]), CAST(:sort_keys AS text[]), CAST(:search_keys AS text[]), {arrays})
    AS k (id, sort_key, search_key, {", ".join(columns)})
WHERE t.organization_id = :organization_id AND t.id = k.id AND {unchanged}
""")  # noqa: S608 - constants


_STATEMENTS = {table: (_missing(table, columns), _filled(table, columns)) for table, columns in KEYED.items()}


async def fill_missing_keys(engine: AsyncEngine) -> int:
    """Give every name without keys its keys, as the owner of the database, and return how many there were.

    Each batch is a short transaction of its own, so that nobody waits for more than a few rows. A name that changes
    meanwhile keeps the keys of whoever changed it.
    """
    async with engine.connect() as connection:
        organizations = list((await connection.execute(_ORGANIZATIONS)).scalars())
    return sum([await _fill(engine, each, table) for each in organizations for table in KEYED])


async def _fill(engine: AsyncEngine, organization_id: UUID, table: str) -> int:
    (missing, filled), columns = _STATEMENTS[table], KEYED[table]
    after, count = _LEAST, 0
    while True:
        given = {"organization_id": organization_id, "after": after, "limit": BATCH}
        async with engine.begin() as connection:
            rows = (await connection.execute(missing, given)).mappings().all()
            if not rows:
                return count
            keys = [keys_of(table, dict(row)) for row in rows]
            written = {
                "organization_id": organization_id,
                "ids": [row["id"] for row in rows],
                "sort_keys": [sort for sort, _ in keys],
                "search_keys": [search for _, search in keys],
                **{column: [row[column] for row in rows] for column in columns},
            }
            count += (await connection.execute(filled, written)).rowcount
        after = rows[-1]["id"]
