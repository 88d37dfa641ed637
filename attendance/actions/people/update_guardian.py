"""Change a guardian, or end a guardian's access (R13.1)."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from attendance.actions.people.create_guardian import GuardianKept
from attendance.actions.people.steps.family_changed import require_family
from attendance.actions.people.steps.give_address import give_address
from attendance.rules.organization.permissions import Viewer
from attendance.rules.people.registering import require_sight_of_all
from attendance.rules.refusals import NothingFound
from db.people.household_changes import change_guardian, end_sign_ins, find_guardian
from db.unit_of_work import UnitOfWork


async def update_guardian(
    uow: UnitOfWork,
    viewer: Viewer,
    guardian_id: UUID,
    values: Mapping[str, str | None],
    phones: Collection[str] | None,
) -> GuardianKept:
    """Change the guardian. From then on the import leaves these fields alone (R13.9).

    values -- `first_name`, `last_name` and `email`; what is not named stays
    phones -- all numbers; with None, they stay as they are

    Raises NothingFound, PermissionDenied and GuardianEmailTaken.
    """
    require_sight_of_all(viewer.caller)
    await give_address(uow, values.get("email"), guardian_id)
    await _require_guardian(uow, guardian_id)
    if values or phones is not None:
        await change_guardian(uow, guardian_id, values, phones)
    return GuardianKept(guardian_id)


async def end_guardian(uow: UnitOfWork, viewer: Viewer, guardian_id: UUID, *, now: datetime) -> GuardianKept:
    """End the guardian's access: sign-ins end at once, and the numbers identify the family no more. An import does not
    bring the guardian back. Ending again changes nothing.

    Raises NothingFound and PermissionDenied.
    """
    require_sight_of_all(viewer.caller)
    if not await _require_guardian(uow, guardian_id):
        await change_guardian(uow, guardian_id, {"ended_at": now}, ())
        await end_sign_ins(uow, guardian_id, now)
    return GuardianKept(guardian_id)


async def _require_guardian(uow: UnitOfWork, guardian_id: UUID) -> bool:
    """Return whether the guardian's access has ended already."""
    found = await find_guardian(uow, guardian_id)
    if found is None:
        raise NothingFound("There is no such guardian.")
    await require_family(uow, found.family_id)
    return found.ended_at is not None
