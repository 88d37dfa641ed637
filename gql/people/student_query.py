"""student: one student by id."""

from typing import Annotated

import strawberry

from attendance.rules.organization.permissions import SEE_ATTENDANCE
from gql.fields.access import signed_in
from gql.fields.context import Info, reading
from gql.fields.global_ids import decode_id
from gql.fields.visible import find_students, may_see_students
from gql.fields.vocabulary import Portal
from gql.people.student import Student
from gql.protocol.errors import Forbidden

OF_STUDENTS = signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER)


async def resolve(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The student's id.")]
) -> Student | None:
    student_id = decode_id(id, "Student", "id")
    async with reading(info) as source:
        if not may_see_students(source.viewer.caller):
            raise Forbidden(f"This needs the permission {' or '.join(sorted(SEE_ATTENDANCE))}.")
        return (await find_students(source, [student_id])).get(student_id)


field = strawberry.field(
    resolver=resolve,
    description="A student by id. Null: unknown, or not to be seen. Staff need attendance VIEW, and without SEE_ALL "
    "see those enrolled in what they teach or substitute; guardians see those of their family.",
    metadata=OF_STUDENTS,
)
