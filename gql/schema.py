"""The schema, built from its roots."""

import strawberry

from gql.fields.refusal_codes import register_refusal_codes
from gql.fields.refusal_members import REFUSALS
from gql.fields.scalars import schema_config
from gql.mutations import Mutation
from gql.protocol.executor import CompilingExecutor
from gql.queries import Query
from gql.subscriptions import Subscription


def build_schema() -> strawberry.Schema:
    """A fresh schema. It carries no extensions: limits, caches and masking belong to gql/protocol/operations.py."""
    register_refusal_codes()
    return strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        execution_context_class=CompilingExecutor,
        config=schema_config(),
        exception_handlers=REFUSALS,
    )
