"""What a viewer may see about students (R3.4, section 11)."""

from collections.abc import Hashable
from dataclasses import replace

from attendance.rules.organization.permissions import Viewer, sees_all_occurrences, sees_balances, sees_medical
from attendance.rules.roster.indicators import Sight
from attendance.rules.vocabulary import Portal


def sight_of(viewer: Viewer) -> Sight:
    """Return what the viewer may see. Guardians reach only their own family (R11.2): they see its medical texts and
    balance, but not the comments that staff write for each other.
    """
    is_guardian = viewer.caller.portal is Portal.CUSTOMER
    return Sight(
        sees_medical=is_guardian or sees_medical(viewer.caller),
        sees_balances=is_guardian or sees_balances(viewer.caller, viewer.settings.staff_portal),
        birthday_window_days=viewer.settings.classes.birthday_window_days,
        sees_roll_sheet_comment=not is_guardian,
    )


def view_of(viewer: Viewer) -> Hashable:
    """Return a value that stands for everything that depends on the viewer: viewers with equal views are shown the same
    (R10.4).

    Staff who see all occurrences share a view whoever they are. Every other viewer has a view of their own.
    """
    caller = viewer.caller
    if caller.portal in (Portal.OFFICE, Portal.STAFF) and sees_all_occurrences(caller):
        caller = replace(caller, person_id=None)
    return (caller, viewer.settings, viewer.organization_name, viewer.currency)
