"""The query `occurrences` lists the occurrences that match a filter (R2.8)."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.calendar.listings import MAX_DAYS, range_refusal
from attendance.rules.calendar.timeslots import DateSpan
from attendance.rules.organization.permissions import SEE_ATTENDANCE, Caller, sees_all_occurrences
from db.calendar.listing_filter import ListingFilter, Window
from db.calendar.occurrence_listings import list_occurrences, read_tallies
from gql.calendar.occurrence import Occurrence, show_occurrence
from gql.calendar.occurrence_query import NEEDS_TALLY
from gql.calendar.positions import encode_position, position_cursors, read_position
from gql.calendar.vocabulary import OfferingKind
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.global_ids import decode_ids
from gql.fields.listing_arguments import (
    AFTER,
    BEFORE,
    FIRST,
    LAST,
    LETTERS_ALIKE,
    MOST_IDS,
    MOST_SEARCH,
    MOST_WORDS,
    checked_search,
    checked_words,
)
from gql.fields.pagination import Connection, Page, connection, read_page
from gql.fields.selection import names_below
from gql.fields.vocabulary import Portal
from gql.marks.vocabulary import AttendanceState
from gql.protocol.errors import BadInput

_CURSORS = position_cursors("occurrences")


@strawberry.input(
    description="A filter for occurrences. An occurrence must meet every condition that is given. A list that is "
    "empty, null or left out sets no condition."
)
class OccurrenceFilter:
    from_on: date = strawberry.field(
        name="from", description="The first date of the range, in each location's time zone."
    )
    to: date = strawberry.field(
        description="The last date of the range, inclusive, in each location's time zone. The range can have at most "
        f"{MAX_DAYS} days."
    )
    kinds: list[OfferingKind] | None = strawberry.field(
        default=None, description=f"Only occurrences of offerings of these kinds. At most {MOST_WORDS} kinds."
    )
    offering_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Only occurrences of these offerings. At most {MOST_IDS} ids."
    )
    location_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Only occurrences at these locations. At most {MOST_IDS} ids."
    )
    program_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Only occurrences of offerings in these programs. At most {MOST_IDS} ids."
    )
    instructor_ids: list[strawberry.ID] | None = strawberry.field(
        default=None,
        description="Only occurrences that at least one of these staff members teaches. A substitute counts on "
        f"the dates that they take over, and the instructor whom they replace does not. At most {MOST_IDS} ids.",
    )
    attendance_states: list[AttendanceState] | None = strawberry.field(
        default=None,
        description=f"Only occurrences whose attendance is in one of these states. At most {MOST_WORDS} states.",
    )
    search: str | None = strawberry.field(
        default=None,
        description=f"Only occurrences whose offering's name contains this text. {LETTERS_ALIKE} At most {MOST_SEARCH} "
        "characters.",
    )
    include_not_scheduled: bool | None = strawberry.field(
        default=None,
        description="Whether to include dates that match the timeslot but on which the offering is not scheduled to "
        "meet. When left out or null, they are included, except in the Staff Portal.",
    )


async def resolve(  # noqa: PLR0917 - Strawberry passes arguments by name
    info: Info,
    filter: Annotated[
        OccurrenceFilter, strawberry.argument(description="The conditions that the occurrences must meet.")
    ],
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
    last: Annotated[int | None, LAST] = None,
    before: Annotated[str | None, BEFORE] = None,
) -> Connection[Occurrence]:
    page = read_page(_CURSORS, first=first, after=after, last=last, before=before)
    _refuse(filter)
    now = info.context.clock()
    async with reading(info) as (source, viewer):
        organization_id = viewer.caller.organization_id
        listing = await list_occurrences(source, organization_id, _chosen(filter, viewer.caller), _window(page))
        keys = [each.key for each in listing.positions]
        wants_tally = keys and names_below(info) & NEEDS_TALLY
        tallies = await read_tallies(source, organization_id, keys) if wants_tally else {}
    return connection(
        zip(listing.positions, listing.heads, strict=True),
        page,
        has_more=listing.has_more,
        node=lambda row: show_occurrence(row[1], now, counted=tallies.get(row[1].key)),
        cursor=lambda row: encode_position(_CURSORS, row[0]),
    )


field = strawberry.field(
    resolver=resolve,
    description="The occurrences in a range of dates, ordered by start, then by offering name. Dates outside the "
    "offering's sessions are included when the filter says so; attendance cannot be recorded for them. Needs "
    "attendance VIEW; without SEE_ALL, only the occurrences that the viewer teaches or substitutes are listed.",
    metadata=requires(SEE_ATTENDANCE),
)


def _refuse(given: OccurrenceFilter) -> None:
    refusal = range_refusal(given.from_on, given.to)
    if refusal is not None:
        raise BadInput(f'Argument "filter" has no range that can be listed. {refusal}')


def _chosen(given: OccurrenceFilter, caller: Caller) -> ListingFilter:
    include = given.include_not_scheduled
    return ListingFilter(
        within=DateSpan(given.from_on, given.to),
        kinds=checked_words(given.kinds, "filter.kinds"),
        offering_ids=_ids(given.offering_ids, "Offering", "filter.offeringIds"),
        location_ids=_ids(given.location_ids, "Location", "filter.locationIds"),
        program_ids=_ids(given.program_ids, "Program", "filter.programIds"),
        instructor_ids=_ids(given.instructor_ids, "StaffMember", "filter.instructorIds"),
        attendance_states=checked_words(given.attendance_states, "filter.attendanceStates"),
        search=checked_search(given.search, "filter.search"),
        include_not_scheduled=caller.portal is not Portal.STAFF if include is None else include,
        visible_to=None if sees_all_occurrences(caller) else caller.person_id,
    )


def _ids(given: Sequence[str] | None, type_name: str, argument: str) -> list[UUID] | None:
    return decode_ids(given, type_name, argument, at_most=MOST_IDS) if given else None


def _window(page: Page) -> Window:
    return Window(page.size, read_position(page.after, "after"), read_position(page.before, "before"), page.backwards)
