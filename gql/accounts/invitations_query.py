"""The query invitations: those that can still be accepted (R12.2)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from db.accounts.invitations import list_invitations
from gql.accounts.invitation import Invitation, invitable_kinds, show_invitation
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.listing_arguments import AFTER, FIRST
from gql.fields.pagination import Connection, Cursors, first_page, read_page
from gql.fields.vocabulary import Permission

_CURSORS = Cursors("invitations", (datetime, UUID))


async def resolve(
    info: Info, first: Annotated[int | None, FIRST] = None, after: Annotated[str | None, AFTER] = None
) -> Connection[Invitation]:
    page = read_page(_CURSORS, first=first, after=after)
    async with reading(info) as (source, viewer):
        found = await list_invitations(
            source,
            viewer.caller.organization_id,
            invitable_kinds(viewer.caller),
            now=info.context.clock(),
            after=page.after,
            limit=page.size + 1,
        )
    return first_page(
        found,
        page,
        node=show_invitation,
        cursor=lambda row: _CURSORS.encode(row.created_at, row.id),
    )


field = strawberry.field(
    resolver=resolve,
    description="The invitations that can still be accepted, the newest first. MANAGE_STAFF shows those to staff, and "
    "MANAGE_ENROLLMENTS those to guardians; one of them is needed.",
    metadata=requires([Permission.MANAGE_STAFF, Permission.MANAGE_ENROLLMENTS]),
)
