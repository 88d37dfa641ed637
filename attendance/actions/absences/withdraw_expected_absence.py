"""The action that withdraws an expected absence (R6.2)."""

from datetime import datetime
from uuid import UUID

from attendance.actions.absences.tell_absence import AbsenceWritten, get_absence, lock_absence, on_roll_sheets
from attendance.rules.absences.absence_requests import require_not_over
from attendance.rules.organization.permissions import Viewer
from attendance.rules.vocabulary import ExpectedAbsenceState, Portal
from db.absences.expected_absences import withdraw
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork


async def withdraw_expected_absence(
    uow: UnitOfWork, viewer: Viewer, absence_id: UUID, *, now: datetime
) -> AbsenceWritten:
    """Withdraw an absence that is requested or approved. Marks that it has excused stay.

    Guardians can withdraw those of their own family until they are over; staff can at any time.

    Raises ExpectedAbsenceNotFound, ExpectedAbsenceNotPossible, PermissionDenied and ExpectedAbsenceSettled.
    """
    _, absence = await get_absence(uow, viewer.caller, absence_id)
    if viewer.caller.portal is Portal.CUSTOMER:
        require_not_over(absence.told, absence.today(now))
    author = Author.of(viewer.caller)
    # The absence may be approved while this waits, so the roll sheets are locked whatever its state was.
    async with on_roll_sheets(uow, absence, author, now):
        await lock_absence(uow, absence_id, ExpectedAbsenceState.REQUESTED, ExpectedAbsenceState.APPROVED)
        await withdraw(uow, absence_id, author, now)
    return AbsenceWritten(absence_id)
