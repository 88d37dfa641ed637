"""The interface of everything that can be queried by its id alone."""

import strawberry


@strawberry.interface(
    description="An object with a global id. `Query.node` returns it again when the viewer may see it."
)
class Node:
    id: strawberry.ID = strawberry.field(
        description="The global id. It is opaque and stays the same for the life of the object."
    )
