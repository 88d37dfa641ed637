"""A student's attendance across enrollments (R4.4)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import strawberry

from attendance.rules.calendar import OccurrenceKey
from attendance.rules.listings import Position
from attendance.rules.occurrences import OccurrenceHead
from attendance.rules.permissions import Viewer, sees_all_occurrences
from attendance.rules.roster_rows import MarkFacts, RosterRow, roster_rows
from attendance.rules.sight import sight_of
from attendance.rules.student_attendance import (
    AttendanceRange,
    NotEditableReason,
    newest_first,
    not_editable,
)
from attendance.rules.vocabulary import Portal
from db.occurrences import read_heads
from db.rosters import read_rosters
from db.student_attendance import StudentPlaces, read_student_places
from gql.context import Info, Reading
from gql.global_ids import encode_id, encode_occurrence_id
from gql.loaders import load
from gql.pagination import Connection, Page, connection, read_page
from gql.positions import encode_position, position_cursors, read_position
from gql.types.described import described
from gql.types.offering import show_offering
from gql.types.roster import Mark, show_mark
from gql.types.student import Enrollment, Student, show_enrollment

if TYPE_CHECKING:
    from gql.types.occurrence import Occurrence

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
    occurrence: Annotated["Occurrence", strawberry.lazy("gql.types.occurrence")] = strawberry.field(
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
class _Found:
    """A page's rows, newest first; those of all students of the batch are in the mappings."""

    positions: list[Position]
    heads: Mapping[OccurrenceKey, OccurrenceHead]
    rows: Mapping[tuple[OccurrenceKey, UUID], RosterRow]
    viewer: Viewer


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
        [each for each in shown if (each.key, asked.student_id) in found.rows],
        page,
        has_more=len(found.positions) > page.size,
        node=lambda position: _show(found, position.key, asked),
        cursor=lambda position: encode_position(_CURSORS, position),
    )


def _show(found: _Found, key: OccurrenceKey, asked: _Asked) -> StudentAttendance:
    from gql.types.occurrence import show_occurrence  # noqa: PLC0415 - occurrences show students, who show attendance

    head, row = found.heads[key], found.rows[key, asked.student_id]
    blocked = not_editable(head, found.viewer, asked.now)
    offering = show_offering(head.offering, head.series.timeslots)
    return StudentAttendance(
        occurrence_id=encode_occurrence_id(key),
        student_id=encode_id("Student", asked.student_id),
        occurrence=show_occurrence(head, asked.now),
        enrollment=None if row.enrollment is None else show_enrollment(row.enrollment, offering, head.timeslots),
        mark=None if row.mark is None else show_mark(_told(row.mark, found.viewer)),
        is_subdued=row.is_subdued,
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
    keys = {position.key for page in pages for position in page}
    heads = {head.key: head for head in await read_heads(source.connection, organization_id, keys)}
    rosters = await read_rosters(source.connection, organization_id, heads.values(), students)
    sight = sight_of(viewer)
    rows = {(key, row.student.id): row for key, head in heads.items() for row in roster_rows(rosters[key], head, sight)}
    return [_Found(page, heads, rows, viewer) for page in pages]


def _page(places: StudentPlaces, asked: _Asked) -> list[Position]:
    before = read_position(asked.page.after, "after")
    found = newest_first(places.slots, places.strays, asked.wanted, now=asked.now, before=before)
    return list(islice(found, asked.page.size + 1))
