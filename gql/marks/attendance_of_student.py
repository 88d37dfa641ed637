"""The field `Student.attendance` lists a student's attendance across all enrollments (R4.4)."""

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.calendar.listings import Position
from attendance.rules.marks.student_attendance import COMING_DAYS, newest_first, of_enrollments
from attendance.rules.organization.permissions import sees_all_occurrences
from db.marks.student_attendance import StudentPlaces, read_student_places
from gql.calendar.positions import encode_position, position_cursors, read_position
from gql.fields.access import signed_in
from gql.fields.context import Info, Reading
from gql.fields.listing_arguments import AFTER, FIRST
from gql.fields.loaders import load
from gql.fields.pagination import Connection, Page, connection, read_page
from gql.fields.vocabulary import Portal
from gql.marks.student_attendance import StudentAttendance, StudentSheets, read_sheets, show_attendance
from gql.marks.vocabulary import AttendanceEnrollments, AttendanceRange
from gql.people.student import Student
from gql.protocol.guard import weighs
from pace import in_turns

_CURSORS = position_cursors("attendance")


@dataclass(frozen=True, slots=True)
class _Asked:
    student_id: UUID
    enrollments: AttendanceEnrollments
    wanted: AttendanceRange
    page: Page
    now: datetime


@dataclass(frozen=True, slots=True)
class _Found:
    """The positions of a page, newest first. `sheets` holds the rows of all students of the batch."""

    positions: list[Position]
    sheets: StudentSheets


async def _read_attendance(source: Reading, asked: list[_Asked]) -> list[_Found]:
    viewer = source.viewer
    organization_id = viewer.caller.organization_id
    students = {each.student_id for each in asked}
    is_guardian = viewer.caller.portal is Portal.CUSTOMER
    places = await read_student_places(
        source.connection,
        organization_id,
        students,
        with_cancelled=viewer.settings.classes.office_check_in_mode,
        visible_to=None if is_guardian or sees_all_occurrences(viewer.caller) else viewer.caller.person_id,
    )
    pages = [_page(places[each.student_id], each) async for each in in_turns(asked)]
    sheets = await read_sheets(source, students, {position.key for page in pages for position in page})
    return [_Found(page, sheets) for page in pages]


def _page(places: StudentPlaces, asked: _Asked) -> list[Position]:
    before = read_position(asked.page.after, "after")
    slots, strays = of_enrollments(places.slots, places.strays, asked.enrollments, now=asked.now)
    found = newest_first(slots, strays, asked.wanted, now=asked.now, before=before)
    return list(islice(found, asked.page.size + 1))


async def resolve(
    self: Student,
    info: Info,
    *,
    range: Annotated[
        AttendanceRange,
        strawberry.argument(description="Which occurrences to list. When left out, all of them are listed."),
    ] = AttendanceRange.ALL,
    enrollments: Annotated[
        AttendanceEnrollments,
        strawberry.argument(
            description="Of which enrollments to list the occurrences. When left out, those of current and previous "
            "ones are listed."
        ),
    ] = AttendanceEnrollments.ALL,
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> Connection[StudentAttendance]:
    """Return a page, in four statements for all students of a batch. Raises BadInput."""
    page = read_page(_CURSORS, first=first, after=after)
    now = info.context.clock()
    asked = _Asked(self.facts.id, enrollments, range, page, now)
    found = await load(info, asked, _read_attendance)
    shown = found.positions[: page.size]
    return connection(
        [each for each in shown if (each.key, asked.student_id) in found.sheets.rows],
        page,
        has_more=len(found.positions) > page.size,
        node=lambda position: show_attendance(found.sheets, position.key, asked.student_id, now),
        cursor=lambda position: encode_position(_CURSORS, position),
    )


field = strawberry.field(
    resolver=resolve,
    description="The student's occurrences in present and previous enrollments, newest first. They are all past "
    f"occurrences and those of the next {COMING_DAYS} days. Each comes with its mark and with whether the viewer can "
    "mark the student there. Dates outside the offering's sessions are included, but cannot be marked. Occurrences "
    "with a mark but without an enrollment are included as subdued. Cancelled occurrences are included only while "
    "officeCheckInMode is on. Staff without SEE_ALL see only occurrences that they teach or substitute.",
    metadata={**signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER), **weighs(each=9)},
)
