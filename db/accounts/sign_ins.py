"""Lists the sign-ins of a person that go on (R12.5)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.vocabulary import Portal
from db.unit_of_work import UnitOfWork

_LISTED = text("""
SELECT s.id, s.portal, s.device, s.created_at, coalesce(s.refreshed_at, s.created_at) AS last_used_at, s.expires_at
FROM sign_in s
WHERE s.organization_id = :organization_id AND s.person_id = :person_id AND s.ended_at IS NULL AND s.expires_at > :now
  AND (CAST(:after_at AS timestamptz) IS NULL OR (s.created_at, s.id) < (:after_at, CAST(:after_id AS uuid)))
ORDER BY s.created_at DESC, s.id DESC LIMIT :at_most
""")
_BY_IDS = text("""
SELECT s.id, s.portal, s.device, s.created_at, coalesce(s.refreshed_at, s.created_at) AS last_used_at, s.expires_at
FROM sign_in s
WHERE s.organization_id = :organization_id AND s.id = ANY (CAST(:ids AS uuid[]))
  AND s.ended_at IS NULL AND s.expires_at > :now
  AND (CAST(:person_id AS uuid) IS NULL OR s.person_id = :person_id)
""")
_PERSON = text("SELECT s.person_id FROM sign_in s WHERE s.organization_id = :organization_id AND s.id = :id")


@dataclass(frozen=True, slots=True)
class SignInRow:
    """A sign-in that goes on. `device` is what the client said of itself when the person signed in, or None when it
    said nothing.
    """

    id: UUID
    portal: Portal
    device: str | None
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime


async def list_sign_ins(
    connection: AsyncConnection,
    organization_id: UUID,
    person_id: UUID,
    *,
    now: datetime,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[SignInRow]:
    """Return the person's sign-ins that go on, the newest first."""
    given = {
        "organization_id": organization_id,
        "person_id": person_id,
        "now": now,
        "after_at": after[0] if after else None,
        "after_id": after[1] if after else None,
        "at_most": limit,
    }
    return [SignInRow(row.id, Portal(row.portal), *row[2:]) for row in await connection.execute(_LISTED, given)]


async def read_sign_ins(
    connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID], person_id: UUID | None, *, now: datetime
) -> list[SignInRow]:
    """Return those of the sign-ins that go on.

    person_id -- the only person whose sign-ins to return; None means everybody's
    """
    given = {"organization_id": organization_id, "ids": list(ids), "person_id": person_id, "now": now}
    return [SignInRow(row.id, Portal(row.portal), *row[2:]) for row in await connection.execute(_BY_IDS, given)]


async def find_person_of_sign_in(uow: UnitOfWork, sign_in_id: UUID) -> UUID | None:
    given = {"organization_id": uow.organization_id, "id": sign_in_id}
    found: UUID | None = await uow.connection.scalar(_PERSON, given)
    return found
