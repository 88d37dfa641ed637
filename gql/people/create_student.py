"""The mutation createStudent, which adds a student to a family."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.people.create_student import create_student
from attendance.actions.people.update_student import StudentUpdated
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.visible import find_students
from gql.fields.vocabulary import Permission
from gql.people.people_arguments import StudentInput
from gql.people.student import Student


@strawberry.input(description="The student to add.")
class CreateStudentInput(StudentInput):
    family_id: strawberry.ID = strawberry.field(description="The id of the family.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The student was added.")
class CreateStudentSuccess:
    student: Student = strawberry.field(description="The new student.")


CreateStudentResult: TypeAlias = Annotated[
    CreateStudentSuccess | PermissionDenied,
    strawberry.union("CreateStudentResult", description="The student, or the reason why nobody was added."),
]


async def resolve(
    info: Info, input: Annotated[CreateStudentInput, strawberry.argument(description="The student to add.")]
) -> CreateStudentResult | None:
    family_id = decode_id(input.family_id, "Family", "input.familyId")
    new = input.checked("input", info.context.clock())
    async with act_once(
        info, input, StudentUpdated, lambda uow, viewer, now: create_student(uow, viewer, family_id, new, now=now)
    ) as done:
        student_id = done.outcome.student_id
        return CreateStudentSuccess(student=(await find_students(done.reading, [student_id]))[student_id])


field = strawberry.mutation(
    resolver=resolve,
    description="Add a student to a family. `enrollStudent` gives the student a place. Needs MANAGE_PEOPLE together "
    "with attendance VIEW and SEE_ALL, in the Office Portal or the Staff Portal. A family that does not exist is "
    "NOT_FOUND.",
    metadata=requires([Permission.MANAGE_PEOPLE]),
)
