"""Change a family's name, e-mail address or phone number (R13.1)."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from attendance.actions.people.create_family import FamilyKept
from attendance.actions.people.steps.family_changed import family_changed
from attendance.rules.organization.permissions import Viewer
from attendance.rules.people.registering import require_sight_of_all
from db.marks.changes import Author
from db.people.household_changes import change_family
from db.unit_of_work import UnitOfWork


async def update_family(
    uow: UnitOfWork, viewer: Viewer, family_id: UUID, values: Mapping[str, str | None], *, now: datetime
) -> FamilyKept:
    """Change the family; open roll sheets show it. From then on the import leaves these fields alone (R13.9).

    values -- `name`, `email` and `phone`; what is not named stays

    Raises NothingFound and PermissionDenied.
    """
    require_sight_of_all(viewer.caller)
    async with family_changed(uow, family_id, author=Author.of(viewer.caller), now=now):
        if values:
            await change_family(uow, family_id, values)
    return FamilyKept(family_id)
