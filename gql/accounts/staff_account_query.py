"""The query staffAccount, which returns one staff member with what the person may do (R12.6)."""

from typing import Annotated

import strawberry

from db.accounts.invitations import invitations_of_staff
from db.accounts.staff import read_groups, read_staff
from gql.accounts.staff_account import StaffAccount, show_account
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.global_ids import decode_id
from gql.fields.vocabulary import Permission


async def resolve(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The id of the staff member.")]
) -> StaffAccount | None:
    person_id = decode_id(id, "StaffMember", "id")
    async with reading(info) as (source, viewer):
        organization_id = viewer.caller.organization_id
        rows = await read_staff(source, organization_id, [person_id])
        if not rows:
            return None
        groups = await read_groups(source, organization_id)
        invited = await invitations_of_staff(source, organization_id, [person_id], now=info.context.clock())
    return show_account(rows[0], groups, invited.get(person_id))


field = strawberry.field(
    resolver=resolve,
    description="One staff member by id, with what the person may do. Null when there is no such staff member. Needs "
    "MANAGE_STAFF.",
    metadata=requires([Permission.MANAGE_STAFF]),
)
