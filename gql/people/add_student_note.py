"""The mutation addStudentNote, which adds a note of staff about a student."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.people.student_notes import NoteKept, add_student_note
from attendance.rules.organization.permissions import RECORD_ATTENDANCE
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.people.student_note import StudentNote
from gql.people.student_texts import NOTE_LENGTH, checked_text, show_kept_note
from gql.people.vocabulary import NoteLevel


@strawberry.input(description="The note to add.")
class AddStudentNoteInput:
    student_id: strawberry.ID = strawberry.field(description="The id of the student whom the note is about.")
    body: str = strawberry.field(description=f"The text of the note, 1 to {NOTE_LENGTH} characters.")
    level: NoteLevel = strawberry.field(
        default=NoteLevel.NORMAL, description="How important the note is. When left out, it is NORMAL."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The note was added.")
class AddStudentNoteSuccess:
    note: StudentNote = strawberry.field(description="The new note, which is open.")


AddStudentNoteResult: TypeAlias = Annotated[
    AddStudentNoteSuccess | PermissionDenied,
    strawberry.union("AddStudentNoteResult", description="The note, or the reason why it was not added."),
]


async def resolve(
    info: Info, input: Annotated[AddStudentNoteInput, strawberry.argument(description="The note to add.")]
) -> AddStudentNoteResult | None:
    student_id = decode_id(input.student_id, "Student", "input.studentId")
    body = checked_text(input.body, "input.body", NOTE_LENGTH)
    async with act_once(
        info,
        input,
        NoteKept,
        lambda uow, viewer, now: add_student_note(uow, viewer, student_id, input.level, body, now=now),
    ) as done:
        return AddStudentNoteSuccess(note=await show_kept_note(done.uow, done.outcome.note_id))


field = strawberry.mutation(
    resolver=resolve,
    description="Add a note about a student for other staff. While the note is open, the student's rows have the "
    "NOTES indicator; subscribed roll sheets receive it at once. Needs attendance FULL, in the Office or Staff "
    "Portal. A student whom the caller may not see is NOT_FOUND.",
    metadata=requires(RECORD_ATTENDANCE),
)
