"""Staff members with their grants, as those see and change them who manage staff (R12.6)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, delete, insert, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.accounts.granting import Grants
from attendance.rules.vocabulary import PersonKind
from db import models
from db.ids import new_id
from db.names import keys_of
from db.unit_of_work import UnitOfWork

_LOCK = text("""
SELECT o.organization_id FROM organization o WHERE o.organization_id = :organization_id FOR NO KEY UPDATE
""")
_GRANTS = text("""
SELECT p.id, p.email, p.permissions, p.ended_at, p.ends_at,
       ARRAY(SELECT m.group_id FROM group_member m
             WHERE m.organization_id = p.organization_id AND m.person_id = p.id ORDER BY m.group_id) AS group_ids
FROM person p
WHERE p.organization_id = :organization_id AND p.kind = 'STAFF' AND p.id = ANY (CAST(:person_ids AS uuid[]))
""")
_GROUPS = text("""
SELECT g.id, g.name, g.permissions,
       (SELECT count(*) FROM group_member m
        JOIN person p ON p.organization_id = m.organization_id AND p.id = m.person_id
        WHERE m.organization_id = g.organization_id AND m.group_id = g.id AND p.ended_at IS NULL) AS member_count
FROM permission_group g
WHERE g.organization_id = :organization_id
""")
_OWNERS = text("""
SELECT p.id FROM person p
WHERE p.organization_id = :organization_id AND p.kind = 'STAFF' AND p.ended_at IS NULL AND p.ends_at IS NULL
  AND ('OWNER' = ANY (p.permissions)
       OR EXISTS (SELECT FROM group_member m
                  JOIN permission_group g ON g.organization_id = m.organization_id AND g.id = m.group_id
                  WHERE m.organization_id = p.organization_id AND m.person_id = p.id
                    AND 'OWNER' = ANY (g.permissions)))
LIMIT 1
""")
_TO_END = text(
    "SELECT d.organization_id, d.person_id FROM staff_to_end(:now) d ORDER BY d.organization_id, d.person_id"
)
_ZONES = text("""
SELECT DISTINCT l.time_zone FROM location l WHERE l.organization_id = :organization_id AND l.deleted_at IS NULL
""")
_NAMES = text("""
SELECT p.first_name, p.last_name FROM person p WHERE p.organization_id = :organization_id AND p.id = :person_id
""")
_BY_EMAIL = text("""
SELECT p.id FROM person p
WHERE p.organization_id = :organization_id AND p.kind = :kind AND lower(p.email) = lower(CAST(:email AS text))
""")
STAFF = """
SELECT p.id, p.first_name, p.last_name, p.email, p.permissions, p.ended_at, p.ends_on, p.sort_key,
       p.password_hash IS NOT NULL AS has_password,
       ARRAY(SELECT m.group_id FROM group_member m
             WHERE m.organization_id = p.organization_id AND m.person_id = p.id ORDER BY m.group_id) AS group_ids
