"""Statements that launch, revoke and list kiosks."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import LocationFacts, PersonFacts
from attendance.rules.kiosk.kiosk import LaunchedKiosk
from db import models
from db.unit_of_work import UnitOfWork

_KIOSKS = """
SELECT k.id, k.name, k.launched_at, k.expires_at, k.revoked_at,
       l.id AS location_id, l.name AS location_name, l.time_zone,
       p.id AS launcher_id, p.first_name AS launcher_first_name, p.last_name AS launcher_last_name,
       r.id AS revoker_id, r.first_name AS revoker_first_name, r.last_name AS revoker_last_name
FROM kiosk k
JOIN location l ON l.organization_id = k.organization_id AND l.id = k.location_id
JOIN person p ON p.organization_id = k.organization_id AND p.id = k.launched_by_id
LEFT JOIN person r ON r.organization_id = k.organization_id AND r.id = k.revoked_by_id
WHERE k.organization_id = :organization_id
"""
_BY_ID = text(_KIOSKS + "  AND k.id = ANY (CAST(:ids AS uuid[]))")
_LISTED = text(
    _KIOSKS
    + """
  AND (CAST(:after_at AS timestamptz) IS NULL OR (k.launched_at, k.id) < (:after_at, CAST(:after_id AS uuid)))
ORDER BY k.launched_at DESC, k.id DESC
LIMIT :limit
"""
)


async def add_kiosk(
    uow: UnitOfWork, kiosk_id: UUID, location_id: UUID, name: str, *, by: UUID, now: datetime, expires_at: datetime
) -> None:
    await uow.connection.execute(
        insert(models.Kiosk).values(
            organization_id=uow.organization_id,
            id=kiosk_id,
            location_id=location_id,
            name=name,
            launched_by_id=by,
            launched_at=now,
            expires_at=expires_at,
        )
    )


async def end_kiosk(uow: UnitOfWork, kiosk_id: UUID, *, by: UUID, now: datetime) -> None:
    """Revoke the kiosk. Its token is refused from now on. A kiosk that is already revoked stays unchanged."""
    await uow.connection.execute(
        update(models.Kiosk)
        .where(
            models.Kiosk.organization_id == uow.organization_id,
            models.Kiosk.id == kiosk_id,
            models.Kiosk.revoked_at.is_(None),
        )
        .values(revoked_at=now, revoked_by_id=by)
    )


async def read_launched_kiosks(
    connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID]
) -> dict[UUID, LaunchedKiosk]:
    found = await connection.execute(_BY_ID, {"organization_id": organization_id, "ids": list(ids)})
    return {row.id: _kiosk(row) for row in found}


async def list_kiosks(
    connection: AsyncConnection, organization_id: UUID, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[LaunchedKiosk]:
    """Return kiosks after the position, the most recently launched first."""
    given = {
        "organization_id": organization_id,
        "after_at": after[0] if after else None,
        "after_id": after[1] if after else None,
        "limit": limit,
    }
    return [_kiosk(row) for row in await connection.execute(_LISTED, given)]


def _kiosk(row: Row[Any]) -> LaunchedKiosk:
    revoker = row.revoker_id and PersonFacts(row.revoker_id, row.revoker_first_name, row.revoker_last_name)
    return LaunchedKiosk(
        id=row.id,
        name=row.name,
        location=LocationFacts(row.location_id, row.location_name, row.time_zone),
        launched_by=PersonFacts(row.launcher_id, row.launcher_first_name, row.launcher_last_name),
        launched_at=row.launched_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        revoked_by=revoker,
    )
