"""The statement that writes the marks of an occurrence, together with the change that is their history."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from attendance.rules.marks.marks import MarkChange
from attendance.rules.marks.sheets import SheetFacts
from attendance.rules.tokens.token_runs import RunsToArm
from attendance.rules.vocabulary import ChangeKind, Source
from db.driver import HotStatement
from db.marks.changes import NUMBERED, Author, NumberedChange, announce_change, entry_of, numbered_by
from db.tokens.token_runs import ARM, announce_runs, armed_by
from db.unit_of_work import UnitOfWork

_MARKS = f"""
{NUMBERED}, written AS (
    INSERT INTO mark (organization_id, timeslot_id, held_on, student_id, enrollment_id, status, is_defaulted, source,
                      marked_by_id, kiosk_id, by_check_in, note, revision, marked_at)
    SELECT n.organization_id, n.timeslot_id, n.held_on, e.student_id, e.enrollment_id, e.after_status,
           e.after_is_defaulted, e.after_source, e.marked_by_id, e.kiosk_id, e.by_check_in, e.after_note, n.revision,
           n.changed_at
    FROM numbered n
    CROSS JOIN given e
    WHERE e.after_status IS NOT NULL
    ON CONFLICT (organization_id, timeslot_id, held_on, student_id) DO UPDATE
    SET enrollment_id = excluded.enrollment_id, status = excluded.status, is_defaulted = excluded.is_defaulted,
        source = excluded.source, marked_by_id = excluded.marked_by_id, kiosk_id = excluded.kiosk_id,
        by_check_in = excluded.by_check_in, note = excluded.note, revision = excluded.revision,
        marked_at = excluded.marked_at
), cleared AS (
    DELETE FROM mark m
    WHERE m.organization_id = :organization_id AND m.timeslot_id = :timeslot_id AND m.held_on = :held_on
      AND m.student_id IN (SELECT e.student_id FROM given e WHERE e.after_status IS NULL)
)
"""  # noqa: S608 - a constant
_RECORD = HotStatement(f"{_MARKS} SELECT")
_RECORD_AND_ARM = HotStatement(f"{_MARKS}, armed AS ({ARM}) SELECT")


async def record_marks(
    uow: UnitOfWork,
    sheet: SheetFacts,
    changes: Sequence[MarkChange],
    author: Author,
    *,
    restored: Mapping[UUID, Author] | None = None,
    waiting: RunsToArm | None = None,
    now: datetime,
) -> NumberedChange:
    """Number a change of marks, record what it did to each row, write the marks, and arm the runs for which they wait,
    in one statement, which is put off unless there are notes. Subscribers to the roll sheet and workers are woken after
    the commit.

    sheet -- the sheet as it is before the change
    restored -- by student, who had made a mark that the change puts back.
    waiting -- the runs to arm; None or no runs: the marks wait for nothing that is not armed.

    The caller holds the occurrence's lock, under which the sheet was read; see `record_change`. So number and time of
    the change, and the runs that the statement arms, are known before it is executed.
    """
    key, at = sheet.head.key, uow.time_under_lock(now)
    numbered = NumberedChange(sheet.revision + 1, at if sheet.changed_at is None else max(at, sheet.changed_at))
    entries = [_entry(each, author, restored or {}) for each in changes]
    given = numbered_by(
        uow, key, ChangeKind.MARKS, author, entries, now=numbered.changed_at, revision=numbered.revision
    )
    announce_change(uow, key, numbered)
    statement = _RECORD
    if waiting is not None and waiting.runs:
        statement = _RECORD_AND_ARM
        given |= armed_by(waiting, now)
        announce_runs(uow, key, waiting, [run.phase for run in waiting.runs])
    if _has_note(changes):
        await statement.rows(uow.connection, given)
    else:
        await uow.put_off(statement, given)
    return numbered


def _has_note(changes: Sequence[MarkChange]) -> bool:
    for each in changes:
        for mark in (each.before, each.after):
            if mark is not None and mark.note is not None:
                return True
    return False


def _entry(change: MarkChange, author: Author, restored: Mapping[UUID, Author]) -> dict[str, object]:
    """Return the row's entry in the change, with what its mark has beside that. Nobody has made a default."""
    mark = change.after
    if mark is None:
        return entry_of(change.student_id, change.before, None, Source.SYSTEM if change.follows else None)
    entry = entry_of(change.student_id, change.before, mark, mark.source)
    entry["enrollment_id"], entry["by_check_in"] = change.enrollment_id, mark.by_check_in
    if not mark.is_defaulted:
        maker = restored.get(change.student_id, author)
        entry["marked_by_id"], entry["kiosk_id"] = maker.person_id, maker.kiosk_id
    return entry
