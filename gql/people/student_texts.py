"""Checks of texts about students in inputs, and the note that results show."""

from uuid import UUID

from db.people.students import read_notes_by_id
from db.unit_of_work import UnitOfWork
from gql.people.student import StudentNote, show_note
from gql.protocol.errors import BadInput

NOTE_LENGTH = 2000
MEDICAL_LENGTH = 2000
COMMENT_LENGTH = 500


def checked_text(given: str, argument: str, longest: int) -> str:
    """Return the text without surrounding white space. Raises BadInput when it is blank or too long."""
    text = given.strip()
    if not 0 < len(text) <= longest:
        raise BadInput(f"{argument} has {len(text)} characters; 1 to {longest} are allowed.")
    return text


def optional_text(given: str | None, argument: str, longest: int) -> str | None:
    """Return the text without surrounding white space, or None when it is null or blank. Raises BadInput when it is too
    long.
    """
    return checked_text(given, argument, longest) if given is not None and given.strip() else None


async def show_kept_note(uow: UnitOfWork, note_id: UUID) -> StudentNote:
    """Return the note after the mutation. Raises LookupError."""
    for notes in (await read_notes_by_id(uow.connection, uow.organization_id, [note_id])).values():
        return show_note(notes[0])
    raise LookupError(f"no note {note_id}")
