"""The action that checks a student in: by staff in check-in mode, or at the kiosk (R4.3 to R4.8, R5.3, R5.4)."""

from datetime import datetime
from uuid import UUID

from attendance.actions.marks.record_marks import Submission, record_marks
from attendance.actions.marks.save_marks import Recorded
from attendance.actions.marks.steps.lock_roll_sheet import lock_roll_sheet
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.kiosk.kiosk import require_kiosk_open
from attendance.rules.marks.captured import judged_at
from attendance.rules.marks.check_in import check_in_status, plan_check_in, require_check_in_mode
from attendance.rules.organization.permissions import Viewer
from attendance.rules.vocabulary import Portal
from db.unit_of_work import UnitOfWork


async def check_in(
    uow: UnitOfWork,
    viewer: Viewer,
    key: OccurrenceKey,
    student_id: UUID,
    *,
    captured_at: datetime | None = None,
    now: datetime,
) -> Recorded:
    """Mark the student PRESENT, or TARDY where the setting says so. The first check-in of an occurrence marks the other
    students absent (R4.5).

    Repeating a check-in is harmless: a student who is already checked in keeps the first time and status. At the kiosk,
    an absence that staff excused stands too (R4.8), and nothing is changed.

    A kiosk reaches only today's occurrences at its own location (R11.2). It must be within its check-in windows (R5.3),
    unless there is nothing to change.

    captured_at -- when a client that was offline captured the check-in, by which it is judged (R14.2); None for now.

    Raises CheckInModeOff, OccurrenceNotFound, PermissionDenied, AttendanceNotRecordable, StudentNotOnRoster,
    CapturedTimeNotPossible and AttendanceConflict (R14.2), and at the kiosk KioskReadOnly and OutsideCheckInWindow.
    """
    caller, settings = viewer.caller, viewer.settings
    if caller.portal is not Portal.KIOSK:
        require_check_in_mode(caller, settings)
    sheet = await lock_roll_sheet(uow, caller, key, captured_at=captured_at, now=now)
    came_at = judged_at(captured_at, now)
    status = check_in_status(
        source=caller.source,
        starts_at=sheet.head.starts_at,
        ends_at=sheet.head.ends_at,
        now=came_at,
        marks_tardy=settings.kiosk.kiosk_marks_tardy,
    )
    marks = plan_check_in(sheet.rows, student_id, status=status, source=caller.source)
    if marks and caller.portal is Portal.KIOSK:
        require_kiosk_open(settings.kiosk, sheet.head.starts_at, came_at)
    return await record_marks(uow, viewer, sheet, Submission(key, marks, captured_at=captured_at), now=now)
