"""A student's attendance across enrollments (R4.4)."""

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
from attendance.rules.marks.student_attendance import (
    AttendanceRange,
    NotEditableReason,
    newest_first,
    not_editable,
)
from attendance.rules.organization.permissions import Viewer, sees_all_occurrences
from attendance.rules.roster.roster_rows import MarkFacts, RosterRow, roster_rows
from attendance.rules.roster.sight import sight_of
from attendance.rules.vocabulary import Portal
from db.calendar.occurrences import read_heads
from db.marks.student_attendance import StudentPlaces, read_student_places
from db.roster.rosters import read_rosters
from gql.calendar.offering import show_offering
from gql.calendar.positions import encode_position, position_cursors, read_position
from gql.fields.context import Info, Reading
from gql.fields.described import described
from gql.fields.global_ids import encode_id, encode_occurrence_id
from gql.fields.loaders import load
from gql.fields.pagination import Connection, Page, connection, read_page
from gql.people.student import Enrollment, Student, show_enrollment
from gql.roster.roster import Mark, show_mark

if TYPE_CHECKING:
    from gql.calendar.occurrence import Occurrence

_CURSORS = position_cursors("attendance")

described(
    NotEditableReason,
    "Why the viewer cannot mark the student. Of several the first one is told.",
    {
        NotEditableReason.NOT_SCHEDULED: "The offering is not scheduled to meet on the date.",
        NotEditableReason.CLOSED: "A blackout closes the date.",
        NotEditableReason.CANCELLED: "The occurrence was cancelled.",
        NotEditableReason.IN_THE_FUTURE: "Its date, at its location, has not come yet.",
        NotEditableReason.NO_PERMISSION: "The viewer may not record attendance. Guardians never may.",
        NotEditableReason.CHECK_IN_MODE_OFF: "In the viewer's portal check-in mode is off: marks go in through the "
        "roll sheet, by `submitAttendance`, and not one student at a time.",
    },
)


@strawberry.type(description="Why the viewer cannot mark the student at the occurrence.")
class NotEditable:
    reason: NotEditableReason = strawberry.field(description="The reason, for programs.")
    message: str = strawberry.field(description="The reason in English, for people.")


@strawberry.type(
    description="A student at one occurrence. To mark the student from here, pass `occurrenceId` and `studentId` to "
    "`markAttendance`, `checkIn`, `clearMark` or `submitAttendance`."
)
class StudentAttendance:
    occurrence_id: strawberry.ID = strawberry.field(description="The id of the occurrence.")
    student_id: strawberry.ID = strawberry.field(description="The id of the student.")
    occurrence: Annotated["Occurrence", strawberry.lazy("gql.calendar.occurrence")] = strawberry.field(
        description="What the student attended, missed, or is expected at."
    )
    enrollment: Enrollment | None = strawberry.field(
        description="What puts the student on its roll sheet; of several the lasting one. Null: a mark keeps the row, "
        "and names no enrollment."
    )
    mark: Mark | None = strawberry.field(
        description="Null: not marked. Guardians are not told its note, who made it, nor whether it needs a review."
    )
    is_subdued: bool = strawberry.field(
        description="Whether the student was marked, but no enrollment covers the date any more."
    )
    is_editable: bool = strawberry.field(description="Whether the viewer can mark the student here now.")
    not_editable: NotEditable | None = strawberry.field(description="Why not; null: the viewer can.")


@dataclass(frozen=True, slots=True)
class _Asked:
    student_id: UUID
    wanted: AttendanceRange
    page: Page
    now: datetime


@dataclass(frozen=True, slots=True)
class StudentSheets:
    """Students' rows on roll sheets, and who is told of them. Without a row the student has left the sheet."""

    heads: Mapping[OccurrenceKey, OccurrenceHead]
    rows: Mapping[tuple[OccurrenceKey, UUID], RosterRow]
    viewer: Viewer


@dataclass(frozen=True, slots=True)
class _Found:
    """A page's rows, newest first; those of all students of the batch are in `sheets`."""

    positions: list[Position]
    sheets: StudentSheets


async def attendance_of_student(
    info: Info, student: Student, wanted: AttendanceRange, first: int | None, after: str | None
) -> Connection[StudentAttendance]:
    """A page; four statements for all students of a batch. Raises BadInput."""
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
    """With the mark that is given in place of the present one."""
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
    """What staff remark for each other is not for families."""
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
    """Two statements. The viewer sees the students and the occurrences; no rows are read of those not wanted."""
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
