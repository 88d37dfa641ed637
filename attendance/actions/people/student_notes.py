"""Add and close notes of staff about a student (R3.4, NOTES)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.actions.enrollments.steps.lock_places import is_seen, require_student
from attendance.actions.roster.steps.roster_changed import roster_changed
from attendance.rules.organization.permissions import Viewer
from attendance.rules.refusals import NothingFound
from attendance.rules.vocabulary import NoteLevel
from db.marks.changes import Author
from db.people.student_changes import add_note, close_note, find_student_of_note
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NoteKept:
    note_id: UUID


async def add_student_note(
    uow: UnitOfWork, viewer: Viewer, student_id: UUID, level: NoteLevel, body: str, *, now: datetime
) -> NoteKept:
    """Add a note, which is open until somebody closes it. Its indicator appears on open roll sheets. Raises
    NothingFound.
    """
    caller = viewer.caller
    await require_student(uow, caller, student_id)
    async with roster_changed(uow, student_id, author=Author.of(caller), now=now):
        note_id = await add_note(uow, student_id, level, body, written_by_id=caller.person_id, now=now)
    return NoteKept(note_id)


async def close_student_note(uow: UnitOfWork, viewer: Viewer, note_id: UUID, *, now: datetime) -> NoteKept:
    """Close a note. A note that is closed already stays unchanged. Raises NothingFound."""
    caller = viewer.caller
    student_id = await find_student_of_note(uow, note_id)
    if student_id is None or not await is_seen(uow, caller, student_id):
        raise NothingFound("There is no such note.")
    async with roster_changed(uow, student_id, author=Author.of(caller), now=now):
        await close_note(uow, note_id, closed_by_id=caller.person_id, now=now)
    return NoteKept(note_id)
