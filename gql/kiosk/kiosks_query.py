"""The query `kiosks` lists all kiosks of the organization."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from db.kiosk.kiosks import list_kiosks
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.listing_arguments import AFTER, FIRST
from gql.fields.pagination import Connection, Cursors, first_page, read_page
from gql.fields.vocabulary import Permission
from gql.people.people import Kiosk, show_launched_kiosk

_CURSORS = Cursors("kiosks", (datetime, UUID))


async def resolve(
    info: Info,
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> Connection[Kiosk]:
    page = read_page(_CURSORS, first=first, after=after)
    async with reading(info) as (source, viewer):
        found = await list_kiosks(source, viewer.caller.organization_id, after=page.after, limit=page.size + 1)
    return first_page(
        found,
        page,
        node=show_launched_kiosk,
        cursor=lambda kiosk: _CURSORS.encode(kiosk.launched_at, kiosk.id),
    )


field = strawberry.field(
    resolver=resolve,
    description="The organization's kiosks, the most recently launched first. Expired and revoked kiosks are "
    "included. Needs LAUNCH_KIOSK in the Office Portal or the Staff Portal.",
    metadata=requires([Permission.LAUNCH_KIOSK]),
)
