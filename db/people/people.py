"""People, kiosks and families by id."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import PersonFacts
from attendance.rules.roster.roster_rows import FamilyFacts, KioskFacts
from attendance.rules.vocabulary import PersonKind
from db import models


async def read_people(
    connection: AsyncConnection,
    organization_id: UUID,
    kind: PersonKind,
    ids: Collection[UUID],
    family_id: UUID | None = None,
) -> dict[UUID, PersonFacts]:
    """Of one kind, those who have left among them; with a family, its guardians alone."""
    person = models.Person
    statement = select(person.id, person.first_name, person.last_name).where(
        person.organization_id == organization_id, person.kind == kind, person.id.in_(ids)
    )
    if family_id is not None:
        statement = statement.where(person.family_id == family_id)
    return {row.id: PersonFacts(*row) for row in await connection.execute(statement)}


async def read_kiosks(
    connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID]
) -> dict[UUID, KioskFacts]:
    kiosk = models.Kiosk
    statement = select(kiosk.id, kiosk.name).where(kiosk.organization_id == organization_id, kiosk.id.in_(ids))
    return {row.id: KioskFacts(*row) for row in await connection.execute(statement)}


async def read_families(
    connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID]
) -> dict[UUID, FamilyFacts]:
    family = models.Family
    statement = select(family.id, family.name, family.email, family.phone, family.balance).where(
        family.organization_id == organization_id, family.id.in_(ids)
    )
    return {row.id: FamilyFacts(*row) for row in await connection.execute(statement)}