FROM person p
WHERE p.organization_id = :organization_id AND p.kind = 'STAFF'
"""
_BY_ID = text(STAFF + "  AND p.id = ANY (CAST(:ids AS uuid[]))")


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A staff member. `has_password`: the person has chosen one, and can sign in with it. `ends_on`: the date on which
    the access is planned to end. `sort_key`: what staff are ordered by.
    """

    id: UUID
    first_name: str
    last_name: str
    email: str | None
    permissions: tuple[str, ...]
    ended_at: datetime | None
    ends_on: date | None
    has_password: bool
    group_ids: tuple[UUID, ...]
    sort_key: str


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A permission group. `member_count`: of active members."""

    id: UUID
    name: str
    permissions: tuple[str, ...]
    member_count: int


async def lock_granting(uow: UnitOfWork) -> None:
    """Let nobody else change staff, groups and grants of the organization until the transaction ends."""
    await uow.connection.execute(_LOCK, {"organization_id": uow.organization_id})


async def read_grants(uow: UnitOfWork, person_ids: Collection[UUID]) -> dict[UUID, Grants]:
    """Return the grants of staff members. Read them under the lock of `lock_granting` before they are changed."""
    groups = await read_groups(uow.connection, uow.organization_id)
    given = {"organization_id": uow.organization_id, "person_ids": list(person_ids)}
    found = (await uow.connection.execute(_GRANTS, given)).all()
    return {row.id: _grants(row, groups) for row in found}


async def read_groups(connection: AsyncConnection, organization_id: UUID) -> dict[UUID, GroupRow]:
    """Return all permission groups of the organization."""
    found = await connection.execute(_GROUPS, {"organization_id": organization_id})
    return {row.id: GroupRow(row.id, row.name, tuple(row.permissions), row.member_count) for row in found}


async def has_owner(uow: UnitOfWork) -> bool:
    """Return whether an active staff member holds OWNER whose access is not planned to end."""
    return await uow.connection.scalar(_OWNERS, {"organization_id": uow.organization_id}) is not None


async def staff_to_end(connection: AsyncConnection, now: datetime) -> list[tuple[UUID, UUID]]:
    """Return the organization and id of each staff member of any tenant whose planned end has come."""
    return [(row.organization_id, row.person_id) for row in await connection.execute(_TO_END, {"now": now})]


async def read_zones(uow: UnitOfWork) -> list[ZoneInfo]:
    """Return the time zones of the organization's locations, each once; UTC when it has no location."""
    found = await uow.connection.scalars(_ZONES, {"organization_id": uow.organization_id})
    return [ZoneInfo(name) for name in found] or [ZoneInfo("UTC")]


async def find_person_by_email(uow: UnitOfWork, kind: PersonKind, email: str) -> UUID | None:
    """Return who has the address, among the active and the ended."""
    given = {"organization_id": uow.organization_id, "kind": kind.value, "email": email}
    found: UUID | None = await uow.connection.scalar(_BY_EMAIL, given)
    return found


async def read_staff(connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID]) -> list[StaffRow]:
    """Return the staff members with these ids, in no order."""
    given = {"organization_id": organization_id, "ids": list(ids)}
    return [staff_row(row) for row in await connection.execute(_BY_ID, given)]


async def add_staff(
    uow: UnitOfWork, *, first_name: str, last_name: str, email: str | None, permissions: Collection[str]
) -> UUID:
    person_id = new_id()
    await uow.connection.execute(
        insert(models.Person).values(
            organization_id=uow.organization_id,
            id=person_id,
            kind=PersonKind.STAFF,
            first_name=first_name,
            last_name=last_name,
            email=email,
            permissions=sorted(permissions),
        )
    )
    return person_id


async def change_person(uow: UnitOfWork, person_id: UUID, **values: object) -> None:
    """Set columns of the staff member, and the keys of the name when a part of it is among them."""
    if {"first_name", "last_name"} & values.keys():
        given = {"organization_id": uow.organization_id, "person_id": person_id}
        names = (await uow.connection.execute(_NAMES, given)).one()
        values["sort_key"], values["search_key"] = keys_of("person", {**names._mapping, **values})
    await uow.connection.execute(
        update(models.Person)
        .where(models.Person.organization_id == uow.organization_id, models.Person.id == person_id)
        .values(**values)
    )


async def set_groups(uow: UnitOfWork, person_id: UUID, group_ids: Collection[UUID]) -> None:
    """Make the person a member of these groups and of no others."""
    member = models.GroupMember
    mine = (member.organization_id == uow.organization_id, member.person_id == person_id)
    await uow.connection.execute(delete(member).where(*mine))
    if group_ids:
        rows = [{"organization_id": uow.organization_id, "person_id": person_id, "group_id": id_} for id_ in group_ids]
        await uow.connection.execute(insert(member), rows)


def _grants(row: Row[Any], groups: dict[UUID, GroupRow]) -> Grants:
    of_groups = {id_: frozenset(groups[id_].permissions) for id_ in row.group_ids}
    return Grants(row.id, row.email, frozenset(row.permissions), of_groups, row.ended_at, row.ends_at)


def staff_row(row: Row[Any]) -> StaffRow:
    """Return what a row of the statement STAFF says."""
    return StaffRow(
        row.id,
        row.first_name,
        row.last_name,
        row.email,
        tuple(row.permissions),
        row.ended_at,
        row.ends_on,
        row.has_password,
        tuple(row.group_ids),
        row.sort_key,
    )
