"""Which names of the catalogue are taken."""

from typing import TypeAlias
from uuid import UUID

from sqlalchemy import func, select

from db.models import BlackoutSchedule, Location, Program
from db.unit_of_work import UnitOfWork

Named: TypeAlias = type[Location] | type[Program] | type[BlackoutSchedule]


async def find_taken_name(uow: UnitOfWork, named: Named, name: str, except_id: UUID | None) -> str | None:
    """Return the name, as it is written there, of a live row other than `except_id` that has it in whatever case; None
    when there is no such row.
    """
    found = select(named.name).where(
        named.organization_id == uow.organization_id,
        func.lower(named.name) == func.lower(name),
        named.id.is_distinct_from(except_id),
    )
    if named is Location or named is Program:
        found = found.where(named.deleted_at.is_(None))
    taken: str | None = await uow.connection.scalar(found.order_by(named.id).limit(1))
    return taken
