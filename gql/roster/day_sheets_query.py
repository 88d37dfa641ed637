"""The query `daySheets` returns all roll sheets of a day in one snapshot, for clients that work without network
(R14.4).
"""

from datetime import date
from typing import Annotated

import strawberry

from attendance.rules.calendar.timeslots import DateSpan
from attendance.rules.organization.permissions import SEE_ATTENDANCE, sees_all_occurrences
from db.calendar.listing_filter import ListingFilter, Window
from db.calendar.occurrence_listings import list_occurrences, read_tallies
from gql.calendar.occurrence import Occurrence, show_occurrence
from gql.calendar.occurrence_query import NEEDS_ROSTER, NEEDS_TALLY
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.global_ids import decode_ids
from gql.fields.listing_arguments import MOST_IDS
from gql.fields.loaders import parts_for, sheets_of
from gql.fields.selection import names_below
from gql.protocol.errors import BadInput
from gql.protocol.guard import weighs

MOST_SHEETS = 300
# A day of some fifty classes with their rosters (decision 54).
_WEIGHT = 10_000


async def resolve(
    info: Info,
    date: Annotated[date, strawberry.argument(description="The date, in each location's time zone.")],
    location_ids: Annotated[
        list[strawberry.ID] | None,
        strawberry.argument(
            description=f"The locations whose roll sheets are wanted, at most {MOST_IDS}. When left out, null or "
            "empty, those of all locations are listed."
        ),
    ] = None,
) -> list[Occurrence]:
    locations = decode_ids(location_ids, "Location", "locationIds", at_most=MOST_IDS) if location_ids else None
    asked = names_below(info)
    async with reading(info) as source:
        caller = source.viewer.caller
        chosen = ListingFilter(
            DateSpan(date, date),
            location_ids=locations,
            include_not_scheduled=False,
            visible_to=None if sees_all_occurrences(caller) else caller.person_id,
        )
        listing = await list_occurrences(source.connection, caller.organization_id, chosen, Window(MOST_SHEETS))
        if listing.has_more:
            raise BadInput(
                f"More than {MOST_SHEETS} roll sheets are on {date}. Name some of the locations in locationIds."
            )
        now = info.context.clock()
        if listing.heads and asked & NEEDS_ROSTER:
            sheets = await sheets_of(source.connection, source.viewer, listing.heads, parts_for(asked), now=now)
            return [show_occurrence(head, now, sheet=sheets[head.key]) for head in listing.heads]
        keys = [head.key for head in listing.heads]
        needs_tally = keys and asked & NEEDS_TALLY
        tallies = await read_tallies(source.connection, caller.organization_id, keys) if needs_tally else {}
        return [show_occurrence(head, now, counted=tallies.get(head.key)) for head in listing.heads]


field = strawberry.field(
    resolver=resolve,
    description="All roll sheets of a date that the viewer may see, ordered by start, then by offering name: those "
    "that are scheduled, closed or cancelled on the date. Everything is read at one moment, so that "
    "`rollSheetChanged` with each `revision` continues from there. It is meant for clients that keep the sheets of a "
    f"day to work without network. At most {MOST_SHEETS} roll sheets; name locations where a day has more. Needs "
    "attendance VIEW; without SEE_ALL, only the occurrences that the viewer teaches or substitutes are listed.",
    metadata={**requires(SEE_ATTENDANCE), **weighs(_WEIGHT)},
)
