"""The mutation updateStudent, which changes who a student is, and what roll sheets say besides attendance."""

from datetime import date, datetime
from typing import Annotated, Any, TypeAlias

import strawberry
from strawberry import Maybe

from attendance.actions.people.update_student import StudentUpdated, update_student
from attendance.rules.organization.permissions import SEE_ATTENDANCE
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.names import checked_name
from gql.fields.user_errors import PermissionDenied
from gql.fields.visible import find_students
from gql.people.student import Student
from gql.people.student_texts import (
    COMMENT_LENGTH,
    MEDICAL_LENGTH,
    NAME_LENGTH,
    checked_birth,
    optional_text,
)
from gql.protocol.errors import NotFound


@strawberry.input(description="The changes to a student. Fields that are left out stay unchanged.")
class UpdateStudentInput:
    student_id: strawberry.ID = strawberry.field(description="The id of the student.")
    first_name: Maybe[str] = strawberry.field(
        default=None, description=f"The given name, 1 to {NAME_LENGTH} characters. Needs MANAGE_PEOPLE."
    )
    last_name: Maybe[str] = strawberry.field(
        default=None, description=f"The family name, 1 to {NAME_LENGTH} characters. Needs MANAGE_PEOPLE."
    )
    birth_on: Maybe[date | None] = strawberry.field(
        default=None, description="The date of birth. Null removes it. Needs MANAGE_PEOPLE."
    )
    gender: Maybe[str | None] = strawberry.field(
        default=None,
        description=f"The gender, in the organization's own words, at most {NAME_LENGTH} characters. Null or blank "
        "removes it. Needs MANAGE_PEOPLE.",
    )
    medical_alert: Maybe[str | None] = strawberry.field(
        default=None,
        description=f"What to know in an emergency, at most {MEDICAL_LENGTH} characters. Null or blank removes the "
        "text. Needs SEE_MEDICAL and attendance FULL.",
    )
    roll_sheet_comment: Maybe[str | None] = strawberry.field(
        default=None,
        description=f"A remark for roll sheets, at most {COMMENT_LENGTH} characters. Null or blank removes the remark. "
        "Needs attendance FULL.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The student is as requested. This is also the answer when nothing had to change.")
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
    values = _values(input, info.context.clock())
    async with act_once(
        info, input, StudentUpdated, lambda uow, viewer, now: update_student(uow, viewer, student_id, values, now=now)
    ) as done:
        student = (await find_students(done.reading, [done.outcome.student_id])).get(done.outcome.student_id)
        if student is None:
            raise NotFound("There is no such student.")
        return UpdateStudentSuccess(student=student)


def _values(given: UpdateStudentInput, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {}
    if given.first_name is not None:
        values["first_name"] = checked_name(given.first_name.value, "input.firstName", NAME_LENGTH)
    if given.last_name is not None:
        values["last_name"] = checked_name(given.last_name.value, "input.lastName", NAME_LENGTH)
    if given.birth_on is not None:
        values["birth_on"] = checked_birth(given.birth_on.value, "input.birthOn", now)
    if given.gender is not None:
        values["gender"] = optional_text(given.gender.value, "input.gender", NAME_LENGTH)
    if given.medical_alert is not None:
        values["medical_alert"] = optional_text(given.medical_alert.value, "input.medicalAlert", MEDICAL_LENGTH)
    if given.roll_sheet_comment is not None:
        comment = given.roll_sheet_comment.value
        values["roll_sheet_comment"] = optional_text(comment, "input.rollSheetComment", COMMENT_LENGTH)
    return values


field = strawberry.mutation(
    resolver=resolve,
    description="Change a student's name, birth date, gender, medical text and roll-sheet comment. Subscribed roll "
    "sheets receive the changed row at once. The medical text and the comment need attendance FULL, and the medical "
    "text also SEE_MEDICAL; everything else needs MANAGE_PEOPLE with attendance VIEW, and an import leaves it alone "
    "from then on. In the Office or Staff Portal. A student whom the caller may not see is NOT_FOUND.",
    metadata=requires(SEE_ATTENDANCE),
)
