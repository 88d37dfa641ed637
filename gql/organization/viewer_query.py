"""viewer: who is calling."""

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
    description="Who is calling, read afresh. Null for a caller without a credential; a credential that has expired or "
    "whose session has ended is UNAUTHENTICATED.",
    metadata=open_to_all(),
)
