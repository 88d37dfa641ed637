"""The mutation updateStudent, which changes what roll sheets say about a student besides attendance."""

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


@strawberry.input(description="The changes to a student. Fields that are left out stay unchanged.")
class UpdateStudentInput:
    student_id: strawberry.ID = strawberry.field(description="The id of the student.")
    medical_alert: Maybe[str | None] = strawberry.field(
        default=None,
        description=f"What to know in an emergency, at most {MEDICAL_LENGTH} characters. Null or blank removes the "
        "text. Needs SEE_MEDICAL.",
    )
    roll_sheet_comment: Maybe[str | None] = strawberry.field(
        default=None,
        description=f"A remark for roll sheets, at most {COMMENT_LENGTH} characters. Null or blank removes the remark.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The student has the requested texts. This is also the answer when it had them before.")
class UpdateStudentSuccess:
    student: Student = strawberry.field(description="The student after the change.")


UpdateStudentResult: TypeAlias = Annotated[
    UpdateStudentSuccess | PermissionDenied,
    strawberry.union("UpdateStudentResult", description="The student, or the reason why nothing was changed."),
]


async def resolve(
    info: Info, input: Annotated[UpdateStudentInput, strawberry.argument(description="The changes to the student.")]
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
    description="Change a student's medical text and roll-sheet comment. Subscribed roll sheets receive the changed "
    "indicators at once. Needs attendance FULL, in the Office or Staff Portal; the medical text also needs "
    "SEE_MEDICAL. A student whom the caller may not see is NOT_FOUND.",
    metadata=requires(RECORD_ATTENDANCE),
)
