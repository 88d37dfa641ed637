"""Families that owe something, for their statements."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.tasks.statements import OwingFamily, WantedFamilies
from db.fragments import gives_place
from db.listing import values
from db.people.students import VISIBLE_STUDENTS, Visibility

_FAMILIES = """
SELECT f.id, nullif(btrim(f.email), '') AS email, f.balance, here.student_ids, here.names
FROM family f
CROSS JOIN LATERAL (
    SELECT array_agg(s.id ORDER BY s.sort_key, s.id) AS student_ids,
           array_agg(s.first_name ORDER BY s.sort_key, s.id) AS names
    FROM student s
    WHERE s.organization_id = f.organization_id AND s.family_id = f.id AND s.deleted_at IS NULL
) here
WHERE f.organization_id = :organization_id AND f.deleted_at IS NULL
"""
_VISIBLE = f"""(CAST(:visible_to AS uuid) IS NULL OR EXISTS (
      SELECT FROM student s
      WHERE s.organization_id = f.organization_id AND s.family_id = f.id AND {VISIBLE_STUDENTS}))
"""
_BY_ID = text(_FAMILIES + "  AND f.id = ANY (CAST(:ids AS uuid[]))")
_WANTED = text(f"""
{_FAMILIES}
  AND f.balance > 0 AND f.balance >= :minimum
  AND (CAST(:family_ids AS uuid[]) IS NULL OR f.id = ANY (:family_ids))
  AND (CAST(:location_ids AS uuid[]) IS NULL OR EXISTS (
      SELECT FROM student c
      JOIN enrollment x ON x.organization_id = c.organization_id AND x.student_id = c.id
      JOIN offering o ON o.organization_id = x.organization_id AND o.id = x.offering_id
      WHERE c.organization_id = f.organization_id AND c.family_id = f.id
        AND {gives_place("x")} AND o.location_id = ANY (:location_ids)))
  AND {_VISIBLE}
ORDER BY f.sort_key, f.id
""")


_SEEN = text(f"""
SELECT f.id FROM family f
WHERE f.organization_id = :organization_id AND f.deleted_at IS NULL AND f.id = ANY (CAST(:ids AS uuid[]))
  AND {_VISIBLE}
""")  # noqa: S608 - constants


async def find_families(
    connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID], visibility: Visibility
) -> set[UUID]:
    """Return the families that may be seen, whatever they owe. Deleted families are left out."""
    given = {
        "organization_id": organization_id,
        "ids": list(ids),
        "family_id": visibility.family_id,
        "visible_to": visibility.visible_to,
    }
    return set((await connection.execute(_SEEN, given)).scalars())


async def find_owing(
    connection: AsyncConnection, organization_id: UUID, wanted: WantedFamilies, visibility: Visibility
) -> list[OwingFamily]:
    """Return the families, ordered by name. A viewer without SEE_ALL finds the families of the students whom the viewer
    sees.
    """
    given = {
        "organization_id": organization_id,
        "minimum": wanted.minimum,
        "family_ids": values(wanted.family_ids),
        "location_ids": values(wanted.location_ids),
        "family_id": visibility.family_id,
        "visible_to": visibility.visible_to,
    }
    return [_family(row) for row in await connection.execute(_WANTED, given)]


async def read_owing(
    connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID]
) -> dict[UUID, OwingFamily]:
    """Return the families as they are now, whatever they owe. Deleted families are left out."""
    found = await connection.execute(_BY_ID, {"organization_id": organization_id, "ids": list(ids)})
    return {row.id: _family(row) for row in found}


def _family(row: Row[Any]) -> OwingFamily:
    ids, names = row.student_ids or (), row.names or ()
    return OwingFamily(row.id, row.email, row.balance, ids[0] if ids else None, tuple(names))
