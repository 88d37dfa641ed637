"""Submit a roll sheet: many marks at once, all of them or none (R4.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from attendance.actions.settle_makeup_tokens import settle_makeup_tokens
from attendance.rules.calendar import OccurrenceKey
from attendance.rules.indicators import Sight
from attendance.rules.marks import MarkChange, MarkValue, SheetRow, WantedMark, plan_submission
from attendance.rules.occurrences import OccurrenceHead, may_see_occurrence
from attendance.rules.permissions import Caller, Viewer, may_excuse, may_record_attendance
from attendance.rules.refusals import (
    AttendanceConflict,
    AttendanceNotRecordable,
    ConflictingMark,
    OccurrenceNotFound,
    PermissionDenied,
    SeenRevisionAhead,
)
from attendance.rules.roster_rows import RosterRow, roster_rows
from attendance.rules.vocabulary import AttendanceStatus, ChangeKind, Permission, Portal
from db.changes import Author, lock_occurrence, others_since, record_change
from db.marks import write_marks
from db.occurrences import find_head
from db.rosters import read_candidates
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Submission:
    """What a caller submits. `seen_revision` None: the caller does not care what others changed meanwhile (R4.10)."""

    key: OccurrenceKey
    marks: Mapping[UUID, WantedMark] = field(default_factory=dict)
    mark_rest: AttendanceStatus | None = None
    seen_revision: int | None = None


@dataclass(frozen=True, slots=True)
class Submitted:
    """What a submission did: whose marks changed, in the order of the roster, and the tokens that changed with them."""

    revision: int
    changed_students: tuple[UUID, ...] = ()
    issued_tokens: tuple[UUID, ...] = ()
    revoked_tokens: tuple[UUID, ...] = ()


async def submit_attendance(uow: UnitOfWork, viewer: Viewer, submission: Submission, *, now: datetime) -> Submitted:
    """Mark the named rows and fill the rest (R4.1, R4.2), number the change (R4.9), and see to the tokens (R7.3).

    Called again with the same marks it changes nothing, and its revision is that of the last change.

    Raises OccurrenceNotFound, PermissionDenied, AttendanceNotRecordable, StudentNotOnRoster (R4.12),
    AttendanceConflict (R4.10) and SeenRevisionAhead; nothing is changed then.
    """
    caller = viewer.caller
    author = Author(caller.source, caller.person_id, caller.kiosk_id)
    locked = await lock_occurrence(uow, submission.key)
    head = await _recordable_head(uow, caller, submission.key, now)
    changes = plan_submission(
        await _sheet(uow, head),
        submission.marks,
        mark_rest=submission.mark_rest,
        source=caller.source,
        in_check_in_mode=_in_check_in_mode(viewer),
    )
    _require_excusing(caller, changes)
    await _require_no_conflict(uow, submission, author, changes, locked.revision)
    if not changes:
        return Submitted(locked.revision)
    revision = await record_change(uow, head.key, ChangeKind.MARKS, author, now=now, marks=changes)
    await write_marks(uow, head.key, changes, revision=revision, author=author, now=now)
    students = tuple(change.student_id for change in changes)
    tokens = await settle_makeup_tokens(uow, viewer, head, students, now=now)
    return Submitted(
        tokens.revision or revision,
        students,
        (*tokens.outcome.issued.values(), *tokens.outcome.reinstated.values()),
        tuple(tokens.outcome.revoked.values()),
    )


async def _recordable_head(uow: UnitOfWork, caller: Caller, key: OccurrenceKey, now: datetime) -> OccurrenceHead:
    head = await find_head(uow.connection, uow.organization_id, key)
    if head is None or not may_see_occurrence(caller, head):
        raise OccurrenceNotFound
    if not may_record_attendance(caller):
        full = Permission.STAFF_ATTENDANCE_FULL if caller.portal is Portal.STAFF else Permission.OFFICE_ATTENDANCE_FULL
        raise PermissionDenied(full, "You may see this roll sheet but not record attendance on it.")
    blocked = head.not_recordable(now)
    if blocked is not None:
        raise AttendanceNotRecordable(blocked.reason, blocked.message)
    return head


async def _sheet(uow: UnitOfWork, head: OccurrenceHead) -> list[SheetRow]:
    candidates = await read_candidates(uow.connection, uow.organization_id, head)
    nothing_shown = Sight(sees_medical=False, sees_balances=False)
    return [_sheet_row(row) for row in roster_rows(candidates, head, nothing_shown)]


def _sheet_row(row: RosterRow) -> SheetRow:
    mark = row.mark
    return SheetRow(
        row.student.id,
        None if row.enrollment is None else row.enrollment.id,
        None if mark is None else MarkValue(mark.status, mark.note, mark.is_defaulted, mark.source),
        is_excused=row.expected_absence is not None and row.expected_absence.is_excused,
    )


def _in_check_in_mode(viewer: Viewer) -> bool:
    """R1.2."""
    if viewer.caller.portal is Portal.OFFICE:
        return viewer.settings.classes.office_check_in_mode
    return viewer.settings.staff_portal.staff_check_in_mode


def _require_excusing(caller: Caller, changes: Sequence[MarkChange]) -> None:
    if may_excuse(caller):
        return
    for change in changes:
        is_own = change.after is not None and not change.after.is_defaulted
        is_new = _status(change.before) is not AttendanceStatus.EXCUSED_ABSENCE
        if is_own and is_new and _status(change.after) is AttendanceStatus.EXCUSED_ABSENCE:
            raise PermissionDenied(Permission.EXCUSE_ABSENCES, "You may not excuse absences; record ABSENT instead.")


def _status(mark: MarkValue | None) -> AttendanceStatus | None:
    return None if mark is None else mark.status


async def _require_no_conflict(
    uow: UnitOfWork, submission: Submission, author: Author, changes: Sequence[MarkChange], revision: int
) -> None:
    seen = submission.seen_revision
    if seen is None or seen == revision:
        return
    if seen > revision:
        raise SeenRevisionAhead(seen, revision)
    named = {change.student_id: change for change in changes if change.student_id in submission.marks}
    others = await others_since(uow.connection, submission.key, seen, author, named)
    conflicts = tuple(
        ConflictingMark(
            student_id=student,
            wanted_status=_status(change.after),
            current_status=_status(change.before),
            current_note=None if change.before is None else change.before.note,
            changed_at=others[student].changed_at,
            revision=others[student].revision,
        )
        for student, change in named.items()
        if student in others and not others[student].is_defaulted
    )
    if conflicts:
        raise AttendanceConflict(
            seen,
            revision,
            conflicts,
            f"Others have changed {len(conflicts)} of these marks since revision {seen}; nothing was saved.",
        )
