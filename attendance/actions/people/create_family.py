"""Register a family, at first without guardians and students (R13.1)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.rules.organization.permissions import Viewer
from attendance.rules.people.registering import NewFamily, require_sight_of_all
from db.people.household_changes import add_family
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class FamilyKept:
    family_id: UUID


async def create_family(uow: UnitOfWork, viewer: Viewer, new: NewFamily, *, now: datetime) -> FamilyKept:
    """Register the family. Raises PermissionDenied."""
    require_sight_of_all(viewer.caller)
    return FamilyKept(await add_family(uow, new))
