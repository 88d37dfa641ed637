"""The query families, which lists families by name and finds them by what somebody at the desk knows."""

from collections.abc import Collection
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.kiosk.countries import country_of
from attendance.rules.kiosk.telephones import FEWEST_DIGITS, digits_of
from attendance.rules.organization.permissions import sees_all_occurrences
from attendance.rules.roster.sight import sight_of
from db.calendar.offerings import read_locations
from db.kiosk.kiosk_families import find_all_by_phone
from db.people.family_pages import list_families
from gql.fields.access import requires
from gql.fields.context import Info, Reading, reading
from gql.fields.listing_arguments import AFTER, FIRST, LETTERS_ALIKE, MOST_SEARCH, checked_search
from gql.fields.pagination import Connection, Cursors, first_page, read_page
from gql.fields.visible import may_see_students
from gql.fields.vocabulary import Permission
from gql.people.student import Family, show_family
from gql.protocol.errors import Forbidden

_CURSORS = Cursors("families by name", (str, UUID))
_MOST_SHARING = 200


async def resolve(
    info: Info,
    search: Annotated[
        str | None,
        strawberry.argument(
            description="Only families whose name, or the name of a student or a guardian, contains this text; whose "
            "e-mail address, or that of a guardian, contains it; or who have this telephone number, however it is "
            f"written. {LETTERS_ALIKE} At most {MOST_SEARCH} characters. When left out or null, all families are "
            "listed."
        ),
    ] = None,
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> Connection[Family]:
    page = read_page(_CURSORS, first=first, after=after)
    text = checked_search(search, "search")
    async with reading(info) as source:
        viewer = source.viewer
        if not (may_see_students(viewer.caller) and sees_all_occurrences(viewer.caller)):
            raise Forbidden("This needs attendance VIEW and SEE_ALL in the portal.")
        by_phone = await find_by_number(source, text)
        found = await list_families(
            source.connection,
            viewer.caller.organization_id,
            text,
            by_phone,
            after=page.after,
            limit=page.size + 1,
        )
    sight = sight_of(viewer)
    return first_page(
        found,
        page,
        node=lambda each: show_family(each[0], sight, viewer.currency),
        cursor=lambda each: _CURSORS.encode(each[1], each[0].id),
    )


async def find_by_number(source: Reading, text: str | None) -> Collection[UUID]:
    """Return the families whom the text reaches as a telephone number in one of the locations' countries."""
    if text is None or len(digits_of(text)) < FEWEST_DIGITS:
        return ()
    organization_id = source.viewer.caller.organization_id
    locations = await read_locations(source.connection, organization_id)
    countries = {country_of(each.time_zone) for each in locations}
    return await find_all_by_phone(source.connection, organization_id, text, countries, at_most=_MOST_SHARING)


field = strawberry.field(
    resolver=resolve,
    description="The families, ordered by name. Deleted families are left out. Needs MANAGE_PEOPLE together with "
    "attendance VIEW and SEE_ALL, in the Office Portal or the Staff Portal.",
    metadata=requires([Permission.MANAGE_PEOPLE]),
)
