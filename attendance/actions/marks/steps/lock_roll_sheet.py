"""The first steps of every action on marks: lock the occurrence, check the caller's rights, and read the rows."""

from dataclasses import dataclass
from datetime import datetime

from attendance.rules.calendar.occurrences import OccurrenceHead, may_see_occurrence
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.kiosk.kiosk import is_kiosks_day
from attendance.rules.marks.attendance_refusals import AttendanceNotRecordable
from attendance.rules.marks.marks import MarkValue, SheetRow
from attendance.rules.organization.permissions import Caller, may_record_attendance
from attendance.rules.refusals import OccurrenceNotFound, PermissionDenied
from attendance.rules.roster.indicators import Sight
from attendance.rules.roster.roster_rows import BARE, RosterRow, roster_rows
from attendance.rules.vocabulary import Permission, Portal
from db.calendar.occurrences import find_head
from db.marks.changes import lock_occurrence
from db.roster.rosters import read_candidates
from db.unit_of_work import UnitOfWork

_NOTHING_SHOWN = Sight(sees_medical=False, sees_balances=False)


@dataclass(frozen=True, slots=True)
class LockedSheet:
    """A roll sheet that nobody else can change until the transaction ends. `revision` is the number of its last
    change.
    """

    head: OccurrenceHead
    revision: int
    rows: tuple[SheetRow, ...]


async def lock_roll_sheet(uow: UnitOfWork, caller: Caller, key: OccurrenceKey, *, now: datetime) -> LockedSheet:
    """Lock and read a roll sheet for a caller who is about to record attendance: staff or a kiosk.

    Raises OccurrenceNotFound, PermissionDenied and AttendanceNotRecordable (R4.12).
    """
    revision = (await lock_occurrence(uow, key)).revision
    head = await _head(uow, key)
    if caller.portal is Portal.KIOSK:
        _require_kiosks_day(caller, head, now)
    else:
        _require_recorder(caller, head)
    blocked = head.not_recordable(now)
    if blocked is not None:
        raise AttendanceNotRecordable(blocked.reason, blocked.message)
    return LockedSheet(head, revision, await _rows(uow, head))


async def lock_roll_sheet_for_the_system(uow: UnitOfWork, key: OccurrenceKey) -> LockedSheet:
    """Lock and read a roll sheet for something that follows from another action or from the clock. Nobody's rights
    are checked. Raises OccurrenceNotFound.
    """
    revision = (await lock_occurrence(uow, key)).revision
    head = await _head(uow, key)
    return LockedSheet(head, revision, await _rows(uow, head))


async def _head(uow: UnitOfWork, key: OccurrenceKey) -> OccurrenceHead:
    head = await find_head(uow.connection, uow.organization_id, key)
    if head is None:
        raise OccurrenceNotFound
    return head


def _require_recorder(caller: Caller, head: OccurrenceHead) -> None:
    if not may_see_occurrence(caller, head):
        raise OccurrenceNotFound
    if not may_record_attendance(caller):
        full = Permission.STAFF_ATTENDANCE_FULL if caller.portal is Portal.STAFF else Permission.OFFICE_ATTENDANCE_FULL
        raise PermissionDenied(full, "You may see this roll sheet, but you may not record attendance on it.")


def _require_kiosks_day(caller: Caller, head: OccurrenceHead, now: datetime) -> None:
    if not is_kiosks_day(head, caller.location_id, now):
        raise OccurrenceNotFound


async def _rows(uow: UnitOfWork, head: OccurrenceHead) -> tuple[SheetRow, ...]:
    candidates = await read_candidates(uow.connection, uow.organization_id, head, parts=BARE)
    return tuple(_row(row) for row in roster_rows(candidates, head, _NOTHING_SHOWN, BARE))


def _row(row: RosterRow) -> SheetRow:
    mark = row.mark
    return SheetRow(
        row.student.id,
        None if row.enrollment is None else row.enrollment.id,
        None if mark is None else MarkValue(mark.status, mark.note, mark.is_defaulted, mark.source, mark.by_check_in),
        is_excused=row.expected_absence is not None and row.expected_absence.is_excused,
    )
