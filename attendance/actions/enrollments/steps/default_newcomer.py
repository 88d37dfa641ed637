"""The step that defaults the mark of a student who joins a roll sheet that has begun checking in (R4.7)."""

from datetime import datetime
from uuid import UUID

from attendance.actions.marks.save_marks import Recorded, save_marks
from attendance.actions.marks.steps.lock_roll_sheet import lock_roll_sheet_for_the_system
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.check_in import default_for_newcomer
from attendance.rules.organization.permissions import Viewer
from db.marks.changes import SYSTEM, Author
from db.unit_of_work import UnitOfWork


async def default_newcomer(
    uow: UnitOfWork, viewer: Viewer, key: OccurrenceKey, student_id: UUID, *, now: datetime
) -> Recorded:
    """Give the student a defaulted absence, unless nobody is checked in or the student has a mark.

    The caller has just written the student's enrollment in the same transaction, and calls this for each occurrence
    that the enrollment covers and that has begun. It takes the occurrence's lock, so that a first check-in at the same
    time defaults the student either there or here. The token of the absence is left to the deferred runs.

    viewer -- who enrolled the student; the author of the change.

    Raises OccurrenceNotFound.
    """
    caller = viewer.caller
    sheet = await lock_roll_sheet_for_the_system(uow, key)
    changes = default_for_newcomer(sheet.rows, student_id)
    if sheet.head.not_recordable(now) is not None:
        changes = ()
    author = Author.of(caller)
    return await save_marks(uow, sheet, changes, author=author, cause=SYSTEM, settings=viewer.settings, now=now)
