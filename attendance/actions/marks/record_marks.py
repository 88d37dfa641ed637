"""The one way in which people and kiosks set marks: check what a caller wants from an open roll sheet, and save it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from attendance.actions.marks.save_marks import Recorded, save_marks
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.attendance_refusals import AttendanceConflict, ConflictingMark, SeenRevisionAhead
from attendance.rules.marks.check_in import check_in_sources
from attendance.rules.marks.marks import MarkChange, MarkValue, WantedMark, plan_submission
from attendance.rules.marks.sheets import SheetFacts
from attendance.rules.organization.permissions import Caller, Viewer, may_excuse
from attendance.rules.refusals import PermissionDenied
from attendance.rules.vocabulary import AttendanceStatus, Permission
from db.marks.changes import Author, others_since
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Submission:
    """What a caller wants from a roll sheet. When `seen_revision` is None, changes by others are not checked
    (R4.10).
    """

    key: OccurrenceKey
    marks: Mapping[UUID, WantedMark] = field(default_factory=dict)
    mark_rest: AttendanceStatus | None = None
    seen_revision: int | None = None


async def record_marks(
    uow: UnitOfWork, viewer: Viewer, sheet: SheetFacts, submission: Submission, *, now: datetime
) -> Recorded:
    """Mark the named rows, fill the rest (R4.1, R4.2), and default the others at the first check-in (R4.5).

    Raises StudentNotOnRoster, PermissionDenied for an excuse (R4.12), AttendanceConflict (R4.10) and SeenRevisionAhead.
    """
    caller = viewer.caller
    author = Author.of(caller)
    changes = plan_submission(
        sheet.rows,
        submission.marks,
        mark_rest=submission.mark_rest,
        source=caller.source,
        check_in_sources=check_in_sources(viewer.settings),
    )
    _require_excusing(caller, changes)
    await _require_no_conflict(uow, sheet, submission, author, changes)
    return await save_marks(uow, sheet, changes, author=author, settings=viewer.settings, now=now)


def _require_excusing(caller: Caller, changes: Sequence[MarkChange]) -> None:
    if may_excuse(caller):
        return
    for change in changes:
        is_own = change.after is not None and not change.after.is_defaulted
        is_new = _status(change.before) is not AttendanceStatus.EXCUSED_ABSENCE
        if is_own and is_new and _status(change.after) is AttendanceStatus.EXCUSED_ABSENCE:
            raise PermissionDenied(Permission.EXCUSE_ABSENCES, "You may not excuse absences. Record ABSENT instead.")


async def _require_no_conflict(
    uow: UnitOfWork, sheet: SheetFacts, submission: Submission, author: Author, changes: Collection[MarkChange]
) -> None:
    seen, revision = submission.seen_revision, sheet.revision
    if seen is None or seen == revision:
        return
    if seen > revision:
        raise SeenRevisionAhead(seen, revision)
    named = {change.student_id: change for change in changes if change.student_id in submission.marks}
    others = await others_since(uow, sheet.head.key, seen, author, named)
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
            f"Other people have changed {len(conflicts)} of these marks since revision {seen}. Nothing was saved.",
        )


def _status(mark: MarkValue | None) -> AttendanceStatus | None:
    return None if mark is None else mark.status
