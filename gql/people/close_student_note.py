"""closeStudentNote: a note that matters no more."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.people.student_notes import NoteKept, close_student_note
from attendance.rules.organization.permissions import RECORD_ATTENDANCE
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.people.student import StudentNote
from gql.people.student_texts import show_kept_note


@strawberry.input(description="Which note is closed.")
class CloseStudentNoteInput:
    note_id: strawberry.ID = strawberry.field(description="The note. One that is closed already stays as it is.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The note is closed.")
class CloseStudentNoteSuccess:
    note: StudentNote = strawberry.field(description="As it is now.")


CloseStudentNoteResult: TypeAlias = Annotated[
    CloseStudentNoteSuccess | PermissionDenied,
    strawberry.union("CloseStudentNoteResult", description="The note, or why it was not closed."),
]


async def resolve(
    info: Info, input: Annotated[CloseStudentNoteInput, strawberry.argument(description="The note.")]
) -> CloseStudentNoteResult | None:
    note_id = decode_id(input.note_id, "StudentNote", "input.noteId")
    async with act_once(
        info, input, NoteKept, lambda uow, viewer, now: close_student_note(uow, viewer, note_id, now=now)
    ) as done:
        return CloseStudentNoteSuccess(note=await show_kept_note(done.uow, done.outcome.note_id))


field = strawberry.mutation(
    resolver=resolve,
    description="Close a note about a student. With the last open one the NOTES indicator goes, on open roll sheets at "
    "once. Office and Staff Portal, attendance FULL. A note about a student who is not to be seen is NOT_FOUND.",
    metadata=requires(RECORD_ATTENDANCE),
)
