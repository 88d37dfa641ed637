"""The guardian that results of mutations show."""

from uuid import UUID

from db.people.guardians import read_guardians
from db.unit_of_work import UnitOfWork
from gql.people.people import Guardian, show_guardian


async def show_kept_guardian(uow: UnitOfWork, guardian_id: UUID) -> Guardian:
    """Return the guardian after the mutation. Raises LookupError."""
    found = await read_guardians(uow.connection, uow.organization_id, [guardian_id])
    return show_guardian(found[guardian_id].person)
