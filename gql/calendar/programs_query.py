"""programs: all programs of the organization."""

import strawberry

from attendance.rules.vocabulary import Portal
from db.calendar.offerings import read_programs
from gql.calendar.offering import Program, show_program
from gql.fields.access import signed_in
from gql.fields.context import Info, reading


async def resolve(info: Info) -> list[Program]:
    async with reading(info) as (connection, viewer):
        found = await read_programs(connection, viewer.caller.organization_id)
        return [show_program(each) for each in found]


field = strawberry.field(
    resolver=resolve,
    description="The organization's programs by name, without deleted ones. For staff and guardians.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
)
