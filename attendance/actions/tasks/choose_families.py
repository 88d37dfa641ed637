"""Choose the families that get a statement (R9.4)."""

from attendance.rules.organization.permissions import Viewer, may, may_see_attendance, sees_balances
from attendance.rules.refusals import NothingFound, PermissionDenied
from attendance.rules.tasks.statements import MOST_FAMILIES, NobodyOwes, OwingFamily, TooManyFamilies, WantedFamilies
from attendance.rules.vocabulary import Permission, Portal
from db.people.students import visibility_of
from db.tasks.statements import find_families, find_owing
from db.unit_of_work import UnitOfWork


async def choose_families(uow: UnitOfWork, viewer: Viewer, wanted: WantedFamilies) -> list[OwingFamily]:
    """Return the chosen families that the caller may see, ordered by name. This executes at most two statements.

    Raises PermissionDenied when the caller may not see balances, NothingFound when the caller may not see a family that
    was given by id, NobodyOwes and TooManyFamilies.
    """
    caller, visibility = viewer.caller, visibility_of(viewer.caller)
    _require_balances(viewer)
    if not may_see_attendance(caller):
        raise PermissionDenied(
            _view_of(caller.portal),
            "This needs the permission to see attendance, because families are seen through their students.",
        )
    if wanted.family_ids:
        seen = await find_families(uow.connection, uow.organization_id, wanted.family_ids, visibility)
        if seen != set(wanted.family_ids):
            raise NothingFound("There is no such family.")
    found = await find_owing(uow.connection, uow.organization_id, wanted, visibility)
    if not found:
        raise NobodyOwes
    if len(found) > MOST_FAMILIES:
        raise TooManyFamilies(len(found))
    return found


def _require_balances(viewer: Viewer) -> None:
    for permission in (Permission.SEND_STATEMENTS, Permission.SEE_BALANCES):
        if not may(viewer.caller, permission):
            raise PermissionDenied(permission, f"This needs the permission {permission}.")
    if not sees_balances(viewer.caller, viewer.settings.staff_portal):
        message = "Balances are not shown in the Staff Portal; send statements from the Office Portal."
        raise PermissionDenied(Permission.SEE_BALANCES, message)


def _view_of(portal: Portal) -> Permission:
    return Permission.STAFF_ATTENDANCE_VIEW if portal is Portal.STAFF else Permission.OFFICE_ATTENDANCE_VIEW
