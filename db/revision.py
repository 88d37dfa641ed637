"""The revision of the database's schema: which one this code needs, and which one a database has.

Servers ask this at start-up. They read the names of the migrations instead of importing Alembic and every migration.
"""

from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

_VERSIONS = Path(__file__).parent / "migrations" / "versions"
# The catalog is asked first, so that a database that was never migrated answers null instead of raising an error.
_HAS_VERSIONS = text("SELECT to_regclass('alembic_version') IS NOT NULL")
_REVISION = text("SELECT version_num FROM alembic_version")


def newest_revision() -> str:
    """Return the revision that this code needs: the number at the head of the last migration's file name."""
    return max(path.name.partition("_")[0] for path in _VERSIONS.glob("[0-9]*_*.py"))


async def revision_of(connection: AsyncConnection) -> str | None:
    """Return the revision of the database; None if it was never migrated."""
    if not await connection.scalar(_HAS_VERSIONS):
        return None
    revision: str | None = await connection.scalar(_REVISION)
    return revision
