"""What can be asked for by its id alone."""

import strawberry


@strawberry.interface(
    description="Something with an id of its own. `Query.node` finds it again, if the viewer may see it."
)
class Node:
    id: strawberry.ID = strawberry.field(description="Opaque, and stable for the life of the object.")
