"""The query staff: who works here, and who has (R12.6)."""

from typing import Annotated

import strawberry

from db.accounts.invitations import invitations_of_staff
from db.accounts.staff import read_groups
from db.accounts.staff_pages import list_staff
from gql.accounts.staff_account import StaffAccount, show_account
from gql.accounts.staff_by_name import STAFF_CURSORS, staff_page
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.listing_arguments import AFTER, FIRST, LETTERS_ALIKE, MOST_SEARCH, checked_search
from gql.fields.pagination import Connection, read_page
from gql.fields.vocabulary import Permission


async def resolve(
    info: Info,
    search: Annotated[
        str | None,
        strawberry.argument(
            description=f"Only staff whose name or e-mail address contains this text. {LETTERS_ALIKE} At most "
            f"{MOST_SEARCH} characters. When left out or null, everybody is listed."
        ),
    ] = None,
    ended: Annotated[
        bool | None,
        strawberry.argument(
            description="True lists those whose access was ended, false the active ones, and null both."
        ),
    ] = False,
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> Connection[StaffAccount]:
    page = read_page(STAFF_CURSORS, first=first, after=after)
    wanted = checked_search(search, "search")
    async with reading(info) as (source, viewer):
        organization_id = viewer.caller.organization_id
        found = await list_staff(
            source,
            organization_id,
            wanted,
            in_addresses=True,
            ended=ended,
            after=page.after,
            limit=page.size + 1,
        )
        groups = await read_groups(source, organization_id)
        ids = [row.id for row in found]
        invited = await invitations_of_staff(source, organization_id, ids, now=info.context.clock())
    return staff_page(found, page, lambda row: show_account(row, groups, invited.get(row.id)))


field = strawberry.field(
    resolver=resolve,
    description="The staff members, ordered by last name, then by first name, as the Unicode Collation Algorithm "
    "orders them (root locale). Needs MANAGE_STAFF.",
    metadata=requires([Permission.MANAGE_STAFF]),
)
