"""offerings: classes, appointments and camps."""

from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.organization.permissions import SEE_ATTENDANCE, Caller, sees_all_occurrences
from attendance.rules.people.students import OfferingPlan
from attendance.rules.vocabulary import OfferingKind
from db.calendar.offerings import OfferingFilter as Chosen
from db.calendar.offerings import list_offerings
from gql.calendar.offering import Offering, show_offering
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.global_ids import decode_ids
from gql.fields.listing_arguments import AFTER, FIRST, MOST_IDS, MOST_SEARCH, MOST_WORDS, checked_search, checked_words
from gql.fields.pagination import Connection, Cursors, connection, read_page

_CURSORS = Cursors("offerings", (str, UUID))


@strawberry.input(
    description="Which offerings are listed: those that meet all that is given. An empty list, or one left out, sets "
    "no condition."
)
class OfferingFilter:
    kinds: list[OfferingKind] | None = strawberry.field(
        default=None, description=f"Of these kinds; at most {MOST_WORDS}."
    )
    location_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"At these locations; at most {MOST_IDS}."
    )
    program_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"In these programs; at most {MOST_IDS}."
    )
    search: str | None = strawberry.field(
        default=None, description=f"Found anywhere in the name, case aside; at most {MOST_SEARCH} characters."
    )


async def resolve(
    info: Info,
    filter: Annotated[OfferingFilter | None, strawberry.argument(description="Which ones; left out: all.")] = None,
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> Connection[Offering]:
    page = read_page(_CURSORS, first=first, after=after)
    async with reading(info) as (source, viewer):
        chosen = _chosen(filter or OfferingFilter(), viewer.caller)
        found = await list_offerings(
            source, viewer.caller.organization_id, chosen, after=page.after, limit=page.size + 1
        )
    return connection(
        found[: page.size],
        page,
        has_more=len(found) > page.size,
        node=lambda plan: show_offering(plan.offering, plan.live_timeslots),
        cursor=_cursor,
    )


field = strawberry.field(
    resolver=resolve,
    description="Offerings by name, without deleted ones. Needs attendance VIEW; without SEE_ALL only what one "
    "teaches, or substitutes on some date, is listed.",
    metadata=requires(SEE_ATTENDANCE),
)


def _cursor(plan: OfferingPlan) -> str:
    return _CURSORS.encode(plan.offering.name, plan.offering.id)


def _chosen(given: OfferingFilter, caller: Caller) -> Chosen:
    locations, programs = given.location_ids or [], given.program_ids or []
    return Chosen(
        kinds=checked_words(given.kinds, "filter.kinds"),
        location_ids=decode_ids(locations, "Location", "filter.locationIds", at_most=MOST_IDS),
        program_ids=decode_ids(programs, "Program", "filter.programIds", at_most=MOST_IDS),
        search=checked_search(given.search, "filter.search"),
        visible_to=None if sees_all_occurrences(caller) else caller.person_id,
    )
