"""addStudentNote: what staff should know about a student."""

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
from gql.people.student import StudentNote
from gql.people.student_texts import NOTE_LENGTH, checked_text, show_kept_note
from gql.people.vocabulary import NoteLevel


@strawberry.input(description="The note.")
class AddStudentNoteInput:
    student_id: strawberry.ID = strawberry.field(description="Whom it is about.")
    body: str = strawberry.field(description=f"The text, 1 to {NOTE_LENGTH} characters.")
    level: NoteLevel = strawberry.field(
        default=NoteLevel.NORMAL, description="How much it matters. NORMAL if left out."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The note was added.")
class AddStudentNoteSuccess:
    note: StudentNote = strawberry.field(description="The new note, which is open.")


AddStudentNoteResult: TypeAlias = Annotated[
    AddStudentNoteSuccess | PermissionDenied,
    strawberry.union("AddStudentNoteResult", description="The note, or why there is none."),
]


async def resolve(
    info: Info, input: Annotated[AddStudentNoteInput, strawberry.argument(description="The note.")]
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
    description="Write a note about a student for other staff. While it is open the student's rows carry the NOTES "
    "indicator, on open roll sheets at once. Office and Staff Portal, attendance FULL. A student who is not to be seen "
    "is NOT_FOUND.",
    metadata=requires(RECORD_ATTENDANCE),
)
