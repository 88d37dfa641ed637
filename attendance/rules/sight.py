"""What a viewer may be told about students (R3.4, section 11)."""

from attendance.rules.indicators import Sight
from attendance.rules.permissions import Viewer, sees_balances, sees_medical
from attendance.rules.vocabulary import Portal


def sight_of(viewer: Viewer) -> Sight:
    """Guardians reach their own family alone (R11.2), and know its affairs, but not what
    staff remark for each other."""
    is_guardian = viewer.caller.portal is Portal.CUSTOMER
    return Sight(
        sees_medical=is_guardian or sees_medical(viewer.caller),
        sees_balances=is_guardian or sees_balances(viewer.caller, viewer.settings.staff_portal),
        birthday_window_days=viewer.settings.classes.birthday_window_days,
        sees_roll_sheet_comment=not is_guardian,
    )
