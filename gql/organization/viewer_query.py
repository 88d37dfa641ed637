"""The query viewer, which returns the caller."""

import strawberry

from gql.fields.access import open_to_all
from gql.fields.context import Info, reading
from gql.organization.viewer import Viewer, show_viewer


async def resolve(info: Info) -> Viewer | None:
    if info.context.claims is None:
        return None
    async with reading(info) as (_, viewer):
        return show_viewer(viewer)


field = strawberry.field(
    resolver=resolve,
    description="The caller, with the data that the database has at this moment. Null when the request has no "
    "credential. A credential that has expired, or whose session has ended, is answered with UNAUTHENTICATED.",
    metadata=open_to_all(),
)
