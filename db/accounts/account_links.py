"""The links of invitations and resets (R12.2). Whoever changes one has locked its person."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.accounts.account_links import LinkState, LinkToken
from attendance.rules.vocabulary import AccountLinkPurpose
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link to be added."""

    token: LinkToken
    person_id: UUID
    purpose: AccountLinkPurpose
    expires_at: datetime
    created_by_id: UUID | None = None


_READ = text("""
SELECT l.purpose, l.person_id, l.secret_hash, l.expires_at, l.used_at, l.revoked_at, p.ended_at, p.ends_at
FROM account_link l
JOIN person p ON p.organization_id = l.organization_id AND p.id = l.person_id
WHERE l.organization_id = :organization_id AND l.id = :id
""")
_ADD = text("""
INSERT INTO account_link
    (organization_id, id, person_id, purpose, secret_hash, created_at, created_by_id, expires_at)
VALUES (:organization_id, :id, :person_id, :purpose, :secret_hash, :now, :created_by_id, :expires_at)
""")
_REVOKE = text("""
UPDATE account_link SET revoked_at = :now
WHERE organization_id = :organization_id AND person_id = :person_id AND used_at IS NULL AND revoked_at IS NULL
  AND (CAST(:purpose AS text) IS NULL OR purpose = :purpose)
""")
_COUNT = text("""
SELECT count(*) FROM account_link l
WHERE l.organization_id = :organization_id AND l.person_id = :person_id AND l.purpose = :purpose
  AND l.created_at > :since
""")
_USE = text("""
UPDATE account_link SET used_at = :now WHERE organization_id = :organization_id AND id = :id
""")


async def count_links_since(uow: UnitOfWork, person_id: UUID, purpose: AccountLinkPurpose, since: datetime) -> int:
    """Return how many links of the purpose the person got after the instant."""
    given = {
        "organization_id": uow.organization_id,
        "person_id": person_id,
        "purpose": purpose.value,
        "since": since,
    }
    return int(await uow.connection.scalar(_COUNT, given) or 0)


async def read_link(connection: AsyncConnection, organization_id: UUID, link_id: UUID) -> LinkState | None:
    row = (await connection.execute(_READ, {"organization_id": organization_id, "id": link_id})).one_or_none()
    return None if row is None else LinkState(AccountLinkPurpose(row.purpose), *row[1:])


async def add_link(uow: UnitOfWork, link: NewLink, *, now: datetime) -> None:
    """Add a link, and revoke the person's open one of the same purpose."""
    await revoke_links(uow, link.person_id, link.purpose, now=now)
    given = {
        "organization_id": uow.organization_id,
        "id": link.token.link_id,
        "person_id": link.person_id,
        "purpose": link.purpose.value,
        "secret_hash": link.token.digest,
        "now": now,
        "created_by_id": link.created_by_id,
        "expires_at": link.expires_at,
    }
    await uow.connection.execute(_ADD, given)


async def revoke_links(
    uow: UnitOfWork, person_id: UUID, purpose: AccountLinkPurpose | None = None, *, now: datetime
) -> None:
    """Revoke the person's open links, of one purpose or of all."""
    given = {
        "organization_id": uow.organization_id,
        "person_id": person_id,
        "purpose": purpose and purpose.value,
        "now": now,
    }
    await uow.connection.execute(_REVOKE, given)


async def use_link(uow: UnitOfWork, link_id: UUID, *, now: datetime) -> None:
    await uow.connection.execute(_USE, {"organization_id": uow.organization_id, "id": link_id, "now": now})
