"""The query locations, which lists the sites of the organization."""

import strawberry

from db.calendar.offerings import read_locations
from gql.calendar.offering import Location, show_location
from gql.fields.access import signed_in
from gql.fields.context import Info, reading
from gql.fields.vocabulary import Portal


async def resolve(info: Info) -> list[Location]:
    async with reading(info) as (connection, viewer):
        found = await read_locations(connection, viewer.caller.organization_id)
        return [show_location(each) for each in found]


field = strawberry.field(
    resolver=resolve,
    description="The organization's locations, ordered by name. Deleted locations are left out. For staff and "
    "guardians.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
)
