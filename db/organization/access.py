"""The number of an organization's last change of access, so that open streams notice when rights change (R10.4).

Triggers count the changes of everything that `db.organization.viewers` reads about a viewer, and of who teaches what
(db/migrations/versions).
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.driver import HotStatement
from db.engine import Database

_EPOCH = text("SELECT a.epoch FROM access_epoch a WHERE a.organization_id = :organization_id")
_EPOCHS = HotStatement("SELECT organization_id, epoch FROM access_epochs_of(CAST(:organization_ids AS uuid[]))")


async def access_epoch(connection: AsyncConnection, organization_id: UUID) -> int:
    """Return the number of the last change; 0 when there was none."""
    return (await connection.scalar(_EPOCH, {"organization_id": organization_id})) or 0


async def access_epochs(database: Database, organization_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return the numbers of many organizations in one statement. Organizations without a change are left out."""
    given = {"organization_ids": list(organization_ids)}
    found = await database.kept.run(lambda connection: _EPOCHS.rows(connection, given))
    return {row.organization_id: row.epoch for row in found}
