"""The people to whom accounts belong, and their passwords. The row of a person is the lock of its account."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.accounts.ending_staff import has_left
from attendance.rules.vocabulary import PersonKind
from db.engine import Database
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class AccountHolder:
    """A person as far as an account is concerned. `password_hash` is None for somebody who has not chosen one."""

    id: UUID
    kind: PersonKind
    first_name: str
    last_name: str
    email: str | None
    family_id: UUID | None
    password_hash: str | None
    ended_at: datetime | None
    ends_at: datetime | None
    organization_name: str

    @property
    def known(self) -> tuple[str | None, ...]:
        """What others know of the person, which is no password."""
        name = f"{self.first_name} {self.last_name}"
        return self.email, self.first_name, self.last_name, name, self.organization_name

    def has_left(self, now: datetime) -> bool:
        return has_left(self.ended_at, self.ends_at, now)


_READ = """
SELECT p.id, p.kind, p.first_name, p.last_name, p.email, p.family_id, p.password_hash, p.ended_at, p.ends_at,
       o.name AS organization_name
FROM person p
JOIN organization o ON o.organization_id = p.organization_id
WHERE p.organization_id = :organization_id AND p.id = :person_id
"""
_FIND = text(_READ)
_LOCK = text(_READ + "FOR NO KEY UPDATE OF p")
# Waits for whoever changes the account, and holds up nobody else who signs in.
_SHARE = text("""
SELECT p.password_hash, f.confirmed_at IS NOT NULL AS has_second_factor
FROM person p
LEFT JOIN second_factor f ON f.organization_id = p.organization_id AND f.person_id = p.id
WHERE p.organization_id = :organization_id AND p.id = :person_id FOR SHARE OF p
""")
_BY_ADDRESS = text("""
SELECT p.organization_id, p.id
FROM person p
JOIN organization o ON o.organization_id = p.organization_id
WHERE lower(p.email) = lower(CAST(:email AS text)) AND p.kind = 'STAFF' AND p.ended_at IS NULL
  AND (p.ends_at IS NULL OR p.ends_at > :now)
  AND (CAST(:organization AS text) IS NULL OR lower(o.name) = lower(:organization)
       OR CAST(o.organization_id AS text) = lower(:organization))
ORDER BY p.organization_id, p.id
""")
_SET_PASSWORD = text("""
UPDATE person SET password_hash = :password_hash WHERE organization_id = :organization_id AND id = :person_id
""")


async def find_account_holder(
    connection: AsyncConnection, organization_id: UUID, person_id: UUID
) -> AccountHolder | None:
    return await _one(connection, _FIND, organization_id, person_id)


async def lock_account(uow: UnitOfWork, person_id: UUID) -> AccountHolder | None:
    """Lock the person until this transaction ends. Nobody changes the password, the links or the second factor
    meanwhile, and whoever signs in waits.
    """
    # The first statement waits; only the next one sees what the others have changed.
    await _one(uow.connection, _LOCK, uow.organization_id, person_id)
    return await _one(uow.connection, _FIND, uow.organization_id, person_id)


async def lock_account_shared(uow: UnitOfWork, person_id: UUID) -> tuple[str | None, bool]:
    """Let nobody change the account until this transaction ends. Return the hash of its password, and whether a second
    factor is in force.
    """
    given = {"organization_id": uow.organization_id, "person_id": person_id}
    row = (await uow.connection.execute(_SHARE, given)).one_or_none()
    return (None, False) if row is None else (row.password_hash, row.has_second_factor)


async def set_password(uow: UnitOfWork, person_id: UUID, password_hash: str) -> None:
    given = {"organization_id": uow.organization_id, "person_id": person_id, "password_hash": password_hash}
    await uow.connection.execute(_SET_PASSWORD, given)


async def _one(
    connection: AsyncConnection, statement: object, organization_id: UUID, person_id: UUID
) -> AccountHolder | None:
    given = {"organization_id": organization_id, "person_id": person_id}
    row = (await connection.execute(statement, given)).one_or_none()  # type: ignore[call-overload]
    return None if row is None else AccountHolder(row.id, PersonKind(row.kind), *row[2:])


async def find_staff_by_address(
    owner: Database, email: str, organization: str | None, *, now: datetime
) -> list[tuple[UUID, UUID]]:
    """Return the organization and id of the active staff members with the address, in all organizations.

    owner -- connections of the owner, whom row-level security does not bind
    organization -- the name or id of the only organization to search; None means all
    """
    async with owner.connect() as connection:
        found = await connection.execute(_BY_ADDRESS, {"email": email, "organization": organization, "now": now})
        return [(row.organization_id, row.id) for row in found]
