"""The schema, built from its roots."""

import strawberry

from gql.executor import CompilingExecutor
from gql.mutations.root import Mutation
from gql.queries.root import Query
from gql.refusals import REFUSALS
from gql.scalars import schema_config
from gql.subscriptions.root import Subscription


def build_schema() -> strawberry.Schema:
    """A fresh schema. It carries no extensions: limits, caches and masking belong to gql/operations.py."""
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        execution_context_class=CompilingExecutor,
        config=schema_config(),
        exception_handlers=REFUSALS,
    )
