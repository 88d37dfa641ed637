"""The query enrollments, which lists enrollments over the whole organization (R13.7)."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.organization.permissions import SEE_ATTENDANCE
from db.enrollments.enrollment_pages import WantedEnrollments, list_enrollments
from db.people.students import visibility_of
from gql.enrollments.enrollment import Enrollment, show_place
from gql.enrollments.enrollment_arguments import checked_date
from gql.enrollments.vocabulary import EnrollmentType
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.global_ids import decode_id, decode_ids
from gql.fields.listing_arguments import AFTER, FIRST, MOST_IDS
from gql.fields.pagination import Connection, Cursors, first_page, read_page

_CURSORS = Cursors("enrollments by joining", (datetime, UUID))


async def resolve(
    info: Info,
    *,
    offering_ids: Annotated[
        list[strawberry.ID] | None,
        strawberry.argument(
            description=f"Only enrollments in these offerings, at most {MOST_IDS}. When left out or null, those in all "
            "offerings are listed."
        ),
    ] = None,
    student_id: Annotated[
        strawberry.ID | None,
        strawberry.argument(
            description="Only enrollments of this student. When left out or null, those of all students are listed."
        ),
    ] = None,
    type: Annotated[
        EnrollmentType | None,
        strawberry.argument(
            description="Only enrollments of this type. When left out or null, those of all types are listed."
        ),
    ] = None,
    on: Annotated[
        date | None,
        strawberry.argument(
            name="date",
            description="Only enrollments that cover this date. When left out or null, past and future ones are listed "
            "too.",
        ),
    ] = None,
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> Connection[Enrollment]:
    page = read_page(_CURSORS, first=first, after=after)
    chosen = None if offering_ids is None else decode_ids(offering_ids, "Offering", "offeringIds", at_most=MOST_IDS)
    student = None if student_id is None else decode_id(student_id, "Student", "studentId")
    day = None if on is None else checked_date(on, "date")
    async with reading(info) as source:
        caller = source.viewer.caller
        visible_to = visibility_of(caller).visible_to
        found = await list_enrollments(
            source.connection,
            caller.organization_id,
            WantedEnrollments(chosen, student, type, day, visible_to),
            after=page.after,
            limit=page.size + 1,
        )
    return first_page(
        found,
        page,
        node=lambda each: show_place(each[0]),
        cursor=lambda each: _CURSORS.encode(each[1], each[0].enrollment.id),
    )


field = strawberry.field(
    resolver=resolve,
    description="The enrollments of the organization, in the order in which they were made: for WAITLIST, that is the "
    "order in which places are given, and `waitlistPosition` counts those who still wait. Deleted ones are left out. "
    "Needs attendance VIEW, in the Office Portal or the Staff Portal; without SEE_ALL, it lists those in offerings "
    "that the caller teaches or substitutes.",
    metadata=requires(SEE_ATTENDANCE),
)
