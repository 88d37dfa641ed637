"""The action with which a kiosk takes a wrong check-in back (R4.5b)."""

from datetime import datetime
from uuid import UUID

from attendance.actions.marks.save_marks import Recorded, save_marks
from attendance.actions.marks.steps.lock_roll_sheet import lock_roll_sheet
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.kiosk.kiosk import require_undoable
from attendance.rules.kiosk.kiosk_refusals import KioskReadOnly
from attendance.rules.marks.marks import plan_undo, require_on_roster
from attendance.rules.organization.permissions import Viewer
from db.marks.changes import Author
from db.marks.check_ins import find_check_in
from db.unit_of_work import UnitOfWork


async def undo_kiosk_check_in(
    uow: UnitOfWork, viewer: Viewer, key: OccurrenceKey, student_id: UUID, *, now: datetime
) -> Recorded:
    """Give the student's row the mark that it had before the check-in. If nobody else is checked in, the defaults that
    stand because of check-ins go too, and the token runs that wait for nothing else are disarmed.

    The caller is the kiosk that made the check-in, at most a minute ago. The check-in window does not matter.

    Raises OccurrenceNotFound, AttendanceNotRecordable, StudentNotOnRoster, KioskReadOnly and CheckInNotUndoable.
    """
    caller, settings = viewer.caller, viewer.settings
    sheet = await lock_roll_sheet(uow, caller, key, now=now)
    require_on_roster(sheet.rows, [student_id])
    found = await find_check_in(uow, key, student_id)
    made = require_undoable(None if found is None else found.made, caller.kiosk_id, now)
    if settings.kiosk.kiosk_read_only:
        raise KioskReadOnly
    restored = {student_id: found.author_before} if found and found.author_before else {}
    changes = plan_undo(sheet.rows, student_id, made.before)
    author = Author.of(caller)
    return await save_marks(uow, sheet, changes, author=author, restored=restored, settings=settings, now=now)
