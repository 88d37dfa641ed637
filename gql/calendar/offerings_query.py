"""The query `offerings` lists classes, appointments and camps."""

from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.organization.permissions import SEE_ATTENDANCE, Caller, sees_all_occurrences
from attendance.rules.people.students import OfferingPlan
from db.calendar.offerings import OfferingFilter as Chosen
from db.calendar.offerings import list_offerings
from gql.calendar.offering import Offering, show_offering
from gql.calendar.vocabulary import OfferingKind
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.global_ids import decode_ids
from gql.fields.listing_arguments import (
    AFTER,
    FIRST,
    LETTERS_ALIKE,
    MOST_IDS,
    MOST_SEARCH,
    MOST_WORDS,
    checked_search,
    checked_words,
)
from gql.fields.pagination import Connection, Cursors, first_page, read_page

_CURSORS = Cursors("offerings by name", (str, UUID))


@strawberry.input(
    description="A filter for offerings. An offering must meet every condition that is given. A list that is empty, "
    "null or left out sets no condition."
)
class OfferingFilter:
    kinds: list[OfferingKind] | None = strawberry.field(
        default=None, description=f"Only offerings of these kinds. At most {MOST_WORDS} kinds."
    )
    location_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Only offerings at these locations. At most {MOST_IDS} ids."
    )
    program_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Only offerings in these programs. At most {MOST_IDS} ids."
    )
    search: str | None = strawberry.field(
        default=None,
        description=f"Only offerings whose name contains this text. {LETTERS_ALIKE} At most {MOST_SEARCH} characters.",
    )


async def resolve(
    info: Info,
    filter: Annotated[
        OfferingFilter | None,
        strawberry.argument(
            description="The conditions that the offerings must meet. When left out or null, all offerings are listed."
        ),
    ] = None,
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> Connection[Offering]:
    page = read_page(_CURSORS, first=first, after=after)
    async with reading(info) as (source, viewer):
        chosen = _chosen(filter or OfferingFilter(), viewer.caller)
        found = await list_offerings(
            source, viewer.caller.organization_id, chosen, after=page.after, limit=page.size + 1
        )
    return first_page(
        found,
        page,
        node=lambda plan: show_offering(plan.offering, plan.live_timeslots),
        cursor=_cursor,
    )


field = strawberry.field(
    resolver=resolve,
    description="The offerings, ordered by name as the Unicode Collation Algorithm orders them (root locale). Deleted "
    "offerings are left out. Needs attendance VIEW; without SEE_ALL, only the offerings that the viewer teaches, or "
    "substitutes on some date, are listed.",
    metadata=requires(SEE_ATTENDANCE),
)


def _cursor(plan: OfferingPlan) -> str:
    return _CURSORS.encode(plan.offering.sort_key, plan.offering.id)


def _chosen(given: OfferingFilter, caller: Caller) -> Chosen:
    locations, programs = given.location_ids or [], given.program_ids or []
    return Chosen(
        kinds=checked_words(given.kinds, "filter.kinds"),
        location_ids=decode_ids(locations, "Location", "filter.locationIds", at_most=MOST_IDS),
        program_ids=decode_ids(programs, "Program", "filter.programIds", at_most=MOST_IDS),
        search=checked_search(given.search, "filter.search"),
        visible_to=None if sees_all_occurrences(caller) else caller.person_id,
    )
