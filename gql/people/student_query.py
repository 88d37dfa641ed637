"""The query student, which returns one student by id."""

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
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The id of the student.")]
) -> Student | None:
    student_id = decode_id(id, "Student", "id")
    async with reading(info) as source:
        if not may_see_students(source.viewer.caller):
            raise Forbidden(f"This needs the permission {' or '.join(sorted(SEE_ATTENDANCE))}.")
        return (await find_students(source, [student_id])).get(student_id)


field = strawberry.field(
    resolver=resolve,
    description="One student by id. Null when there is no such student, or when the viewer may not see the student. "
    "Staff need attendance VIEW; without SEE_ALL, they see the students who are enrolled in what they teach or "
    "substitute. Guardians see the students of their own family.",
    metadata=OF_STUDENTS,
)
