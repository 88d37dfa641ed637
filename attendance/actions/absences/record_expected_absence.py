"""The action with which staff record an expected absence (R6.1)."""

from datetime import datetime
from uuid import UUID

from attendance.actions.absences.tell_absence import AbsenceWritten, get_new_absence, on_roll_sheets, require_excuser
from attendance.rules.absences.expected_absences import ExpectedAbsence
from attendance.rules.organization.permissions import Viewer
from attendance.rules.vocabulary import ExpectedAbsenceState
from db.absences.expected_absences import add_expected_absence
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork


async def record_expected_absence(
    uow: UnitOfWork, viewer: Viewer, student_id: UUID, told: ExpectedAbsence, *, now: datetime
) -> AbsenceWritten:
    """Record an absence, approved at once, excused or not. It is not a mark and earns nothing (R6.3).

    Only families have to give notice, so it is never late. The caller must be allowed to record attendance.

    Raises StudentNotFound, EnrollmentsNotOfStudent, ExpectedAbsenceNotPossible and PermissionDenied.
    """
    if told.is_excused:
        require_excuser(viewer.caller)
    absence = await get_new_absence(uow, viewer.caller, student_id, told, now=now)
    author = Author.of(viewer.caller)
    async with on_roll_sheets(uow, absence, author, now):
        absence_id = await add_expected_absence(
            uow, student_id, told, state=ExpectedAbsenceState.APPROVED, is_late=False, author=author, now=now
        )
    return AbsenceWritten(absence_id)
