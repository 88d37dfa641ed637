"""The query family, which returns one family by id."""

from typing import Annotated

import strawberry

from attendance.rules.organization.permissions import SEE_ATTENDANCE
from gql.fields.access import signed_in
from gql.fields.context import Info, reading
from gql.fields.global_ids import decode_id
from gql.fields.visible import find_families, may_see_students
from gql.fields.vocabulary import Portal
from gql.people.student import Family
from gql.protocol.errors import Forbidden


async def resolve(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The id of the family.")]
) -> Family | None:
    family_id = decode_id(id, "Family", "id")
    async with reading(info) as source:
        if not may_see_students(source.viewer.caller):
            raise Forbidden(f"This needs the permission {' or '.join(sorted(SEE_ATTENDANCE))}.")
        return (await find_families(source, [family_id])).get(family_id)


field = strawberry.field(
    resolver=resolve,
    description="One family by id. Null when there is no such family, or when the viewer may not see it. Staff need "
    "attendance VIEW; without SEE_ALL, they see the families of students who are enrolled in what they teach or "
    "substitute. Guardians see their own family.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER),
)
