"""The query students, which lists students by name."""

from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.organization.permissions import SEE_ATTENDANCE
from attendance.rules.roster.sight import sight_of
from db.people.students import list_students, visibility_of
from gql.fields.context import Info, reading
from gql.fields.listing_arguments import AFTER, FIRST, LETTERS_ALIKE, MOST_SEARCH, checked_search
from gql.fields.pagination import Connection, Cursors, first_page, read_page
from gql.fields.visible import may_see_students
from gql.people.student import Student, show_student
from gql.people.student_query import OF_STUDENTS
from gql.protocol.errors import Forbidden

_CURSORS = Cursors("students by name", (str, UUID))


async def resolve(
    info: Info,
    search: Annotated[
        str | None,
        strawberry.argument(
            description='Only students whose name contains this text, either as "first last" or as "last, first". '
            f"{LETTERS_ALIKE} At most {MOST_SEARCH} characters. When left out or null, all students are listed."
        ),
    ] = None,
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> Connection[Student]:
    page = read_page(_CURSORS, first=first, after=after)
    text = checked_search(search, "search")
    async with reading(info) as (source, viewer):
        if not may_see_students(viewer.caller):
            raise Forbidden(f"This needs the permission {' or '.join(sorted(SEE_ATTENDANCE))}.")
        found = await list_students(
            source,
            viewer.caller.organization_id,
            visibility_of(viewer.caller),
            text,
            after=page.after,
            limit=page.size + 1,
        )
    sight = sight_of(viewer)
    return first_page(
        found,
        page,
        node=lambda student: show_student(student, sight, viewer.currency),
        cursor=lambda student: _CURSORS.encode(student.sort_key, student.id),
    )


field = strawberry.field(
    resolver=resolve,
    description="The students, ordered by last name, then by first name, as the Unicode Collation Algorithm orders "
    "them (root locale). Deleted students are left out. Staff need "
    "attendance VIEW; without SEE_ALL, they see the students who are enrolled in what they teach or substitute. "
    "Guardians see the students of their own family.",
    metadata=OF_STUDENTS,
)
