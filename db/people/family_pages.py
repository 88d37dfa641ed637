"""Pages of families by name, found by what somebody at the desk knows of them (R13.1)."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.roster.roster_rows import FamilyFacts
from db.names import searched

_LISTED = text("""
SELECT f.id, f.name, f.email, f.phone, f.balance, f.sort_key FROM family f
WHERE f.organization_id = :organization_id AND f.deleted_at IS NULL
  AND (CAST(:search AS text) IS NULL
       OR strpos(f.search_key, :search) > 0
       OR strpos(lower(f.email), :address) > 0
       OR f.id = ANY (CAST(:by_phone AS uuid[]))
       OR EXISTS (SELECT FROM student s WHERE s.organization_id = f.organization_id AND s.family_id = f.id
                  AND s.deleted_at IS NULL AND strpos(s.search_key, :search) > 0)
       OR EXISTS (SELECT FROM person p WHERE p.organization_id = f.organization_id AND p.family_id = f.id
                  AND p.ended_at IS NULL
                  AND (strpos(p.search_key, :search) > 0 OR strpos(lower(p.email), :address) > 0)))
  AND (CAST(:after_name AS text) IS NULL OR (f.sort_key, f.id) > (:after_name, CAST(:after_id AS uuid)))
ORDER BY f.sort_key, f.id
LIMIT :limit
""")


async def list_families(
    connection: AsyncConnection,
    organization_id: UUID,
    search: str | None,
    by_phone: Collection[UUID],
    *,
    after: tuple[str, UUID] | None,
    limit: int,
) -> list[tuple[FamilyFacts, str]]:
    """Return the families after the position (sort key and id), each with its sort key, ordered by name and id. Deleted
    families are left out.

    search -- a part of the name of the family, a student or a guardian, or of an e-mail address
    by_phone -- the families that `search` finds as a telephone number
    """
    given = {
        "organization_id": organization_id,
        "search": searched(search),
        "address": (search or "").strip().lower(),
        "by_phone": list(by_phone),
        "after_name": after[0] if after else None,
        "after_id": after[1] if after else None,
        "limit": limit,
    }
    return [
        (FamilyFacts(row.id, row.name, row.email, row.phone, row.balance), row.sort_key)
        for row in await connection.execute(_LISTED, given)
    ]
