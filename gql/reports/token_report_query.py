"""The query tokenReport, which counts makeup tokens (R15.1)."""

from datetime import date
from typing import Annotated

import strawberry

from attendance.rules.calendar.listings import MAX_DAYS
from attendance.rules.reports.token_counts import TokenCounts
from db.reports.details import StudentDetails
from db.reports.grouped import ReportRow
from db.reports.tokens import TokenFilter, read_token_report
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.listing_arguments import AFTER, FIRST, MOST_IDS
from gql.fields.pagination import Connection, Cursors, read_page
from gql.fields.vocabulary import Permission
from gql.protocol.guard import weighs
from gql.reports.details import ReportStudent, show_student
from gql.reports.report_filter import chosen_ids, chosen_range
from gql.reports.report_rows import ROW_CURSOR, show_rows, subject_id
from gql.reports.vocabulary import TokenReportGroup

_CURSORS = {group: Cursors(f"tokenReport by {group}", ROW_CURSOR) for group in TokenReportGroup}
_TYPES = {
    TokenReportGroup.PROGRAM: "Program",
    TokenReportGroup.LOCATION: "Location",
    TokenReportGroup.STUDENT: "Student",
}


@strawberry.input(
    description="Which makeup tokens a report counts, and over which dates. A list that is empty, null or left out "
    "sets no condition."
)
class TokenReportFilter:
    from_on: date = strawberry.field(name="from", description="The first date.")
    to: date = strawberry.field(description=f"The last date, inclusive. The range can have at most {MAX_DAYS} days.")
    location_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Only tokens that are limited to one of these locations. At most {MOST_IDS} ids."
    )
    program_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Only tokens that are limited to one of these programs. At most {MOST_IDS} ids."
    )


@strawberry.type(
    name="TokenCounts",
    description="Numbers of makeup tokens, by their present states and dates. One token can be counted in several of "
    "these numbers.",
)
class ShownTokenCounts:
    issued: int = strawberry.field(
        description="How many were issued in the range, without those that were revoked or deleted since."
    )
    withdrawn: int = strawberry.field(
        description="How many were issued in the range and were revoked or deleted since."
    )
    used: int = strawberry.field(description="How many are used for a makeup whose date is in the range.")
    expired: int = strawberry.field(description="How many expired in the range without having been used.")
    expiring: int = strawberry.field(
        description="How many can still be used (SCHEDULED, AVAILABLE or REQUESTED) and have their last day in the "
        "range."
    )
    outstanding: int = strawberry.field(
        description="How many can still be used (SCHEDULED, AVAILABLE or REQUESTED), whatever the range is."
    )


@strawberry.type(description="The makeup tokens of one group of a report.")
class TokenReportRow:
    subject_id: strawberry.ID | None = strawberry.field(
        description="The id of the program, location or student. Null for tokens that are for every program, or for "
        "every location."
    )
    name: str = strawberry.field(
        description="The name of the program, location or student. Empty for tokens that are for every program, or "
        "for every location."
    )
    student: ReportStudent | None = strawberry.field(
        description="The student's family and date of birth. Null unless the rows are students."
    )
    counts: ShownTokenCounts = strawberry.field(description="The numbers of tokens.")


@strawberry.type(description="Makeup tokens over a range of dates, in all and by group.")
class TokenReport:
    totals: ShownTokenCounts = strawberry.field(description="The numbers of all tokens. They are the sums of the rows.")
    rows: Connection[TokenReportRow] = strawberry.field(
        description="A page of the groups that have at least one token in these numbers."
    )


async def resolve(
    info: Info,
    filter: Annotated[TokenReportFilter, strawberry.argument(description="Which tokens are counted.")],
    group_by: Annotated[TokenReportGroup, strawberry.argument(description="How the tokens are grouped.")],
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> TokenReport:
    cursors = _CURSORS[group_by]
    page = read_page(cursors, first=first, after=after)
    chosen = TokenFilter(
        chosen_range(filter.from_on, filter.to),
        chosen_ids(filter.location_ids, "Location", "filter.locationIds"),
        chosen_ids(filter.program_ids, "Program", "filter.programIds"),
    )
    async with reading(info) as (source, viewer):
        found = await read_token_report(
            source,
            viewer.caller.organization_id,
            chosen,
            group_by,
            now=info.context.clock(),
            after=page.after,
            limit=page.size + 1,
        )
    rows = show_rows(found, page, cursors, lambda row: _show(row, group_by))
    return TokenReport(totals=_show_counts(found.totals), rows=rows)


field = strawberry.field(
    resolver=resolve,
    description="Makeup tokens issued, used, expired and outstanding, by program, location or student. Dates are civil "
    "dates at the location of the token. Needs SEE_REPORTS, in the Office Portal or the Staff Portal.",
    metadata={**requires([Permission.SEE_REPORTS]), **weighs(5_000)},
)


def _show(row: ReportRow[TokenCounts], group: TokenReportGroup) -> TokenReportRow:
    return TokenReportRow(
        subject_id=subject_id(_TYPES[group], row),
        name=row.name,
        student=show_student(row.details) if isinstance(row.details, StudentDetails) else None,
        counts=_show_counts(row.counts),
    )


def _show_counts(counts: TokenCounts) -> ShownTokenCounts:
    return ShownTokenCounts(
        issued=counts.issued,
        withdrawn=counts.withdrawn,
        used=counts.used,
        expired=counts.expired,
        expiring=counts.expiring,
        outstanding=counts.outstanding,
    )
