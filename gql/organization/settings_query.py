"""The query settings, which returns the settings of the organization."""

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
    description="The organization's settings. All staff can see them, in the Office and Staff Portal; guardians and "
    "kiosks cannot.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF),
)
