"""The query attendanceReport, which adds up the marks of roll sheets (R15.1)."""

from typing import Annotated

import strawberry

from attendance.rules.reports.attendance_counts import AttendanceCounts
from db.reports.attendance import read_report
from db.reports.details import ClassDetails, InstructorDetails, StudentDetails
from db.reports.grouped import ReportRow
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.listing_arguments import AFTER, FIRST
from gql.fields.pagination import Connection, Cursors, read_page
from gql.fields.vocabulary import Permission
from gql.marks.vocabulary import AttendanceStatus
from gql.protocol.guard import weighs
from gql.reports.details import (
    ReportClass,
    ReportInstructor,
    ReportStudent,
    show_class,
    show_instructor,
    show_student,
)
from gql.reports.report_filter import ReportFilter, chosen_sheets
from gql.reports.report_rows import ROW_CURSOR, show_rows, subject_id
from gql.reports.vocabulary import ReportGroup

_CURSORS = {group: Cursors(f"attendanceReport by {group}", ROW_CURSOR) for group in ReportGroup}
_TYPES = {
    ReportGroup.OFFERING: "Offering",
    ReportGroup.STUDENT: "Student",
    ReportGroup.INSTRUCTOR: "StaffMember",
    ReportGroup.LOCATION: "Location",
}


@strawberry.type(description="The number of marks by status. Students without a mark are not counted.")
class MarkCounts:
    present: int = strawberry.field(description="The number of marks PRESENT.")
    tardy: int = strawberry.field(description="The number of marks TARDY.")
    left_early: int = strawberry.field(description="The number of marks LEFT_EARLY.")
    tardy_and_left_early: int = strawberry.field(description="The number of marks TARDY_AND_LEFT_EARLY.")
    absent: int = strawberry.field(description="The number of marks ABSENT, including defaulted marks.")
    excused_absence: int = strawberry.field(description="The number of marks EXCUSED_ABSENCE.")
    total: int = strawberry.field(description="The number of all marks.")
    rate: float | None = strawberry.field(
        description="The share of the marks at which the student was there, from 0 to 1. Excused absences count "
        "neither for nor against. Null when no mark counts."
    )


@strawberry.type(description="The marks of one group of a report.")
class AttendanceReportRow:
    subject_id: strawberry.ID | None = strawberry.field(
        description="The id of the offering, student, staff member or location. Null for a week, and for the sheets "
        "that nobody taught."
    )
    name: str = strawberry.field(
        description="The name of the offering, student, staff member or location; of a week its Monday, as YYYY-MM-DD. "
        "Empty for the sheets that nobody taught."
    )
    offering: ReportClass | None = strawberry.field(
        description="The location and the meetings of the offering. Null unless the rows are offerings."
    )
    student: ReportStudent | None = strawberry.field(
        description="The student's family and date of birth. Null unless the rows are students."
    )
    instructor: ReportInstructor | None = strawberry.field(
        description="The classes of the instructor and their locations. Null unless the rows are instructors. For the "
        "sheets that nobody taught, it has the classes and locations of those."
    )
    counts: MarkCounts = strawberry.field(description="The marks of the group.")


@strawberry.type(description="The marks of roll sheets over a range of dates, in all and by group.")
class AttendanceReport:
    totals: MarkCounts = strawberry.field(
        description="All marks, each counted once. Where a sheet has several instructors, the rows by instructor add "
        "up to more."
    )
    rows: Connection[AttendanceReportRow] = strawberry.field(description="The groups that have marks, a page of them.")


async def resolve(
    info: Info,
    filter: Annotated[ReportFilter, strawberry.argument(description="Which roll sheets it is about.")],
    group_by: Annotated[ReportGroup, strawberry.argument(description="How the marks are grouped.")],
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> AttendanceReport:
    cursors = _CURSORS[group_by]
    page = read_page(cursors, first=first, after=after)
    chosen = chosen_sheets(filter)
    async with reading(info) as (source, viewer):
        found = await read_report(
            source, viewer.caller.organization_id, chosen, group_by, after=page.after, limit=page.size + 1
        )
    rows = show_rows(found, page, cursors, lambda row: _show(row, group_by))
    return AttendanceReport(totals=_show_counts(found.totals), rows=rows)


field = strawberry.field(
    resolver=resolve,
    description="Attendance over a range of dates, by class, student, instructor, location or week. The numbers are "
    "those of the roll sheets: each mark counts once, also that of a student or a class that has left since. Needs "
    "SEE_REPORTS, in the Office Portal or the Staff Portal.",
    metadata={**requires([Permission.SEE_REPORTS]), **weighs(5_000)},
)


def _show(row: ReportRow[AttendanceCounts], group: ReportGroup) -> AttendanceReportRow:
    return AttendanceReportRow(
        subject_id=subject_id(_TYPES.get(group), row),
        name=row.name,
        offering=show_class(row.details) if isinstance(row.details, ClassDetails) else None,
        student=show_student(row.details) if isinstance(row.details, StudentDetails) else None,
        instructor=show_instructor(row.details) if isinstance(row.details, InstructorDetails) else None,
        counts=_show_counts(row.counts),
    )


def _show_counts(counts: AttendanceCounts) -> MarkCounts:
    by = counts.by_status
    return MarkCounts(
        present=by[AttendanceStatus.PRESENT],
        tardy=by[AttendanceStatus.TARDY],
        left_early=by[AttendanceStatus.LEFT_EARLY],
        tardy_and_left_early=by[AttendanceStatus.TARDY_AND_LEFT_EARLY],
        absent=by[AttendanceStatus.ABSENT],
        excused_absence=by[AttendanceStatus.EXCUSED_ABSENCE],
        total=counts.total,
        rate=counts.rate,
    )
