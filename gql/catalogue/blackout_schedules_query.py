"""The query `blackoutSchedules` lists the calendars of closures."""

import strawberry

from db.catalogue.listings import read_blackout_schedules
from gql.catalogue.blackout import BlackoutSchedule, show_blackout_schedule
from gql.fields.access import signed_in
from gql.fields.context import Info, reading
from gql.fields.vocabulary import Portal


async def resolve(info: Info) -> list[BlackoutSchedule]:
    async with reading(info) as (connection, viewer):
        found = await read_blackout_schedules(connection, viewer.caller.organization_id)
        return [show_blackout_schedule(each) for each in found]


field = strawberry.field(
    resolver=resolve,
    description="The organization's blackout schedules, ordered by name. For staff.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF),
)
