"""Add a student to a family (R13.1)."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from attendance.actions.people.steps.family_changed import require_family
from attendance.actions.people.update_student import StudentUpdated
from attendance.rules.organization.permissions import Viewer
from attendance.rules.people.registering import NewStudent, require_may_change, require_sight_of_all
from db.people.household_changes import add_student
from db.unit_of_work import UnitOfWork


async def create_student(
    uow: UnitOfWork, viewer: Viewer, family_id: UUID, new: NewStudent, *, now: datetime
) -> StudentUpdated:
    """Add the student, at first without a place anywhere. Raises NothingFound and PermissionDenied."""
    require_sight_of_all(viewer.caller)
    require_may_add(viewer, new)
    await require_family(uow, family_id)
    return StudentUpdated(await add_student(uow, family_id, new))


def require_may_add(viewer: Viewer, new: NewStudent) -> None:
    """Raise PermissionDenied when the caller may not say one of these things about a student."""
    require_may_change(viewer.caller, {name: value for name, value in asdict(new).items() if value is not None})
