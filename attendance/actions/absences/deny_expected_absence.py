"""The action that denies a family's request (R6.2)."""

from datetime import datetime
from uuid import UUID

from attendance.actions.absences.tell_absence import AbsenceWritten, get_absence, lock_absence
from attendance.rules.organization.permissions import Viewer
from attendance.rules.vocabulary import ExpectedAbsenceState
from db.absences.expected_absences import decide_expected_absence
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork


async def deny_expected_absence(uow: UnitOfWork, viewer: Viewer, absence_id: UUID, *, now: datetime) -> AbsenceWritten:
    """Deny a request. No roll sheet changes, because none showed it.

    Raises ExpectedAbsenceNotFound, PermissionDenied, and ExpectedAbsenceSettled unless it is REQUESTED.
    """
    await get_absence(uow, viewer.caller, absence_id)
    await lock_absence(uow, absence_id, ExpectedAbsenceState.REQUESTED)
    await decide_expected_absence(
        uow,
        absence_id,
        ExpectedAbsenceState.DENIED,
        is_excused=False,
        author=Author.of(viewer.caller),
        now=now,
    )
    return AbsenceWritten(absence_id)
