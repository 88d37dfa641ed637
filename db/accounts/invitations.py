"""Lists the invitations that can still be accepted (R12.2)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import PersonFacts
from attendance.rules.vocabulary import PersonKind

_LISTED = text("""
SELECT l.id, l.created_at, l.expires_at, p.kind, p.id AS person_id, p.first_name, p.last_name, p.email,
       b.id AS by_id, b.first_name AS by_first_name, b.last_name AS by_last_name
FROM account_link l
JOIN person p ON p.organization_id = l.organization_id AND p.id = l.person_id
LEFT JOIN person b ON b.organization_id = l.organization_id AND b.id = l.created_by_id
WHERE l.organization_id = :organization_id AND l.purpose = 'INVITATION' AND l.used_at IS NULL
  AND l.revoked_at IS NULL AND l.expires_at > :now AND p.ended_at IS NULL
  AND (p.ends_at IS NULL OR p.ends_at > :now)
  AND p.kind = ANY (CAST(:kinds AS text[]))
  AND (CAST(:ids AS uuid[]) IS NULL OR l.id = ANY (CAST(:ids AS uuid[])))
  AND (CAST(:person_ids AS uuid[]) IS NULL OR l.person_id = ANY (CAST(:person_ids AS uuid[])))
  AND (CAST(:after_at AS timestamptz) IS NULL OR (l.created_at, l.id) < (:after_at, CAST(:after_id AS uuid)))
ORDER BY l.created_at DESC, l.id DESC LIMIT :at_most
""")


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """An invitation that can be accepted. `created_by` is None when an operator made it."""

    id: UUID
    kind: PersonKind
    person: PersonFacts
    email: str | None
    created_at: datetime
    created_by: PersonFacts | None
    expires_at: datetime


async def list_invitations(
    connection: AsyncConnection,
    organization_id: UUID,
    kinds: Collection[PersonKind],
    *,
    now: datetime,
    ids: Collection[UUID] | None = None,
    person_ids: Collection[UUID] | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 1,
) -> list[InvitationRow]:
    """Return invitations of people of these kinds, the newest first.

    ids -- the only invitations to return; None means all of them
    person_ids -- the only people whose invitations to return; None means everybody's
    """
    given = {
        "organization_id": organization_id,
        "kinds": [kind.value for kind in kinds],
        "now": now,
        "ids": None if ids is None else list(ids),
        "person_ids": None if person_ids is None else list(person_ids),
        "after_at": after[0] if after else None,
        "after_id": after[1] if after else None,
        "at_most": limit,
    }
    return [
        InvitationRow(
            row.id,
            PersonKind(row.kind),
            PersonFacts(row.person_id, row.first_name, row.last_name),
            row.email,
            row.created_at,
            None if row.by_id is None else PersonFacts(row.by_id, row.by_first_name, row.by_last_name),
            row.expires_at,
        )
        for row in await connection.execute(_LISTED, given)
    ]


async def invitations_of_staff(
    connection: AsyncConnection, organization_id: UUID, person_ids: Collection[UUID], *, now: datetime
) -> dict[UUID, InvitationRow]:
    """Return the invitation of each of these staff members who has one, by the person. Nobody has two."""
    kinds, most = (PersonKind.STAFF,), len(person_ids)
    found = await list_invitations(connection, organization_id, kinds, now=now, person_ids=person_ids, limit=most)
    return {row.person.id: row for row in found}
