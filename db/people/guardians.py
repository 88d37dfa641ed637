"""The guardians of families, with how they are reached (R13.1)."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import PersonFacts

_COLUMNS = """
SELECT p.id, p.first_name, p.last_name, p.family_id, p.email, p.ended_at, ARRAY(
    SELECT g.number FROM guardian_phone g
    WHERE g.organization_id = p.organization_id AND g.person_id = p.id ORDER BY g.number
) AS phones
FROM person p WHERE p.organization_id = :organization_id AND p.kind = 'GUARDIAN'
"""
_BY_ID = text(_COLUMNS + " AND p.id = ANY (CAST(:ids AS uuid[]))")
_OF_FAMILIES = text(_COLUMNS + " AND p.family_id = ANY (CAST(:ids AS uuid[])) ORDER BY p.first_name, p.id")


@dataclass(frozen=True, slots=True)
class GuardianFacts:
    person: PersonFacts
    family_id: UUID
    email: str | None
    ended_at: datetime | None
    phones: tuple[str, ...]


async def read_guardians(
    connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID]
) -> dict[UUID, GuardianFacts]:
    found = await connection.execute(_BY_ID, {"organization_id": organization_id, "ids": list(ids)})
    return {row.id: _facts(row) for row in found}


async def read_guardians_of(
    connection: AsyncConnection, organization_id: UUID, family_ids: Collection[UUID]
) -> dict[UUID, list[GuardianFacts]]:
    """Return the guardians of each family that has any, ordered by first name, with those whose access has ended."""
    guardians: dict[UUID, list[GuardianFacts]] = defaultdict(list)
    given = {"organization_id": organization_id, "ids": list(family_ids)}
    for row in await connection.execute(_OF_FAMILIES, given):
        guardians[row.family_id].append(_facts(row))
    return guardians


def _facts(row: Row[Any]) -> GuardianFacts:
    person = PersonFacts(row.id, row.first_name, row.last_name)
    return GuardianFacts(person, row.family_id, row.email, row.ended_at, tuple(row.phones))
