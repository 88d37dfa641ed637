"""Pages of staff members by name (R12.6, R13.1)."""

from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from db.accounts.staff import STAFF, StaffRow, staff_row
from db.names import searched

_LISTED = text(
    STAFF
    + """
  AND (CAST(:ended AS boolean) IS NULL OR (p.ended_at IS NOT NULL) = :ended)
  AND (CAST(:search AS text) IS NULL OR strpos(p.search_key, :search) > 0
       OR (CAST(:address AS text) IS NOT NULL AND strpos(lower(p.email), :address) > 0))
  AND (CAST(:after_name AS text) IS NULL OR (p.sort_key, p.id) > (:after_name, CAST(:after_id AS uuid)))
ORDER BY p.sort_key, p.id
LIMIT :limit
"""
)


async def list_staff(
    connection: AsyncConnection,
    organization_id: UUID,
    search: str | None,
    *,
    in_addresses: bool,
    ended: bool | None,
    after: tuple[str, UUID] | None,
    limit: int,
) -> list[StaffRow]:
    """Return the staff members after the position (sort key and id), ordered by last name, first name and id.

    search -- a part of the name, first or last name first; None means everybody
    in_addresses -- whether `search` is also looked for in the e-mail addresses
    ended -- whether the access has ended; None means both
    """
    wanted = searched(search)
    given = {
        "organization_id": organization_id,
        "search": wanted,
        "address": search.strip().lower() if search and wanted and in_addresses else None,
        "ended": ended,
        "after_name": after[0] if after else None,
        "after_id": after[1] if after else None,
        "limit": limit,
    }
    return [staff_row(row) for row in await connection.execute(_LISTED, given)]
