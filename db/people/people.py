"""People, kiosks and families by id."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import PersonFacts
from attendance.rules.roster.roster_rows import FamilyFacts, KioskFacts
from attendance.rules.vocabulary import PersonKind

_PEOPLE = text("""
SELECT p.id, p.first_name, p.last_name FROM person p
WHERE p.organization_id = :organization_id AND p.kind = :kind AND p.id = ANY (CAST(:ids AS uuid[]))
  AND (CAST(:family_id AS uuid) IS NULL OR p.family_id = :family_id)
""")
_KIOSKS = text("""
SELECT k.id, k.name FROM kiosk k WHERE k.organization_id = :organization_id AND k.id = ANY (CAST(:ids AS uuid[]))
""")
_FAMILIES = text("""
SELECT f.id, f.name, f.email, f.phone, f.balance FROM family f
WHERE f.organization_id = :organization_id AND f.id = ANY (CAST(:ids AS uuid[]))
""")


async def read_people(
    connection: AsyncConnection,
    organization_id: UUID,
    kind: PersonKind,
    ids: Collection[UUID],
    family_id: UUID | None = None,
) -> dict[UUID, PersonFacts]:
    """Return the people of one kind, including those who have left. With a family, only its guardians are returned."""
    given = {"organization_id": organization_id, "kind": kind.value, "ids": list(ids), "family_id": family_id}
    return {row.id: PersonFacts(*row) for row in await connection.execute(_PEOPLE, given)}


async def read_kiosks(
    connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID]
) -> dict[UUID, KioskFacts]:
    given = {"organization_id": organization_id, "ids": list(ids)}
    return {row.id: KioskFacts(*row) for row in await connection.execute(_KIOSKS, given)}


async def read_families(
    connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID]
) -> dict[UUID, FamilyFacts]:
    given = {"organization_id": organization_id, "ids": list(ids)}
    return {row.id: FamilyFacts(*row) for row in await connection.execute(_FAMILIES, given)}
