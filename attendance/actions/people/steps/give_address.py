"""The step that makes sure of a guardian's e-mail address, which is one guardian's alone."""

from uuid import UUID

from attendance.rules.people.people_refusals import GuardianEmailTaken
from db.people.household_changes import lock_address
from db.unit_of_work import UnitOfWork


async def give_address(uow: UnitOfWork, email: str | None, guardian_id: UUID | None = None) -> None:
    """Raise GuardianEmailTaken when another guardian has the address. Call it before anything else of people is locked.

    guardian_id -- who gets it; None for a new guardian
    """
    if email is not None and (holder := await lock_address(uow, email, guardian_id)) is not None:
        raise GuardianEmailTaken(*holder)
