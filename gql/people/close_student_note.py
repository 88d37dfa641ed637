"""The mutation closeStudentNote, which closes a note that is no longer needed."""

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
from gql.people.student_note import StudentNote
from gql.people.student_texts import show_kept_note


@strawberry.input(description="The note to close.")
class CloseStudentNoteInput:
    note_id: strawberry.ID = strawberry.field(
        description="The id of the note. A note that is closed already stays unchanged."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The note is closed.")
class CloseStudentNoteSuccess:
    note: StudentNote = strawberry.field(description="The note after the change.")


CloseStudentNoteResult: TypeAlias = Annotated[
    CloseStudentNoteSuccess | PermissionDenied,
    strawberry.union("CloseStudentNoteResult", description="The note, or the reason why it was not closed."),
]


async def resolve(
    info: Info, input: Annotated[CloseStudentNoteInput, strawberry.argument(description="The note to close.")]
) -> CloseStudentNoteResult | None:
    note_id = decode_id(input.note_id, "StudentNote", "input.noteId")
    async with act_once(
        info, input, NoteKept, lambda uow, viewer, now: close_student_note(uow, viewer, note_id, now=now)
    ) as done:
        return CloseStudentNoteSuccess(note=await show_kept_note(done.uow, done.outcome.note_id))


field = strawberry.mutation(
    resolver=resolve,
    description="Close a note about a student. When the student's last open note is closed, the NOTES indicator "
    "disappears; subscribed roll sheets receive this at once. Needs attendance FULL, in the Office or Staff Portal. A "
    "note about a student whom the caller may not see is NOT_FOUND.",
    metadata=requires(RECORD_ATTENDANCE),
)
