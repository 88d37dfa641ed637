"""Which names of the catalogue are taken."""

from typing import TypeAlias
from uuid import UUID

from sqlalchemy import select

from attendance.rules.catalogue.same_names import name_key
from db.models import BlackoutSchedule, Location, Program
from db.unit_of_work import UnitOfWork

Named: TypeAlias = type[Location] | type[Program] | type[BlackoutSchedule]


async def find_taken_name(uow: UnitOfWork, named: Named, name: str, except_id: UUID | None) -> str | None:
    """Return the name, as it is written there, of a live row other than `except_id` that has the same name
    (`name_key`); None when there is no such row.
    """
    found = select(named.name).where(
        named.organization_id == uow.organization_id,
        named.id.is_distinct_from(except_id),
    )
    if named is Location or named is Program:
        found = found.where(named.deleted_at.is_(None))
    wanted = name_key(name)
    # A business has some tens of each.
    names = await uow.connection.scalars(found.order_by(named.id))
    return next((each for each in names if name_key(each) == wanted), None)
