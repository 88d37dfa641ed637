"""The action that submits a roll sheet: many marks at once, all of them or none (R4.2)."""

from datetime import datetime

from attendance.actions.marks.record_marks import Submission, record_marks
from attendance.actions.marks.save_marks import Recorded
from attendance.actions.marks.steps.lock_roll_sheet import lock_roll_sheet
from attendance.rules.organization.permissions import Viewer
from db.unit_of_work import UnitOfWork


async def submit_attendance(uow: UnitOfWork, viewer: Viewer, submission: Submission, *, now: datetime) -> Recorded:
    """Mark the named rows and fill the rest (R4.1, R4.2), number the change (R4.9), and handle the tokens (R7.3).

    Calling it again with the same marks changes nothing; its revision is then the occurrence's current one.

    Raises OccurrenceNotFound, PermissionDenied, AttendanceNotRecordable, StudentNotOnRoster (R4.12), AttendanceConflict
    (R4.10), CapturedTimeNotPossible (R14.1) and SeenRevisionAhead. Nothing is changed then.
    """
    sheet = await lock_roll_sheet(uow, viewer.caller, submission.key, captured_at=submission.captured_at, now=now)
    return await record_marks(uow, viewer, sheet, submission, now=now)
