"""The query medicalReads: which staff were shown whose medical text, and when."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

from db.organization.security_events import StoredRead, list_medical_reads
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.global_ids import decode_id
from gql.fields.listing_arguments import AFTER, FIRST
from gql.fields.pagination import Connection, Cursors, first_page, read_page
from gql.fields.visible import find_students
from gql.fields.vocabulary import Permission
from gql.people.people import StaffMember, show_staff_member
from gql.people.student import Student

_CURSORS = Cursors("medicalReads", (date, UUID, UUID))


@strawberry.type(description="A member of staff was shown a student's medical text on a day.")
class MedicalRead:
    read_on: date = strawberry.field(description="The day, in UTC.")
    staff_member: StaffMember = strawberry.field(description="Who was shown the text.")
    student: Student | None = strawberry.field(
        description="Whose text it was. Null when the viewer may not see the student any more."
    )
    first_at: datetime = strawberry.field(description="When the text was shown for the first time on that day.")


async def resolve(
    info: Info,
    student_id: Annotated[
        strawberry.ID | None,
        strawberry.argument(
            description="Only reads of this student's text. When left out or null, those of all students are listed."
        ),
    ] = None,
    staff_member_id: Annotated[
        strawberry.ID | None,
        strawberry.argument(
            description="Only reads by this staff member. When left out or null, those by everybody are listed."
        ),
    ] = None,
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> Connection[MedicalRead]:
    page = read_page(_CURSORS, first=first, after=after)
    student = None if student_id is None else decode_id(student_id, "Student", "studentId")
    person = None if staff_member_id is None else decode_id(staff_member_id, "StaffMember", "staffMemberId")
    async with reading(info) as source:
        found = await list_medical_reads(
            source.connection,
            source.viewer.caller.organization_id,
            student_id=student,
            person_id=person,
            after=page.after,
            limit=page.size + 1,
        )
        students = await find_students(source, {each.student_id for each in found})

    def show(read: StoredRead) -> MedicalRead:
        return MedicalRead(
            read_on=read.read_on,
            staff_member=show_staff_member(read.person),
            student=students.get(read.student_id),
            first_at=read.first_at,
        )

    return first_page(
        found,
        page,
        node=show,
        cursor=lambda read: _CURSORS.encode(read.read_on, read.person.id, read.student_id),
    )


field = strawberry.field(
    resolver=resolve,
    description="Who of the staff was shown the medical texts of which students, the latest day first: one entry for "
    "each person, student and day, kept for three years. Needs OWNER.",
    metadata=requires([Permission.OWNER]),
)
