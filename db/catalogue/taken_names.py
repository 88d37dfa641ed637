"""Which names of the catalogue are taken."""

from typing import TypeAlias
from uuid import UUID

from sqlalchemy import TextClause, text

from attendance.rules.catalogue.same_names import name_key
from db.models import BlackoutSchedule, Location, Program
from db.unit_of_work import UnitOfWork

Named: TypeAlias = type[Location] | type[Program] | type[BlackoutSchedule]

_NAMES: dict[Named, TextClause] = {
    Location: text("""
SELECT n.name FROM location n
WHERE n.organization_id = :organization_id AND n.deleted_at IS NULL AND n.id IS DISTINCT FROM CAST(:except_id AS uuid)
ORDER BY n.id
"""),
    Program: text("""
SELECT n.name FROM program n
WHERE n.organization_id = :organization_id AND n.deleted_at IS NULL AND n.id IS DISTINCT FROM CAST(:except_id AS uuid)
ORDER BY n.id
"""),
    BlackoutSchedule: text("""
SELECT n.name FROM blackout_schedule n
WHERE n.organization_id = :organization_id AND n.id IS DISTINCT FROM CAST(:except_id AS uuid)
ORDER BY n.id
"""),
}


async def find_taken_name(uow: UnitOfWork, named: Named, name: str, except_id: UUID | None) -> str | None:
    """Return the name, as it is written there, of a live row other than `except_id` that has the same name
    (`name_key`); None when there is no such row.
    """
    given = {"organization_id": uow.organization_id, "except_id": except_id}
    wanted = name_key(name)
    # A business has some tens of each.
    names = await uow.connection.scalars(_NAMES[named], given)
    return next((each for each in names if name_key(each) == wanted), None)
