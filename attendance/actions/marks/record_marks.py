"""The one way in which people and kiosks set marks: check what a caller wants from an open roll sheet, and save it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from attendance.actions.marks.save_marks import Recorded, save_marks
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.attendance_refusals import AttendanceConflict, ConflictingMark, SeenRevisionAhead
from attendance.rules.marks.captured import Decision, judged_at, overtaken
from attendance.rules.marks.check_in import check_in_sources
from attendance.rules.marks.marks import MarkChange, MarkValue, WantedMark, plan_submission
from attendance.rules.marks.sheets import SheetFacts
from attendance.rules.organization.permissions import Caller, Viewer, may_excuse
from attendance.rules.refusals import PermissionDenied
from attendance.rules.vocabulary import AttendanceStatus, Permission
from db.marks.changes import Author, ForeignChange, last_decisions, others_since
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Submission:
    """What a caller wants from a roll sheet.

    seen_revision -- the revision that the caller sees (R4.10); with None, changes by others are not checked.
    captured_at -- when a client that was offline captured it (R14.1); None when it was made now.
    """

    key: OccurrenceKey
    marks: Mapping[UUID, WantedMark] = field(default_factory=dict)
    mark_rest: AttendanceStatus | None = None
    seen_revision: int | None = None
    captured_at: datetime | None = None


async def record_marks(
    uow: UnitOfWork, viewer: Viewer, sheet: SheetFacts, submission: Submission, *, now: datetime
) -> Recorded:
    """Mark the named rows, fill the rest (R4.1, R4.2), and default the others at the first check-in (R4.5).

    Of two marks of one row, the one that was captured later stands, if the same caller made both (R14.2).

    Raises StudentNotOnRoster, PermissionDenied for an excuse (R4.12), AttendanceConflict (R4.10, R14.2) and
    SeenRevisionAhead.
    """
    caller, captured_at = viewer.caller, submission.captured_at
    author = Author.of(caller, None if captured_at is None else judged_at(captured_at, now))
    changes = _plan(viewer, sheet, submission)
    if captured_at is not None:
        stay = await _require_not_overtaken(uow, sheet, submission, author, changes)
        if stay:
            submission = _leaving(submission, sheet, stay)
            changes = _plan(viewer, sheet, submission)
    _require_excusing(caller, changes)
    await _require_no_conflict(uow, sheet, submission, author, changes)
    return await save_marks(uow, sheet, changes, author=author, settings=viewer.settings, now=now)


def _plan(viewer: Viewer, sheet: SheetFacts, submission: Submission) -> tuple[MarkChange, ...]:
    return plan_submission(
        sheet.rows,
        submission.marks,
        mark_rest=submission.mark_rest,
        source=viewer.caller.source,
        check_in_sources=check_in_sources(viewer.settings),
    )


def _leaving(submission: Submission, sheet: SheetFacts, students: Collection[UUID]) -> Submission:
    """Return the submission without what it wants for these students, whose rows stay as they are."""
    marks = {student: wanted for student, wanted in submission.marks.items() if student not in students}
    # "Mark the rest" does not fill a row that the caller cleared later.
    cleared = {row.student_id: WantedMark(None) for row in sheet.rows if row.student_id in students and not row.mark}
    return replace(submission, marks=marks | cleared)


async def _require_not_overtaken(
    uow: UnitOfWork, sheet: SheetFacts, submission: Submission, author: Author, changes: Collection[MarkChange]
) -> Collection[UUID]:
    """Return the students on whom the caller has decided after the act was captured. Raises AttendanceConflict when
    somebody else has (R14.2).
    """
    named = {change.student_id: change for change in changes if change.student_id in submission.marks}
    if not named or author.captured_at is None:
        return ()
    decisions = await last_decisions(uow, sheet.head.key, author, named)
    found = overtaken(author.captured_at, decisions, submission.seen_revision)
    if not found.by_others:
        return found.by_caller
    conflicts = tuple(
        _conflict(named[student], decisions[student], author) for student in named if student in found.by_others
    )
    seen = submission.seen_revision
    raise AttendanceConflict(
        min(conflict.revision for conflict in conflicts) - 1 if seen is None else seen,
        sheet.revision,
        conflicts,
        f"Other people have changed {len(conflicts)} of these marks after this was captured. Nothing was saved.",
    )


def _conflict(change: MarkChange, since: Decision | ForeignChange, author: Author) -> ConflictingMark:
    """A kiosk is told no notes (R5.2)."""
    note = None if change.before is None or author.kiosk_id is not None else change.before.note
    return ConflictingMark(
        student_id=change.student_id,
        wanted_status=_status(change.after),
        current_status=_status(change.before),
        current_note=note,
        changed_at=since.changed_at,
        revision=since.revision,
    )


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
        _conflict(change, others[student], author)
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
