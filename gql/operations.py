"""From what a client sends to a result, whatever the transport.

`read_parameters` understands the request, `Operations.prepare` finds and checks the operation, `execute` and
`subscribe` run it. graphql-core is called directly: Strawberry's `Schema.execute` runs the first of several
operations when none is named, and tells request errors from field errors only by their text.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any, cast

import graphql
import strawberry
from graphql import (
    ExecutionResult,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
)
from strawberry.execution import optimized_is_awaitable

from gql.documents import Document, Documents, RequestRefused
from gql.errors import BadInput, formatted
from gql.guard import GuardLimits, Measure
from gql.scalars import refuse_unstorable_text


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of GraphQL over HTTP, and the payload of a `subscribe` message."""

    query: str
    operation_name: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    extensions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation that is valid and within the limits, ready to run."""

    document: Document
    node: OperationDefinitionNode
    parameters: Parameters
    measure: Measure
    hide_suggestions: bool

    @property
    def kind(self) -> OperationType:
        return OperationType(self.node.operation)


def read_parameters(value: object) -> Parameters:
    """Parameters from decoded JSON. Raises BadInput with a sentence that says what is expected."""
    if isinstance(value, list):
        raise BadInput("Batches are not supported: send one operation in each request.")
    if not isinstance(value, dict):
        raise BadInput('The request must be a JSON object with at least a "query".')
    query = value.get("query")
    if not isinstance(query, str) or not query.strip():
        raise BadInput('"query" must be a string that holds a GraphQL document.')
    name = value.get("operationName")
    if not isinstance(name, str | None):
        raise BadInput('"operationName" must be a string or null.')
    parameters = Parameters(query, name or None, _object(value, "variables"), _object(value, "extensions"))
    refuse_unstorable_text(parameters.variables, "variables")
    return parameters


def _object(value: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = value.get(key)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise BadInput(f'"{key}" must be a JSON object or null.')
    return found


class Operations:
    """Runs operations of one schema within one set of limits."""

    def __init__(self, schema: strawberry.Schema, limits: GuardLimits) -> None:
        self._strawberry = schema
        self._schema = schema._schema
        self._limits = limits
        self._documents = Documents(self._schema, limits)

    def prepare(self, parameters: Parameters, *, may_introspect: bool) -> Operation:
        """The one operation the client asks for. Raises RequestRefused; nothing runs before this returns."""
        document = self._documents.read(parameters.query, may_introspect=may_introspect, variables=parameters.variables)
        node = _chosen(document, parameters.operation_name)
        measure = self._documents.measure(document, node, parameters.variables)
        return Operation(document, node, parameters, measure, hide_suggestions=not may_introspect)

    async def execute(self, operation: Operation, context: object) -> ExecutionResult:
        """Run a query or mutation. Raises RequestRefused when its variables do not fit their types."""
        result = graphql.execute(
            self._schema, is_awaitable=cast("Any", optimized_is_awaitable), **self._arguments(operation, context)
        )
        return _started(await result if isawaitable(result) else result)

    async def subscribe(self, operation: Operation, context: object) -> AsyncIterator[ExecutionResult]:
        """Start a subscription; each item is one event. The caller closes the iterator.

        Raises RequestRefused when the variables do not fit or the stream could not be made.
        """
        stream = graphql.subscribe(self._schema, **self._arguments(operation, context))
        if isawaitable(stream):
            stream = await stream
        if isinstance(stream, ExecutionResult):
            raise RequestRefused(stream.errors or [])
        return stream

    def cost(self, operation: Operation) -> dict[str, int]:
        """The `cost` entry of a response's extensions."""
        return {"requested": operation.measure.cost, "limit": self._limits.cost}

    def _arguments(self, operation: Operation, context: object) -> dict[str, Any]:
        return {
            "document": operation.document.node,
            "context_value": context,
            "variable_values": dict(operation.parameters.variables),
            "operation_name": operation.parameters.operation_name,
            "executor_class": self._strawberry.execution_context_class,
            "hide_suggestions": operation.hide_suggestions,
            "operation_extensions": dict(operation.parameters.extensions),
        }


def response(result: ExecutionResult, request_id: str, extensions: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The body of a response whose execution has begun: `data` is always there, if only as null."""
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = formatted(result.errors, request_id)
    if extensions:
        body["extensions"] = extensions
    return body


def _chosen(document: Document, name: str | None) -> OperationDefinitionNode:
    operations = document.operations
    if name is not None and name not in operations:
        raise RequestRefused([BadInput(f'The document has no operation named "{name}".')])
    if name is None and len(operations) != 1:
        count = "several operations" if operations else "no operation"
        raise RequestRefused([BadInput(f'The document has {count}: say which to run in "operationName".')])
    return operations[name] if name is not None else next(iter(operations.values()))


def _started(result: ExecutionResult) -> ExecutionResult:
    """The result, unless all its errors came before any field was run."""
    errors: list[GraphQLError] = result.errors or []
    if result.data is None and errors and all(error.path is None for error in errors):
        raise RequestRefused(errors)
    return result
