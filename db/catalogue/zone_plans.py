"""Statements about time zones that are planned for locations (R13.2)."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.catalogue.zone_plans import ZonePlan

_TO_CHANGE = text(
    "SELECT d.organization_id, d.location_id FROM zones_to_change(:now) d ORDER BY d.organization_id, d.location_id"
)
_PLANS = text("""
SELECT l.id, l.time_zone, l.next_zone, l.next_zone_on FROM location l
WHERE l.organization_id = :organization_id AND l.id = ANY (CAST(:ids AS uuid[])) AND l.next_zone IS NOT NULL
""")


async def zones_to_change(connection: AsyncConnection, now: datetime) -> list[tuple[UUID, UUID]]:
    """Return the organization and the id of each location, of all tenants, whose planned zone is due."""
    return [(row.organization_id, row.location_id) for row in await connection.execute(_TO_CHANGE, {"now": now})]


async def read_zone_plans(
    connection: AsyncConnection, organization_id: UUID, location_ids: Collection[UUID]
) -> dict[UUID, ZonePlan]:
    """Return the plans of those of the locations for which another zone is planned."""
    given = {"organization_id": organization_id, "ids": list(location_ids)}
    found = await connection.execute(_PLANS, given)
    return {row.id: ZonePlan(row.time_zone, row.next_zone, row.next_zone_on) for row in found}
