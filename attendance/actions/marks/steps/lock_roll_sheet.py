"""The first steps of every action on marks: lock the occurrence, read the rows, and check the caller's rights."""

from datetime import datetime

from attendance.rules.calendar.occurrences import OccurrenceHead, may_see_occurrence
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.kiosk.kiosk import is_kiosks_day
from attendance.rules.marks.attendance_refusals import AttendanceNotRecordable
from attendance.rules.marks.captured import judged_at, require_possible
from attendance.rules.marks.sheets import SheetFacts
from attendance.rules.organization.permissions import Caller, may_record_attendance
from attendance.rules.refusals import OccurrenceNotFound, PermissionDenied
from attendance.rules.vocabulary import Permission, Portal
from db.marks.sheets import lock_sheet
from db.unit_of_work import UnitOfWork


async def lock_roll_sheet(
    uow: UnitOfWork, caller: Caller, key: OccurrenceKey, *, captured_at: datetime | None = None, now: datetime
) -> SheetFacts:
    """Lock and read a roll sheet for a caller who is about to record attendance: staff or a kiosk.

    captured_at -- when a client that was offline captured the act; None when it was made now.

    Raises OccurrenceNotFound, PermissionDenied, AttendanceNotRecordable (R4.12) and CapturedTimeNotPossible (R14.1).
    """
    sheet = await lock_roll_sheet_for_the_system(uow, key)
    head = sheet.head
    if caller.portal is Portal.KIOSK:
        _require_kiosks_day(caller, head, judged_at(captured_at, now))
    else:
        _require_recorder(caller, head)
    blocked = head.not_recordable(now)
    if blocked is not None:
        raise AttendanceNotRecordable(blocked.reason, blocked.message)
    require_possible(captured_at, head, now)
    return sheet


async def lock_roll_sheet_for_the_system(uow: UnitOfWork, key: OccurrenceKey) -> SheetFacts:
    """Lock and read a roll sheet for something that follows from another action or from the clock. Nobody's rights
    are checked. Raises OccurrenceNotFound.
    """
    sheet = await lock_sheet(uow, key)
    if sheet is None:
        raise OccurrenceNotFound
    return sheet


def _require_recorder(caller: Caller, head: OccurrenceHead) -> None:
    if not may_see_occurrence(caller, head):
        raise OccurrenceNotFound
    if not may_record_attendance(caller):
        full = Permission.STAFF_ATTENDANCE_FULL if caller.portal is Portal.STAFF else Permission.OFFICE_ATTENDANCE_FULL
        raise PermissionDenied(full, "You may see this roll sheet, but you may not record attendance on it.")


def _require_kiosks_day(caller: Caller, head: OccurrenceHead, now: datetime) -> None:
    if not is_kiosks_day(head, caller.location_id, now):
        raise OccurrenceNotFound
