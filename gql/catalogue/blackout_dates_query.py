"""The query `blackoutDates` lists closures."""

from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry

from db.catalogue.listings import BlackoutDateFacts, read_blackout_dates
from gql.catalogue.blackout import BlackoutDate, show_blackout_date
from gql.fields.access import signed_in
from gql.fields.context import Info, reading
from gql.fields.global_ids import decode_ids
from gql.fields.listing_arguments import AFTER, FIRST, MOST_IDS
from gql.fields.pagination import Connection, Cursors, first_page, read_page
from gql.fields.vocabulary import Portal

_CURSORS = Cursors("closures by start", (date, UUID))


async def resolve(
    info: Info,
    blackout_schedule_ids: Annotated[
        list[strawberry.ID] | None,
        strawberry.argument(
            description=f"Only closures of these blackout schedules. At most {MOST_IDS} ids. When left out, null or "
            "empty, those of all schedules are listed."
        ),
    ] = None,
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> Connection[BlackoutDate]:
    page = read_page(_CURSORS, first=first, after=after)
    given = blackout_schedule_ids or []
    schedule_ids = decode_ids(given, "BlackoutSchedule", "blackoutScheduleIds", at_most=MOST_IDS)
    async with reading(info) as (source, viewer):
        found = await read_blackout_dates(
            source,
            viewer.caller.organization_id,
            schedule_ids=schedule_ids,
            after=page.after,
            limit=page.size + 1,
        )
    return first_page(found, page, node=show_blackout_date, cursor=_cursor)


def _cursor(facts: BlackoutDateFacts) -> str:
    return _CURSORS.encode(facts.starts_on, facts.id)


field = strawberry.field(
    resolver=resolve,
    description="The closures of blackout schedules, ordered by their first date. For staff.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF),
)
