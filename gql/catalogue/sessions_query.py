"""The query `sessions` lists the sessions of the organization."""

from datetime import date
from typing import Annotated
from uuid import UUID

import strawberry

from db.catalogue.listings import SessionFacts, read_sessions
from gql.catalogue.session import Session, show_session
from gql.fields.access import signed_in
from gql.fields.context import Info, reading
from gql.fields.listing_arguments import AFTER, FIRST
from gql.fields.pagination import Connection, Cursors, first_page, read_page
from gql.fields.vocabulary import Portal

_CURSORS = Cursors("sessions by start", (date, UUID))


async def resolve(
    info: Info, first: Annotated[int | None, FIRST] = None, after: Annotated[str | None, AFTER] = None
) -> Connection[Session]:
    page = read_page(_CURSORS, first=first, after=after)
    async with reading(info) as (source, viewer):
        organization_id = viewer.caller.organization_id
        found = await read_sessions(source, organization_id, after=page.after, limit=page.size + 1)
    return first_page(found, page, node=show_session, cursor=_cursor)


def _cursor(facts: SessionFacts) -> str:
    return _CURSORS.encode(facts.starts_on, facts.id)


field = strawberry.field(
    resolver=resolve,
    description="The organization's sessions and rolling sessions, ordered by their first date. Deleted sessions are "
    "left out. For staff and guardians.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
)
