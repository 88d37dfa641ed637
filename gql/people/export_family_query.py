"""The query exportFamily: everything that is held about a family, as JSON."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from db.people.family_export import read_family_export
from gql.fields.access import requires
from gql.fields.context import Info, reading
from gql.fields.global_ids import decode_id
from gql.fields.scalars import JsonRows
from gql.fields.vocabulary import Permission, SecurityEventKind
from gql.protocol.errors import NotFound


@strawberry.type(description="Everything that is held about a family.")
class FamilyExport:
    exported_at: datetime = strawberry.field(description="When it was read.")
    data: JsonRows = strawberry.field(
        description="The rows about the family, its guardians and students, by the name of their table. Secrets and "
        "texts that are computed from others are left out. A balance is a decimal string with its `currency`. The "
        "classes that the ids name are in `offering` and `timeslot`."
    )


async def resolve(
    info: Info, family_id: Annotated[strawberry.ID, strawberry.argument(description="The id of the family.")]
) -> FamilyExport:
    key = decode_id(family_id, "Family", "familyId")
    async with reading(info) as source:
        caller = source.viewer.caller
        found = await read_family_export(source.connection, caller.organization_id, key)
    if found is None:
        raise NotFound("There is no such family.")
    for student in found["student"]:
        if student["medical_alert"] is not None:
            info.context.disclose(UUID(student["id"]))
    info.context.tell(SecurityEventKind.FAMILY_EXPORTED, caller, str(key))
    return FamilyExport(exported_at=info.context.clock(), data=JsonRows(found))


field = strawberry.field(
    resolver=resolve,
    description="Everything that is held about a family, for a family that asks for it. It is recorded as a security "
    "event. Needs OWNER. A family that does not exist or was erased is NOT_FOUND.",
    metadata=requires([Permission.OWNER]),
)
