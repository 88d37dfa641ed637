"""This module builds the GraphQL schema from its three root types."""

from functools import cache

import strawberry

from attendance.rules.refusals import AskedWrongly, NothingFound
from db.passing import passes_after
from gql.extended_types import extend_types
from gql.fields.scalars import schema_config
from gql.fields.user_errors import declared_refusals
from gql.mutations import Mutation
from gql.protocol.errors import Code, answer_as_unavailable, answer_with
from gql.protocol.executor import CompilingExecutor
from gql.protocol.strawberry_internals import handlers_for_unions_alone, make_plain_inputs_at_once
from gql.queries import Query
from gql.subscriptions import Subscription


@cache
def the_schema() -> strawberry.Schema:
    """Return the schema of this process, which is built when it is first asked for."""
    return build_schema()


def build_schema() -> strawberry.Schema:
    """Return a new schema. It has no extensions: limits, caches and masking belong to gql/protocol/operations.py."""
    extend_types()
    answer_with(Code.NOT_FOUND, NothingFound)
    answer_with(Code.BAD_USER_INPUT, AskedWrongly)
    answer_as_unavailable(passes_after)
    with handlers_for_unions_alone():
        schema = strawberry.Schema(
            query=Query,
            mutation=Mutation,
            subscription=Subscription,
            execution_context_class=CompilingExecutor,
            config=schema_config(),
            exception_handlers=declared_refusals(),
        )
    make_plain_inputs_at_once(schema)
    return schema
