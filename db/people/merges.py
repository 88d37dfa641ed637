"""Reads which families, guardians and students were merged (R13.6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import PersonFacts
from attendance.rules.vocabulary import MergeKind

_LISTED = text("""
SELECT g.id, g.kind, g.from_id, g.into_id, g.merged_at, g.facts, p.id AS person_id, p.first_name, p.last_name
FROM people_merge g
LEFT JOIN person p ON p.organization_id = g.organization_id AND p.id = g.merged_by_id
WHERE g.organization_id = :organization_id
  AND (CAST(:after_at AS timestamptz) IS NULL OR (g.merged_at, g.id) < (:after_at, CAST(:after_id AS uuid)))
ORDER BY g.merged_at DESC, g.id DESC LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class MergeFacts:
    id: UUID
    kind: MergeKind
    from_id: UUID
    into_id: UUID
    merged_at: datetime
    merged_by: PersonFacts | None
    counts: Mapping[str, int]


async def list_merges(
    connection: AsyncConnection, organization_id: UUID, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[MergeFacts]:
    """Return the merges after the position, newest first."""
    given = {
        "organization_id": organization_id,
        "after_at": after[0] if after else None,
        "after_id": after[1] if after else None,
        "limit": limit,
    }
    return [
        MergeFacts(
            row.id,
            MergeKind(row.kind),
            row.from_id,
            row.into_id,
            row.merged_at,
            None if row.person_id is None else PersonFacts(row.person_id, row.first_name, row.last_name),
            row.facts["counts"],
        )
        for row in await connection.execute(_LISTED, given)
    ]
