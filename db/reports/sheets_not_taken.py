"""The roll sheets that nobody has taken, over a range of dates (R15.1)."""

from collections.abc import AsyncIterator
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.vocabulary import AttendanceState
from db.calendar.listing_filter import ListingFilter, Window
from db.calendar.occurrence_listings import list_occurrences, read_tallies
from db.reports.report_filter import ReportFilter

_PAGE = 500


async def sheets_not_taken(
    connection: AsyncConnection, organization_id: UUID, chosen: ReportFilter, *, now: datetime
) -> AsyncIterator[tuple[OccurrenceHead, int]]:
    """Yield what was held by `now` and has students but no mark, each with the number of its students, in the order in
    which it began. It takes three statements for each 500 of them.
    """
    listed = ListingFilter(
        within=chosen.within,
        offering_ids=chosen.offering_ids,
        location_ids=chosen.location_ids,
        program_ids=chosen.program_ids,
        attendance_states=[AttendanceState.NOT_TAKEN],
        include_not_scheduled=False,
    )
    after, has_more = None, True
    while has_more:
        page = await list_occurrences(connection, organization_id, listed, Window(_PAGE, after))
        held = [head for head in page.heads if head.is_held and head.starts_at <= now]
        tallies = await read_tallies(connection, organization_id, [head.key for head in held])
        for head in held:
            if tallies[head.key].unmarked:
                yield head, tallies[head.key].unmarked
        has_more = page.has_more and page.heads[-1].starts_at <= now
        after = page.positions[-1] if page.positions else None
