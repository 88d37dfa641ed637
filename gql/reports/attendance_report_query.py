"""The query attendanceReport, which adds up the marks of roll sheets (R15.1)."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.calendar.listings import MAX_DAYS, range_refusal
from attendance.rules.calendar.timeslots import DateSpan
from attendance.rules.reports.attendance_counts import AttendanceCounts
from db.reports.attendance import ReportFilter, ReportRow, read_report
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.global_ids import decode_ids, encode_id
from gql.fields.listing_arguments import AFTER, FIRST, MOST_IDS
from gql.fields.pagination import Connection, Cursors, connection, read_page
from gql.fields.vocabulary import Permission
from gql.marks.vocabulary import AttendanceStatus
from gql.protocol.errors import BadInput
from gql.protocol.guard import weighs
from gql.reports.vocabulary import ReportGroup

_CURSORS = {group: Cursors(f"attendanceReport by {group}", (str, str)) for group in ReportGroup}
_TYPES = {
    ReportGroup.OFFERING: "Offering",
    ReportGroup.STUDENT: "Student",
    ReportGroup.INSTRUCTOR: "StaffMember",
    ReportGroup.LOCATION: "Location",
}


@strawberry.input(
    description="Which roll sheets a report is about. A sheet must meet every condition that is given. A list that is "
    "empty, null or left out sets no condition."
)
class AttendanceReportFilter:
    from_on: date = strawberry.field(name="from", description="The first date, at the location of each class.")
    to: date = strawberry.field(description=f"The last date, inclusive. The range can have at most {MAX_DAYS} days.")
    offering_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Only sheets of these offerings. At most {MOST_IDS} ids."
    )
    location_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Only sheets of what was held at these locations. At most {MOST_IDS} ids."
    )
    program_ids: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description="Only sheets of offerings that were in these programs on the date of the sheet. At most "
        f"{MOST_IDS} ids.",
    )


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
    filter: Annotated[AttendanceReportFilter, strawberry.argument(description="Which roll sheets it is about.")],
    group_by: Annotated[ReportGroup, strawberry.argument(description="By what the marks are added up.")],
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> AttendanceReport:
    cursors = _CURSORS[group_by]
    page = read_page(cursors, first=first, after=after)
    chosen = _chosen(filter)
    async with reading(info) as (source, viewer):
        found = await read_report(
            source, viewer.caller.organization_id, chosen, group_by, after=page.after, limit=page.size + 1
        )
    rows = connection(
        found.rows[: page.size],
        page,
        has_more=len(found.rows) > page.size,
        node=lambda row: _show(row, group_by),
        cursor=lambda row: cursors.encode(row.place, row.key),
    )
    return AttendanceReport(totals=_show_counts(found.totals), rows=rows)


field = strawberry.field(
    resolver=resolve,
    description="Attendance over a range of dates, by class, student, instructor, location or week. The numbers are "
    "those of the roll sheets: each mark counts once, also that of a student or a class that has left since. Needs "
    "SEE_REPORTS, in the Office Portal or the Staff Portal.",
    metadata={**requires([Permission.SEE_REPORTS]), **weighs(5_000)},
)


def _chosen(given: AttendanceReportFilter) -> ReportFilter:
    refusal = range_refusal(given.from_on, given.to)
    if refusal is not None:
        raise BadInput(f'Argument "filter" has no range that can be reported. {refusal}')
    return ReportFilter(
        DateSpan(given.from_on, given.to),
        _ids(given.offering_ids, "Offering", "filter.offeringIds"),
        _ids(given.location_ids, "Location", "filter.locationIds"),
        _ids(given.program_ids, "Program", "filter.programIds"),
    )


def _ids(given: Sequence[str] | None, type_name: str, argument: str) -> list[UUID] | None:
    return decode_ids(given, type_name, argument, at_most=MOST_IDS) if given else None


def _show(row: ReportRow, group: ReportGroup) -> AttendanceReportRow:
    has_id = bool(row.key) and group in _TYPES
    return AttendanceReportRow(
        subject_id=strawberry.ID(encode_id(_TYPES[group], UUID(row.key))) if has_id else None,
        name=row.name,
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
