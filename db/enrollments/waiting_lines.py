"""The lines of students who wait for a place in an offering, in the order in which they joined."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.fragments import waits

TODAY = "(CAST(:now AS timestamptz) AT TIME ZONE l.time_zone)::date"

_POSITIONS = text(f"""
SELECT n.id, n.position
FROM (SELECT DISTINCT x.offering_id FROM enrollment x
      WHERE x.organization_id = :organization_id AND x.id = ANY (CAST(:ids AS uuid[])) AND x.type = 'WAITLIST') k
CROSS JOIN LATERAL (
    SELECT e.id, row_number() OVER (ORDER BY e.created_at, e.id) AS position
    FROM enrollment e
    JOIN offering o ON o.organization_id = e.organization_id AND o.id = e.offering_id
    JOIN location l ON l.organization_id = o.organization_id AND l.id = o.location_id
    WHERE e.organization_id = :organization_id AND e.offering_id = k.offering_id AND {waits("e", TODAY)}
) n
WHERE n.id = ANY (CAST(:ids AS uuid[]))
""")  # noqa: S608 - constants


async def read_positions(
    connection: AsyncConnection, organization_id: UUID, enrollment_ids: Collection[UUID], *, now: datetime
) -> dict[UUID, int]:
    """Return the positions, from 1, of those enrollments that wait for a place."""
    given = {"organization_id": organization_id, "ids": list(enrollment_ids), "now": now}
    return {row.id: row.position for row in await connection.execute(_POSITIONS, given)}
