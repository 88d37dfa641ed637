"""The query `programs` lists all programs of the organization."""

import strawberry

from db.calendar.offerings import read_programs
from gql.calendar.offering import Program, show_program
from gql.fields.access import signed_in
from gql.fields.context import Info, reading
from gql.fields.vocabulary import Portal


async def resolve(info: Info) -> list[Program]:
    async with reading(info) as (connection, viewer):
        found = await read_programs(connection, viewer.caller.organization_id)
        return [show_program(each) for each in found]


field = strawberry.field(
    resolver=resolve,
    description="The organization's programs, ordered by name. Deleted programs are left out. For staff and guardians.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
)
