"""The field student.allNotes: all notes about a student, in pages."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.organization.permissions import SEE_ATTENDANCE
from attendance.rules.people.students import NoteFacts
from db.people.note_pages import NotesWanted, read_note_pages
from gql.fields.access import requires
from gql.fields.context import Info, Reading
from gql.fields.listing_arguments import AFTER, FIRST
from gql.fields.loaders import load
from gql.fields.pagination import Connection, Cursors, first_page, read_page
from gql.people.student import Student
from gql.people.student_note import OPEN_NOTES, StudentNote, show_note

_CURSORS = Cursors("allNotes", (datetime, UUID))


async def resolve(
    self: Student,
    info: Info,
    is_open: Annotated[bool | None, OPEN_NOTES] = None,
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> Connection[StudentNote]:
    """Return a page, in one statement for all students of a batch. Raises BadInput."""
    page = read_page(_CURSORS, first=first, after=after)
    place = None if page.after is None else (page.after[0], page.after[1])
    found = await load(info, NotesWanted(self.facts.id, is_open, place, page.size + 1), _read)
    return first_page(
        found,
        page,
        node=show_note,
        cursor=lambda note: _CURSORS.encode(note.written_at, note.id),
    )


async def _read(source: Reading, wanted: list[NotesWanted]) -> list[list[NoteFacts]]:
    return await read_note_pages(source.connection, source.viewer.caller.organization_id, wanted)


field = strawberry.field(
    resolver=resolve,
    description="All notes of staff about the student, newest first. Needs attendance VIEW; guardians are refused.",
    metadata=requires(SEE_ATTENDANCE),
)
