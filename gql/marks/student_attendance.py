"""The type StudentAttendance: one student at one occurrence, with whether the viewer can mark the student (R4.4)."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import strawberry

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.student_attendance import not_editable
from attendance.rules.organization.permissions import Viewer
from attendance.rules.roster.roster_rows import BARE, MarkFacts, RosterRow, roster_rows
from attendance.rules.roster.sight import sight_of
from db.calendar.occurrences import read_heads
from db.roster.rosters import read_rosters
from gql.calendar.occurrence import Occurrence, show_occurrence
from gql.calendar.offering import show_offering
from gql.enrollments.enrollment import Enrollment, show_enrollment
from gql.fields.context import Reading
from gql.fields.global_ids import encode_id, encode_occurrence_id
from gql.fields.vocabulary import Portal
from gql.marks.vocabulary import NotEditableReason
from gql.roster.roster import Mark, show_mark
from pace import in_turns


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
    occurrence: Occurrence = strawberry.field(
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
class StudentSheets:
    """Students' rows on roll sheets, and the viewer to whom they are shown. A student without a row has left the
    sheet.
    """

    heads: Mapping[OccurrenceKey, OccurrenceHead]
    rows: Mapping[tuple[OccurrenceKey, UUID], RosterRow]
    viewer: Viewer


def show_attendance(sheets: StudentSheets, key: OccurrenceKey, student_id: UUID, now: datetime) -> StudentAttendance:
    row = sheets.rows.get((key, student_id))
    return show_marked(sheets, key, student_id, None if row is None else row.mark, now)


def show_marked(
    sheets: StudentSheets, key: OccurrenceKey, student_id: UUID, mark: MarkFacts | None, now: datetime
) -> StudentAttendance:
    """Show a student at an occurrence with the given mark instead of the current one."""
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
    rosters = await read_rosters(connection, organization_id, wanted, student_ids, BARE)
    rows = {
        (head.key, row.student.id): row
        async for head in in_turns(wanted)
        for row in roster_rows(rosters[head.key], head, sight, BARE)
    }
    return StudentSheets(heads, rows, viewer)
