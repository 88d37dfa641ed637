"""settings: how the organization works."""

import strawberry

from gql.fields.access import signed_in
from gql.fields.context import Info, reading
from gql.fields.vocabulary import Portal
from gql.organization.settings import Settings, show_settings


async def resolve(info: Info) -> Settings:
    async with reading(info) as (_, viewer):
        return show_settings(viewer.settings)


field = strawberry.field(
    resolver=resolve,
    description="The organization's settings. All staff see them, in both portals; guardians and kiosks do not.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF),
)
