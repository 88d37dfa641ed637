"""The query staffMembers: who can be chosen to teach (R13.1)."""

from typing import Annotated

import strawberry

from attendance.rules.calendar.occurrences import PersonFacts
from db.accounts.staff import StaffRow
from db.accounts.staff_pages import list_staff
from gql.accounts.staff_by_name import STAFF_CURSORS, staff_page
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.listing_arguments import AFTER, FIRST, LETTERS_ALIKE, MOST_SEARCH, checked_search
from gql.fields.pagination import Connection, read_page
from gql.fields.vocabulary import Permission
from gql.people.people import StaffMember, show_staff_member


async def resolve(
    info: Info,
    search: Annotated[
        str | None,
        strawberry.argument(
            description=f"Only staff whose name contains this text. {LETTERS_ALIKE} At most {MOST_SEARCH} characters. "
            "When left out or null, everybody is listed."
        ),
    ] = None,
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> Connection[StaffMember]:
    page = read_page(STAFF_CURSORS, first=first, after=after)
    wanted = checked_search(search, "search")
    async with reading(info) as (source, viewer):
        found = await list_staff(
            source,
            viewer.caller.organization_id,
            wanted,
            in_addresses=False,
            ended=False,
            after=page.after,
            limit=page.size + 1,
        )
    return staff_page(found, page, _show)


def _show(row: StaffRow) -> StaffMember:
    return show_staff_member(PersonFacts(row.id, row.first_name, row.last_name))


field = strawberry.field(
    resolver=resolve,
    description="The active staff members with their names alone, for choosing who teaches, ordered by last name, then "
    "by first name, as the Unicode Collation Algorithm orders them (root locale). Needs MANAGE_CATALOGUE or "
    "MANAGE_STAFF.",
    metadata=requires([Permission.MANAGE_CATALOGUE, Permission.MANAGE_STAFF]),
)
