"""The attendance of a student across all enrollments (R4.4)."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from attendance.rules.calendar.listings import Position
from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.student_attendance import newest_first, not_editable
from attendance.rules.organization.permissions import Viewer, sees_all_occurrences
from attendance.rules.roster.roster_rows import MarkFacts, RosterRow, roster_rows
from attendance.rules.roster.sight import sight_of
from db.calendar.occurrences import read_heads
from db.marks.student_attendance import StudentPlaces, read_student_places
from db.roster.rosters import read_rosters
from gql.calendar.offering import show_offering
from gql.calendar.positions import encode_position, position_cursors, read_position
from gql.fields.context import Info, Reading
from gql.fields.global_ids import encode_id, encode_occurrence_id
from gql.fields.loaders import load
from gql.fields.pagination import Connection, Page, connection, read_page
from gql.fields.vocabulary import Portal
from gql.marks.vocabulary import AttendanceRange, NotEditableReason
from gql.people.student import Enrollment, Student, show_enrollment
from gql.roster.roster import Mark, show_mark

if TYPE_CHECKING:
    from gql.calendar.occurrence import Occurrence

_CURSORS = position_cursors("attendance")


@strawberry.type(description="The reason why the viewer cannot mark the student at the occurrence.")
class NotEditable:
    reason: NotEditableReason = strawberry.field(description="The reason as a value for programs.")
    message: str = strawberry.field(description="The reason as an English sentence for people.")


@strawberry.type(
    description="One student at one occurrence. To mark the student, pass `occurrenceId` and `studentId` to "
    "`markAttendance`, `checkIn` or `clearMark`, or submit the roll sheet with `submitAttendance`."
)
class StudentAttendance:
    occurrence_id: strawberry.ID = strawberry.field(description="The id of the occurrence.")
    student_id: strawberry.ID = strawberry.field(description="The id of the student.")
    occurrence: Annotated["Occurrence", strawberry.lazy("gql.calendar.occurrence")] = strawberry.field(
        description="The occurrence that the student attended, missed or is expected at."
    )
    enrollment: Enrollment | None = strawberry.field(
        description="The enrollment that puts the student on the roll sheet. When there are several, it is the first "
        "by type in the order ACTIVE, TRIAL, SINGLE_DAY, MAKEUP. Null when the row exists only because of a mark for "
        "which no enrollment is recorded."
    )
    mark: Mark | None = strawberry.field(
        description="The student's mark. Null when the student is not marked. For guardians, `note` and `markedBy` "
        "are always null and `needsReview` is always false."
    )
    is_subdued: bool = strawberry.field(
        description="Whether the row is subdued: the student has a mark, but no enrollment covers the date any more."
    )
    is_editable: bool = strawberry.field(description="Whether the viewer can mark the student at this occurrence now.")
    not_editable: NotEditable | None = strawberry.field(
        description="Why the viewer cannot mark the student. Null when the viewer can."
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    student_id: UUID
    wanted: AttendanceRange
    page: Page
    now: datetime


@dataclass(frozen=True, slots=True)
class StudentSheets:
    """Students' rows on roll sheets, and the viewer to whom they are shown. A student without a row has left the
    sheet.
    """

    heads: Mapping[OccurrenceKey, OccurrenceHead]
    rows: Mapping[tuple[OccurrenceKey, UUID], RosterRow]
    viewer: Viewer


@dataclass(frozen=True, slots=True)
class _Found:
    """The positions of a page, newest first. `sheets` holds the rows of all students of the batch."""

    positions: list[Position]
    sheets: StudentSheets


async def attendance_of_student(
    info: Info, student: Student, wanted: AttendanceRange, first: int | None, after: str | None
) -> Connection[StudentAttendance]:
    """Return a page, in four statements for all students of a batch. Raises BadInput."""
    page = read_page(_CURSORS, first=first, after=after)
    now = info.context.clock()
    asked = _Asked(student.facts.id, wanted, page, now)
    found = await load(info, asked, _read_attendance)
    shown = found.positions[: page.size]
    return connection(
        [each for each in shown if (each.key, asked.student_id) in found.sheets.rows],
        page,
        has_more=len(found.positions) > page.size,
        node=lambda position: show_attendance(found.sheets, position.key, asked.student_id, now),
        cursor=lambda position: encode_position(_CURSORS, position),
    )


def show_attendance(sheets: StudentSheets, key: OccurrenceKey, student_id: UUID, now: datetime) -> StudentAttendance:
    row = sheets.rows.get((key, student_id))
    return show_marked(sheets, key, student_id, None if row is None else row.mark, now)


def show_marked(
    sheets: StudentSheets, key: OccurrenceKey, student_id: UUID, mark: MarkFacts | None, now: datetime
) -> StudentAttendance:
    """Show a student at an occurrence with the given mark instead of the current one."""
    from gql.calendar.occurrence import show_occurrence  # noqa: PLC0415 - occurrences show students, who show attendance

    head, row = sheets.heads[key], sheets.rows.get((key, student_id))
    blocked = not_editable(head, sheets.viewer, now)
    offering = show_offering(head.offering, head.series.timeslots)
    enrollment = None if row is None else row.enrollment
    return StudentAttendance(
        occurrence_id=encode_occurrence_id(key),
        student_id=encode_id("Student", student_id),
        occurrence=show_occurrence(head, now),
        enrollment=None if enrollment is None else show_enrollment(enrollment, offering, head.timeslots),
        mark=None if mark is None else show_mark(_told(mark, sheets.viewer)),
        is_subdued=row is None or row.is_subdued,
        is_editable=blocked is None,
        not_editable=None if blocked is None else NotEditable(reason=blocked.reason, message=blocked.message),
    )


def _told(mark: MarkFacts, viewer: Viewer) -> MarkFacts:
    """Return the mark as the viewer may see it. What staff write for each other is hidden from families."""
    if viewer.caller.portal is not Portal.CUSTOMER:
        return mark
    return replace(mark, note=None, marked_by=None, needs_review=False)


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
    pages = [_page(places[each.student_id], each) for each in asked]
    sheets = await read_sheets(source, students, {position.key for page in pages for position in page})
    return [_Found(page, sheets) for page in pages]


async def read_sheets(
    source: Reading,
    student_ids: Collection[UUID],
    keys: Collection[OccurrenceKey],
    is_wanted: Callable[[OccurrenceKey], bool] = lambda _: True,
) -> StudentSheets:
    """Read the students' rows, in two statements. The viewer must be allowed to see the students and the occurrences.

    is_wanted -- occurrences for which it returns False get no rows.
    """
    connection, viewer = source
    organization_id, sight = viewer.caller.organization_id, sight_of(viewer)
    heads = {head.key: head for head in await read_heads(connection, organization_id, keys)}
    wanted = [head for key, head in heads.items() if is_wanted(key)]
    rosters = await read_rosters(connection, organization_id, wanted, student_ids)
    rows = {(head.key, row.student.id): row for head in wanted for row in roster_rows(rosters[head.key], head, sight)}
    return StudentSheets(heads, rows, viewer)


def _page(places: StudentPlaces, asked: _Asked) -> list[Position]:
    before = read_position(asked.page.after, "after")
    found = newest_first(places.slots, places.strays, asked.wanted, now=asked.now, before=before)
    return list(islice(found, asked.page.size + 1))
