"""The query absenceReport, which lists absences with their makeup tokens (R15.1)."""

from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry

from db.reports.absences import AbsenceRow, read_absences
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.global_ids import encode_id, encode_occurrence_id
from gql.fields.listing_arguments import AFTER, FIRST
from gql.fields.pagination import Connection, Cursors, first_page, read_page
from gql.fields.vocabulary import Permission
from gql.marks.vocabulary import AttendanceStatus
from gql.protocol.guard import weighs
from gql.reports.details import ReportStudent, show_student
from gql.reports.report_filter import ReportFilter, chosen_sheets
from gql.tokens.vocabulary import MakeupTokenState

_CURSORS = Cursors("absenceReport", (date, str, UUID, str, UUID))


@strawberry.type(description="The makeup token of an absence.")
class AbsenceReportToken:
    token_id: strawberry.ID = strawberry.field(description="The id of the makeup token.")
    state: MakeupTokenState = strawberry.field(description="Its state now.")
    expires_on: date | None = strawberry.field(
        description="The last date on which it can be used. Null when it never expires."
    )


@strawberry.type(description="An absence on a roll sheet.")
class AbsenceReportRow:
    occurrence_id: strawberry.ID = strawberry.field(description="The id of the occurrence that was missed.")
    held_on: date = strawberry.field(name="date", description="The date of the occurrence, at its location.")
    offering_id: strawberry.ID = strawberry.field(description="The id of the offering.")
    offering_name: str = strawberry.field(description="The name of the offering.")
    location_name: str = strawberry.field(description="The name of the location of the occurrence.")
    start_time: str = strawberry.field(
        description="The time at which the occurrence starts, as `HH:MM` in the location's time zone."
    )
    student_id: strawberry.ID = strawberry.field(description="The id of the student.")
    student_name: str = strawberry.field(description="The first name and the last name of the student.")
    student: ReportStudent = strawberry.field(description="The student's family and date of birth.")
    status: AttendanceStatus = strawberry.field(description="ABSENT or EXCUSED_ABSENCE.")
    is_defaulted: bool = strawberry.field(
        description="Whether Rollbook set the mark by default, because nobody had marked the student."
    )
    token: AbsenceReportToken | None = strawberry.field(
        description="The makeup token that the absence has earned, or that was given for the cancellation of the "
        "occurrence. Null when there is none, or when it was revoked or deleted."
    )


async def resolve(
    info: Info,
    filter: Annotated[ReportFilter, strawberry.argument(description="Which roll sheets it is about.")],
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> Connection[AbsenceReportRow]:
    page, chosen = read_page(_CURSORS, first=first, after=after), chosen_sheets(filter)
    async with reading(info) as (source, viewer):
        found = await read_absences(
            source,
            viewer.caller.organization_id,
            chosen,
            now=info.context.clock(),
            after=page.after,
            limit=page.size + 1,
        )
    return first_page(
        found,
        page,
        node=_show,
        cursor=lambda row: _CURSORS.encode(*row.place),
    )


field = strawberry.field(
    resolver=resolve,
    description="The absences on roll sheets over a range of dates, each with its makeup token: by date, then by the "
    "names of offering and student. Needs SEE_REPORTS, in the Office Portal or the Staff Portal.",
    metadata={**requires([Permission.SEE_REPORTS]), **weighs(5_000)},
)


def _show(row: AbsenceRow) -> AbsenceReportRow:
    token = row.token
    return AbsenceReportRow(
        occurrence_id=encode_occurrence_id(row.key),
        held_on=row.key.held_on,
        offering_id=encode_id("Offering", row.offering_id),
        offering_name=row.class_name,
        location_name=row.location_name,
        start_time=f"{row.start_time:%H:%M}",
        student_id=encode_id("Student", row.student_id),
        student_name=row.student_name,
        student=show_student(row.student_details),
        status=row.status,
        is_defaulted=row.is_defaulted,
        token=None
        if token is None
        else AbsenceReportToken(
            token_id=encode_id("MakeupToken", token.id), state=token.state, expires_on=token.good_through
        ),
    )
