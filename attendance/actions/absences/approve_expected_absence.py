"""The action that approves a family's request (R6.2)."""

from datetime import datetime
from uuid import UUID

from attendance.actions.absences.tell_absence import (
    AbsenceWritten,
    get_absence,
    lock_absence,
    on_roll_sheets,
    require_excuser,
)
from attendance.rules.organization.permissions import Viewer
from attendance.rules.vocabulary import ExpectedAbsenceState
from db.absences.expected_absences import decide_expected_absence
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork


async def approve_expected_absence(
    uow: UnitOfWork, viewer: Viewer, absence_id: UUID, *, is_excused: bool, now: datetime
) -> AbsenceWritten:
    """Approve a request. When several people decide it at the same time, one succeeds.

    Raises ExpectedAbsenceNotFound, PermissionDenied, and ExpectedAbsenceSettled unless it is REQUESTED.
    """
    _, absence = await get_absence(uow, viewer.caller, absence_id)
    if is_excused:
        require_excuser(viewer.caller)
    author = Author.of(viewer.caller)
    async with on_roll_sheets(uow, absence, author, now):
        await lock_absence(uow, absence_id, ExpectedAbsenceState.REQUESTED)
        await decide_expected_absence(
            uow, absence_id, ExpectedAbsenceState.APPROVED, is_excused=is_excused, author=author, now=now
        )
    return AbsenceWritten(absence_id)
