"""Add a guardian to a family (R13.1)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.actions.people.steps.family_changed import require_family
from attendance.actions.people.steps.give_address import give_address
from attendance.rules.organization.permissions import Viewer
from attendance.rules.people.registering import NewGuardian, require_sight_of_all
from db.people.household_changes import add_guardian
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class GuardianKept:
    guardian_id: UUID


async def create_guardian(
    uow: UnitOfWork, viewer: Viewer, family_id: UUID, new: NewGuardian, *, now: datetime
) -> GuardianKept:
    """Add the guardian. The kiosk finds the family by the guardian's numbers from then on (R5.2).

    Raises NothingFound, PermissionDenied and GuardianEmailTaken.
    """
    require_sight_of_all(viewer.caller)
    await give_address(uow, new.email)
    await require_family(uow, family_id)
    return GuardianKept(await add_guardian(uow, family_id, new))
