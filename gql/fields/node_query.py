"""The queries `node` and `nodes` return any object by its id when the viewer may see it (R11.3)."""

from typing import Annotated

import strawberry

from gql.fields.access import signed_in
from gql.fields.context import Info, reading
from gql.fields.global_ids import decode_node_id
from gql.fields.node import Node
from gql.fields.nodes import NODE_TYPES, find_nodes
from gql.fields.vocabulary import Portal
from gql.protocol.errors import BadInput

MOST_NODES = 100
_ACCESS = signed_in(Portal.OFFICE, Portal.STAFF, Portal.CUSTOMER)


async def resolve_one(
    info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="An id that this API returned.")]
) -> Node | None:
    wanted = decode_node_id(id, "id", NODE_TYPES)
    async with reading(info) as source:
        return (await find_nodes(source, [wanted], info.context.clock())).get(wanted)


async def resolve_many(
    info: Info,
    ids: Annotated[
        list[strawberry.ID], strawberry.argument(description=f"Ids that this API returned. At most {MOST_NODES} ids.")
    ],
) -> list[Node | None]:
    if len(ids) > MOST_NODES:
        raise BadInput(f'Argument "ids" has {len(ids)} ids; at most {MOST_NODES} are allowed.')
    wanted = [decode_node_id(each, f"ids.{place}", NODE_TYPES) for place, each in enumerate(ids)]
    async with reading(info) as source:
        found = await find_nodes(source, wanted, info.context.clock())
    return [found.get(each) for each in wanted]


one = strawberry.field(
    resolver=resolve_one,
    description="The object with this id. Null when there is no such object, or when the viewer may not see it. For "
    "staff and guardians.",
    metadata=_ACCESS,
)
many = strawberry.field(
    resolver=resolve_many,
    description="The objects with these ids, in the same order. An item is null when there is no such object, or when "
    "the viewer may not see it. For staff and guardians.",
    metadata=_ACCESS,
)
