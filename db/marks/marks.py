"""Statements that write the current marks of an occurrence. Their history is written in db/marks/changes.py."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.marks import MarkChange, MarkValue
from db import models
from db.marks.changes import Author, NumberedChange
from db.unit_of_work import UnitOfWork

_KEY = ("organization_id", "timeslot_id", "held_on", "student_id")
_VALUES = (
    "enrollment_id",
    "status",
    "is_defaulted",
    "source",
    "marked_by_id",
    "kiosk_id",
    "by_check_in",
    "note",
    "revision",
    "marked_at",
)
_INSERT = insert(models.Mark)
_PUT = _INSERT.on_conflict_do_update(index_elements=_KEY, set_={name: _INSERT.excluded[name] for name in _VALUES})


async def write_marks(
    uow: UnitOfWork,
    key: OccurrenceKey,
    changes: Sequence[MarkChange],
    *,
    numbered: NumberedChange,
    author: Author,
    restored: Mapping[UUID, Author] | None = None,
) -> None:
    """Write the marks of a change that `record_change` has numbered, in at most two statements.

    The caller holds the occurrence's lock.

    restored -- by student, who had made a mark that the change puts back.
    """
    of_occurrence = {
        "organization_id": uow.organization_id,
        "timeslot_id": key.timeslot_id,
        "held_on": key.held_on,
    }
    at = {"revision": numbered.revision, "marked_at": numbered.changed_at}
    authors = restored or {}
    put = [
        of_occurrence | at | _row_of(each, each.after, authors.get(each.student_id, author))
        for each in changes
        if each.after is not None
    ]
    cleared = [change.student_id for change in changes if change.after is None]
    if put:
        await uow.connection.execute(_PUT, put)
    if cleared:
        await uow.connection.execute(
            delete(models.Mark).where(
                models.Mark.organization_id == uow.organization_id,
                models.Mark.timeslot_id == key.timeslot_id,
                models.Mark.held_on == key.held_on,
                models.Mark.student_id.in_(cleared),
            )
        )


def _row_of(change: MarkChange, mark: MarkValue, author: Author) -> dict[str, object]:
    return {
        "student_id": change.student_id,
        "enrollment_id": change.enrollment_id,
        "status": mark.status,
        "is_defaulted": mark.is_defaulted,
        "source": mark.source,
        "marked_by_id": None if mark.is_defaulted else author.person_id,
        "kiosk_id": None if mark.is_defaulted else author.kiosk_id,
        "by_check_in": mark.by_check_in,
        "note": mark.note,
    }
