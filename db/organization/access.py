"""When somebody's rights changed: an organization's access is numbered, so that open streams notice (R10.4).

Triggers count whatever `db.organization.viewers` reads of a viewer, and who teaches what (db/migrations/versions).
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.engine import Database

_EPOCH = text("SELECT a.epoch FROM access_epoch a WHERE a.organization_id = :organization_id")
_EPOCHS = text("SELECT organization_id, epoch FROM access_epochs_of(CAST(:organization_ids AS uuid[]))")


async def access_epoch(connection: AsyncConnection, organization_id: UUID) -> int:
    """The number of the last change; 0: there was none."""
    return (await connection.scalar(_EPOCH, {"organization_id": organization_id})) or 0


async def access_epochs(database: Database, organization_ids: Collection[UUID]) -> dict[UUID, int]:
    """Those of many organizations in one statement; without those that had no change."""
    async with database.engine.connect() as connection:
        found = await connection.execute(_EPOCHS, {"organization_ids": list(organization_ids)})
        return {row.organization_id: row.epoch for row in found}
