"""Groups of a report that are ordered by names for which the database has no sort keys. The statement gets the keys as
parameters.
"""

from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.names import sort_key

LOCATIONS, PROGRAMS, STAFF = (
    text("SELECT l.id, l.name, NULL AS first_name FROM location l WHERE l.organization_id = :organization_id"),
    text("SELECT p.id, p.name, NULL AS first_name FROM program p WHERE p.organization_id = :organization_id"),
    text("""SELECT p.id, p.last_name AS name, p.first_name FROM person p
            WHERE p.organization_id = :organization_id AND p.kind = 'STAFF'"""),
)
NAMED_SORT_KEY = "coalesce(named.sort_key, '') COLLATE \"C\""
NAMED_NAME = "coalesce(named.name, '')"


def named(column: str) -> str:
    """Return the join of a column of ids with their names, whose sort keys and names are the constants above. Without
    an id, both are empty.
    """
    return f"""LEFT JOIN unnest(CAST(:named_ids AS uuid[]), CAST(:named_keys AS text[]), CAST(:names AS text[]))
        AS named (id, sort_key, name) ON named.id = {column}"""


def key_of(column: str) -> str:
    """Return the key of a group with that id, as a cursor holds it."""
    return f"coalesce(CAST({column} AS text), '') COLLATE \"C\""


async def read_names(
    connection: AsyncConnection, organization_id: UUID, statement: TextClause | None
) -> dict[str, object]:
    """Return the parameters of `named`; none when the names are not needed.

    statement -- one of LOCATIONS, PROGRAMS and STAFF.
    """
    if statement is None:
        return {}
    rows = [
        (
            row.id,
            sort_key(row.name, *filter(None, [row.first_name])),
            " ".join(filter(None, [row.first_name, row.name])),
        )
        for row in await connection.execute(statement, {"organization_id": organization_id})
    ]
    ids, keys, names = (list(each) for each in zip(*rows, strict=True)) if rows else ([], [], [])
    return {"named_ids": ids, "named_keys": keys, "names": names}
