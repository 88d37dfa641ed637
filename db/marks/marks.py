"""The statement that writes the marks of an occurrence, together with the change that is their history."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.marks import MarkChange, MarkValue
from attendance.rules.tokens.token_runs import RunsToArm
from attendance.rules.vocabulary import ChangeKind, Source
from db.driver import HotStatement
from db.marks.changes import NUMBERED, Author, ChangedRow, NumberedChange, announce_change, numbered_by
from db.tokens.token_runs import ARM, announce_runs, armed_by
from db.unit_of_work import UnitOfWork

_MARKS = f"""
{NUMBERED}, written AS (
    INSERT INTO mark (organization_id, timeslot_id, held_on, student_id, enrollment_id, status, is_defaulted, source,
                      marked_by_id, kiosk_id, by_check_in, note, revision, marked_at)
    SELECT n.organization_id, n.timeslot_id, n.held_on, w.student_id, w.enrollment_id, w.status, w.is_defaulted,
           w.source, w.marked_by_id, w.kiosk_id, w.by_check_in, w.note, n.revision, n.changed_at
    FROM numbered n
    CROSS JOIN unnest(
        CAST(:student_ids AS uuid[]), CAST(:enrollment_ids AS uuid[]), CAST(:statuses AS text[]),
        CAST(:are_defaulted AS boolean[]), CAST(:sources AS text[]), CAST(:marked_by_ids AS uuid[]),
        CAST(:kiosk_ids AS uuid[]), CAST(:by_check_in AS boolean[]), CAST(:notes AS text[])
    ) AS w (student_id, enrollment_id, status, is_defaulted, source, marked_by_id, kiosk_id, by_check_in, note)
    WHERE true
    ON CONFLICT (organization_id, timeslot_id, held_on, student_id) DO UPDATE
    SET enrollment_id = excluded.enrollment_id, status = excluded.status, is_defaulted = excluded.is_defaulted,
        source = excluded.source, marked_by_id = excluded.marked_by_id, kiosk_id = excluded.kiosk_id,
        by_check_in = excluded.by_check_in, note = excluded.note, revision = excluded.revision,
        marked_at = excluded.marked_at
), cleared AS (
    DELETE FROM mark m
    WHERE m.organization_id = :organization_id AND m.timeslot_id = :timeslot_id AND m.held_on = :held_on
      AND m.student_id = ANY (CAST(:cleared_ids AS uuid[]))
)
"""  # noqa: S608 - a constant
_RECORD = HotStatement(f"{_MARKS} SELECT revision, changed_at FROM numbered")  # noqa: S608
_RECORD_AND_ARM = HotStatement(
    f"{_MARKS}, armed AS ({ARM}) SELECT revision, changed_at, ARRAY(SELECT phase FROM armed) AS armed FROM numbered"  # noqa: S608
)


async def record_marks(
    uow: UnitOfWork,
    key: OccurrenceKey,
    changes: Sequence[MarkChange],
    author: Author,
    *,
    restored: Mapping[UUID, Author] | None = None,
    waiting: RunsToArm | None = None,
    now: datetime,
) -> NumberedChange:
    """Number a change of marks, record what it did to each row, write the marks, and arm the runs for which they wait,
    in one statement. Subscribers to the roll sheet and workers are woken after the commit.

    restored -- by student, who had made a mark that the change puts back.
    waiting -- the runs to arm; None or no runs: the marks wait for nothing that is not armed.

    The caller holds the occurrence's lock; see `record_change`.
    """
    entries = [ChangedRow(each.student_id, each.before, each.after, _source(each)) for each in changes]
    written = [(each, each.after) for each in changes if each.after is not None]
    given = numbered_by(uow, key, ChangeKind.MARKS, author, entries, now=now) | _columns(
        written, author, restored or {}
    )
    given["cleared_ids"] = [each.student_id for each in changes if each.after is None]
    if waiting is None or not waiting.runs:
        (row,) = await _RECORD.rows(uow.connection, given)
        return announce_change(uow, key, NumberedChange(row.revision, row.changed_at))
    (row,) = await _RECORD_AND_ARM.rows(uow.connection, given | armed_by(waiting, now))
    numbered = announce_change(uow, key, NumberedChange(row.revision, row.changed_at))
    announce_runs(uow, key, waiting, row.armed)
    return numbered


def _source(change: MarkChange) -> Source | None:
    if change.follows:
        return Source.SYSTEM
    return None if change.after is None else change.after.source


def _columns(
    written: Sequence[tuple[MarkChange, MarkValue]], author: Author, restored: Mapping[UUID, Author]
) -> dict[str, object]:
    """Return the columns of the marks. Nobody has made a default."""
    nobody = Author(Source.SYSTEM)
    authors = [nobody if mark.is_defaulted else restored.get(each.student_id, author) for each, mark in written]
    return {
        "student_ids": [each.student_id for each, _ in written],
        "enrollment_ids": [each.enrollment_id for each, _ in written],
        "statuses": [mark.status for _, mark in written],
        "are_defaulted": [mark.is_defaulted for _, mark in written],
        "sources": [mark.source for _, mark in written],
        "marked_by_ids": [each.person_id for each in authors],
        "kiosk_ids": [each.kiosk_id for each in authors],
        "by_check_in": [mark.by_check_in for _, mark in written],
        "notes": [mark.note for _, mark in written],
    }
