"""The guardians that results of mutations show."""

from collections.abc import Sequence
from uuid import UUID

from db.people.guardians import read_guardians
from db.unit_of_work import UnitOfWork
from gql.people.people import Guardian, show_guardian


async def show_kept_guardian(uow: UnitOfWork, guardian_id: UUID) -> Guardian:
    """Return the guardian after the mutation. Raises LookupError."""
    (guardian,) = await show_kept_guardians(uow, [guardian_id])
    return guardian


async def show_kept_guardians(uow: UnitOfWork, guardian_ids: Sequence[UUID]) -> list[Guardian]:
    """Return the guardians after the mutation, in the order of the ids. Raises LookupError."""
    found = await read_guardians(uow.connection, uow.organization_id, guardian_ids)
    return [show_guardian(found[each].person) for each in guardian_ids]
