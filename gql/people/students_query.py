"""students: a listing by name."""

from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.organization.permissions import SEE_ATTENDANCE
from attendance.rules.roster.sight import sight_of
from db.people.students import list_students, visibility_of
from gql.fields.context import Info, reading
from gql.fields.listing_arguments import AFTER, FIRST, MOST_SEARCH, checked_search
from gql.fields.pagination import Connection, Cursors, connection, read_page
from gql.fields.visible import may_see_students
from gql.people.student import Student, show_student
from gql.people.student_query import OF_STUDENTS
from gql.protocol.errors import Forbidden

_CURSORS = Cursors("students", (str, UUID))


async def resolve(
    info: Info,
    search: Annotated[
        str | None,
        strawberry.argument(
            description=f'Found anywhere in "first last" or "last, first", case aside; at most {MOST_SEARCH} '
            "characters."
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
    return connection(
        found[: page.size],
        page,
        has_more=len(found) > page.size,
        node=lambda row: show_student(row.student, sight, viewer.currency),
        cursor=lambda row: _CURSORS.encode(row.sort_name, row.student.id),
    )


field = strawberry.field(
    resolver=resolve,
    description="Students by last name, first name, without deleted ones. Staff need attendance VIEW, and without "
    "SEE_ALL see those enrolled in what they teach or substitute; guardians see those of their family.",
    metadata=OF_STUDENTS,
)
