"""R12.6: who may give and take which permissions."""

import pytest

from attendance.rules.accounts.granting import require_may_grant
from attendance.rules.organization.permissions import held
from attendance.rules.refusals import PermissionDenied
from attendance.rules.vocabulary import Permission

MANAGER = held([Permission.MANAGE_STAFF])


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ([Permission.OWNER, Permission.CANCEL_OCCURRENCES], Permission.OWNER),
        ([Permission.OFFICE_ATTENDANCE_FULL], Permission.OFFICE_ATTENDANCE_FULL),
        ([Permission.MANAGE_STAFF, Permission.SEE_MEDICAL], Permission.SEE_MEDICAL),
    ],
)
def test_R12_6_a_refusal_names_what_was_asked_for(asked: list[Permission], named: Permission) -> None:
    with pytest.raises(PermissionDenied) as refused:
        require_may_grant(MANAGER, asked)
    assert refused.value.permission is named
