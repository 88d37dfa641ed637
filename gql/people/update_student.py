"""updateStudent: what roll sheets say of a student beside attendance."""

from typing import Annotated, TypeAlias

import strawberry
from strawberry import Maybe

from attendance.actions.people.update_student import StudentUpdated, update_student
from attendance.rules.organization.permissions import RECORD_ATTENDANCE
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.visible import find_students
from gql.people.student import Student
from gql.people.student_texts import COMMENT_LENGTH, MEDICAL_LENGTH, optional_text
from gql.protocol.errors import NotFound


@strawberry.input(description="What changes. Fields that are left out stay as they are.")
class UpdateStudentInput:
    student_id: strawberry.ID = strawberry.field(description="The student.")
    medical_alert: Maybe[str | None] = strawberry.field(
        default=None,
        description=f"What to know in an emergency, at most {MEDICAL_LENGTH} characters. Null or blank: it goes. Needs "
        "SEE_MEDICAL.",
    )
    roll_sheet_comment: Maybe[str | None] = strawberry.field(
        default=None,
        description=f"A remark for roll sheets, at most {COMMENT_LENGTH} characters. Null or blank: it goes.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The student was changed, or was so already.")
class UpdateStudentSuccess:
    student: Student = strawberry.field(description="As it is now.")


UpdateStudentResult: TypeAlias = Annotated[
    UpdateStudentSuccess | PermissionDenied,
    strawberry.union("UpdateStudentResult", description="The student, or why nothing was changed."),
]


async def resolve(
    info: Info, input: Annotated[UpdateStudentInput, strawberry.argument(description="The change.")]
) -> UpdateStudentResult | None:
    student_id = decode_id(input.student_id, "Student", "input.studentId")
    texts = _texts(input)
    async with act_once(
        info, input, StudentUpdated, lambda uow, viewer, now: update_student(uow, viewer, student_id, texts, now=now)
    ) as done:
        student = (await find_students(done.reading, [done.outcome.student_id])).get(done.outcome.student_id)
        if student is None:
            raise NotFound("There is no such student.")
        return UpdateStudentSuccess(student=student)


def _texts(given: UpdateStudentInput) -> dict[str, str | None]:
    texts = {}
    if given.medical_alert is not None:
        texts["medical_alert"] = optional_text(given.medical_alert.value, "input.medicalAlert", MEDICAL_LENGTH)
    if given.roll_sheet_comment is not None:
        comment = given.roll_sheet_comment.value
        texts["roll_sheet_comment"] = optional_text(comment, "input.rollSheetComment", COMMENT_LENGTH)
    return texts


field = strawberry.mutation(
    resolver=resolve,
    description="Change a student's medical text and roll-sheet comment. The indicators change on open roll sheets at "
    "once. Office and Staff Portal, attendance FULL; the medical text needs SEE_MEDICAL besides. A student who is not "
    "to be seen is NOT_FOUND.",
    metadata=requires(RECORD_ATTENDANCE),
)
