"""Writes the notes of staff about a student."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, text, update

from attendance.rules.vocabulary import NoteLevel
from db import models
from db.ids import new_id
from db.unit_of_work import UnitOfWork

_STUDENT_OF_NOTE = text("""
SELECT n.student_id FROM student_note n WHERE n.organization_id = :organization_id AND n.id = :id
""")


async def add_note(
    uow: UnitOfWork, student_id: UUID, level: NoteLevel, body: str, *, written_by_id: UUID | None, now: datetime
) -> UUID:
    note_id = new_id()
    await uow.connection.execute(
        insert(models.StudentNote).values(
            organization_id=uow.organization_id,
            id=note_id,
            student_id=student_id,
            level=level,
            body=body,
            written_by_id=written_by_id,
            written_at=now,
        )
    )
    return note_id


async def find_student_of_note(uow: UnitOfWork, note_id: UUID) -> UUID | None:
    given = {"organization_id": uow.organization_id, "id": note_id}
    student_id: UUID | None = await uow.connection.scalar(_STUDENT_OF_NOTE, given)
    return student_id


async def close_note(uow: UnitOfWork, note_id: UUID, *, closed_by_id: UUID | None, now: datetime) -> None:
    """Close the note. When it was closed before, the first closing stays."""
    note = models.StudentNote
    await uow.connection.execute(
        update(note)
        .where(note.organization_id == uow.organization_id, note.id == note_id, note.closed_at.is_(None))
        .values(closed_at=now, closed_by_id=closed_by_id)
    )
