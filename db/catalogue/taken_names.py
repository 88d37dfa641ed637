"""Whether a name of the catalogue is taken."""

from uuid import UUID

from sqlalchemy import text

from db.unit_of_work import UnitOfWork

_LOCATION = text("""
SELECT EXISTS (SELECT FROM location l
    WHERE l.organization_id = :organization_id AND l.deleted_at IS NULL AND lower(l.name) = lower(:name)
      AND l.id IS DISTINCT FROM CAST(:except_id AS uuid))
""")


async def is_location_name_taken(uow: UnitOfWork, name: str, except_id: UUID | None) -> bool:
    """Return whether a live location other than `except_id` has the name, in whatever case."""
    given = {"organization_id": uow.organization_id, "name": name, "except_id": except_id}
    return bool(await uow.connection.scalar(_LOCATION, given))
