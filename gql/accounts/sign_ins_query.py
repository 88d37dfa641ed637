"""The query signIns: where somebody is signed in (R12.5)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.actions.accounts.end_sign_ins import may_see_sign_ins
from db.accounts.sign_ins import list_sign_ins
from gql.accounts.invitation import decode_person
from gql.accounts.sign_in import SignIn, show_sign_in
from gql.fields.access import signed_in
from gql.fields.context import Info, reading
from gql.fields.listing_arguments import AFTER, FIRST
from gql.fields.pagination import Connection, Cursors, first_page, read_page
from gql.fields.vocabulary import Portal
from gql.protocol.errors import NotFound

_CURSORS = Cursors("signIns", (datetime, UUID))


async def resolve(
    info: Info,
    person_id: Annotated[
        strawberry.ID | None,
        strawberry.argument(
            description="The id of the staff member or guardian whose sessions to list. Another one than the caller "
            "needs OWNER, and is NOT_FOUND without it. When left out or null, the caller's sessions are listed."
        ),
    ] = None,
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> Connection[SignIn]:
    page = read_page(_CURSORS, first=first, after=after)
    given = None if person_id is None else decode_person(person_id, "personId")
    async with reading(info) as (source, viewer):
        whose = given or viewer.caller.id
        if not may_see_sign_ins(viewer, whose):
            raise NotFound("There is no such person.")
        found = await list_sign_ins(
            source,
            viewer.caller.organization_id,
            whose,
            now=info.context.clock(),
            after=page.after,
            limit=page.size + 1,
        )
    return first_page(
        found,
        page,
        node=lambda row: show_sign_in(row, viewer.sign_in_id),
        cursor=lambda row: _CURSORS.encode(row.created_at, row.id),
    )


field = strawberry.field(
    resolver=resolve,
    description="The sessions that go on, the newest first: the caller's or, for owners, anybody's. For staff and "
    "guardians.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
)
