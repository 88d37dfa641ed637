"""All queries. Each file of this folder is one; `field` declares what it needs."""

import strawberry

from gql.queries import viewer


@strawberry.type(description="What can be read.")
class Query:
    viewer = viewer.field
