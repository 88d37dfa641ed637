"""The revision of the database's schema: which one this code needs, and which one a database has.

Servers ask this at start-up and for `/health/ready`. They read the names of the migrations instead of importing Alembic
and every migration.
"""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_VERSIONS = Path(__file__).parent / "migrations" / "versions"
# The catalog is asked first, so that a database that was never migrated answers null instead of raising an error.
_HAS_VERSIONS = text("SELECT to_regclass('alembic_version') IS NOT NULL")
# to_jsonb: the column is missing until migration 0029.
_REVISION = text("SELECT version_num, to_jsonb(v) ->> 'serves_code_from' AS serves_code_from FROM alembic_version v")


@dataclass(frozen=True, slots=True)
class SchemaRevision:
    """What a database says of its schema.

    revision -- the last migration; None if the database was never migrated
    serves_code_from -- the oldest code that works on this schema, by the newest migration that the code has
    """

    revision: str | None
    serves_code_from: str | None = None

    def complaint(self, code: str) -> str | None:
        """Return why code whose newest migration is `code` cannot work on this schema; None if it can."""
        if self.revision == code:
            return None
        if self.revision is None or self.revision < code:
            return f"the schema is at {self.revision}, this code needs {code}"
        if self.serves_code_from is None or self.serves_code_from > code:
            return (
                f"the schema is at {self.revision} and serves code from {self.serves_code_from} on, this code is {code}"
            )
        return None


def newest_revision() -> str:
    """Return the revision that this code needs: the number at the head of the last migration's file name."""
    return max(path.name.partition("_")[0] for path in _VERSIONS.glob("[0-9]*_*.py"))


async def revision_of(connection: AsyncConnection) -> SchemaRevision:
    """Return the revision of the database."""
    if not await connection.scalar(_HAS_VERSIONS):
        return SchemaRevision(None)
    row = (await connection.execute(_REVISION)).one_or_none()
    return SchemaRevision(None) if row is None else SchemaRevision(row.version_num, row.serves_code_from)
