"""The way from a client's message to a result, for all transports.

`read_parameters` reads the request, `Operations.prepare` finds and checks the operation, and `execute` and `subscribe`
run it. graphql-core's executor is called directly, because Strawberry's `Schema.execute` runs the first of several
operations when none is named, and can tell request errors from field errors only by their text.
"""

import asyncio
import sys
from collections.abc import Hashable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any, cast

import orjson
import strawberry
from graphql import (
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    visit,
)
from graphql.execution import Executor, create_source_event_stream

import pace
from gql.protocol.documents import Document, Documents, RequestRefused, name_of
from gql.protocol.errors import BadInput, unavailable_all
from gql.protocol.executor import CompilingExecutor
from gql.protocol.figures import Execution
from gql.protocol.graphql_internals import Pattern
from gql.protocol.guard import GuardLimits, Measure, check_items
from gql.protocol.storable_text import refuse_deep_nesting, refuse_unstorable_text
from gql.protocol.strawberry_internals import core_schema, is_awaitable
from gql.protocol.streams import Stream
from gql.protocol.trusted_documents import NONE_TRUSTED, TrustedDocuments


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of GraphQL over HTTP, and the payload of a `subscribe` message."""

    query: str
    operation_name: str | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    extensions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation that is valid, within the limits and ready to run."""

    document: Document
    node: OperationDefinitionNode
    parameters: Parameters
    measure: Measure
    hide_suggestions: bool

    @property
    def kind(self) -> OperationType:
        return self.node.operation


def read_parameters(value: object, trusted: TrustedDocuments = NONE_TRUSTED) -> Parameters:
    """Return the parameters in decoded JSON. Raises BadInput with a sentence that says what is expected,
    DocumentNotTrusted and PersistedQueryNotSupported.
    """
    if isinstance(value, list):
        raise BadInput("Batches are not supported: send one operation in each request.")
    if not isinstance(value, dict):
        raise BadInput('The request must be a JSON object with at least a "query".')
    extensions = _object(value, "extensions")
    query = trusted.text_of(value, extensions)
    name = value.get("operationName")
    if not isinstance(name, str | None):
        raise BadInput('"operationName" must be a string or null.')
    parameters = Parameters(query, name or None, _object(value, "variables"), extensions)
    refuse_deep_nesting(parameters.variables, "variables")
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
        self._executors: Any = schema.execution_context_class
        self._schema = core_schema(schema)
        self._limits = limits
        self._documents = Documents(self._schema, limits)

    def prepare(self, parameters: Parameters, *, may_introspect: bool) -> Operation:
        """Return the operation that the client requests. Raises RequestRefused. Nothing runs before this returns."""
        document = self._documents.read(parameters.query, may_introspect=may_introspect, variables=parameters.variables)
        return self._operation(document, parameters, may_introspect)

    async def warm(self, texts: Iterable[str]) -> None:
        """Read the documents before a signed-in client sends them. Whoever sends one is told what is wrong with it."""
        for text in texts:
            with suppress(RequestRefused):
                await self._documents.read_aside(text, may_introspect=True, variables={})
            # Clients that have come already go first.
            await asyncio.sleep(0)

    async def prepare_aside(self, parameters: Parameters, *, may_introspect: bool) -> Operation:
        """Do what `prepare` does, without holding the event loop while a long document is read."""
        document = await self._documents.read_aside(
            parameters.query, may_introspect=may_introspect, variables=parameters.variables
        )
        return self._operation(document, parameters, may_introspect)

    def _operation(self, document: Document, parameters: Parameters, may_introspect: bool) -> Operation:
        try:
            check_items(parameters.variables, self._limits)
        except BadInput as error:
            raise RequestRefused([error]) from None
        node = _chosen(document, parameters.operation_name)
        if node.operation is OperationType.MUTATION:
            _refuse_unstorable(document, node, parameters.variables)
        measure = self._documents.measure(document, node, parameters.variables)
        return Operation(document, node, parameters, measure, hide_suggestions=not may_introspect)

    async def execute(self, operation: Operation, context: object) -> ExecutionResult:
        """Run a query or mutation.

        Raises RequestRefused when its variables do not fit their types, and Unavailable when each of its root fields
        failed for a cause that may pass: then nothing was read and nothing was changed.
        """
        with Execution(operation.node) as execution, pace.Together():
            executor = self._executor(operation, context)
            if isinstance(executor, list):
                raise RequestRefused(executor)
            result: Any = executor.execute_operation()
            started = _started(await result if isawaitable(result) else result, operation.kind)
            if started.errors:
                execution.outcome = "errors"
        return started

    async def subscribe(self, operation: Operation, context: object) -> Stream:
        """Start a subscription. The caller must close its answers.

        Raises RequestRefused when the variables do not fit or the stream could not be created, and Unavailable when the
        cause of that may pass.
        """
        with Execution(operation.node):
            return await self._subscribe(operation, context)

    async def _subscribe(self, operation: Operation, context: object) -> Stream:
        executor = self._executor(operation, context)
        if isinstance(executor, list):
            raise RequestRefused(executor)
        source = create_source_event_stream(executor)
        if isawaitable(source):
            source = await source
        if isinstance(source, ExecutionResult):
            if source.errors and (passing := unavailable_all(source.errors)):
                raise passing
            raise RequestRefused(source.errors or [])
        return Stream(executor, cast("Any", source), _signature(operation))

    def cost(self, operation: Operation) -> dict[str, int]:
        """Return the `cost` entry of a response's extensions."""
        return {"requested": operation.measure.cost, "limit": self._limits.cost}

    def _executor(self, operation: Operation, context: object) -> Executor[Any] | list[GraphQLError]:
        """Return an executor of the operation, or what is wrong with its variables."""
        document, given = operation.document, operation.parameters
        key = (name_of(operation.node), operation.hide_suggestions)
        pattern = document.patterns.get(key)
        copied = None if pattern is None else pattern.executor(context, given.variables, given.extensions)
        executor = self._built(operation, context) if copied is None else copied
        if isinstance(executor, CompilingExecutor):
            executor.use(document.compiled_for(operation.node, executor.condition))
            if pattern is None and executor.root_field() is not None:
                document.patterns[key] = Pattern(executor)
        return executor

    def _built(self, operation: Operation, context: object) -> Executor[Any] | list[GraphQLError]:
        executor: Executor[Any] | list[GraphQLError] = self._executors.build(
            self._schema,
            operation.document.node,
            context_value=context,
            raw_variable_values=dict(operation.parameters.variables),
            operation_name=operation.parameters.operation_name,
            is_awaitable=is_awaitable,
            hide_suggestions=operation.hide_suggestions,
            operation_extensions=dict(operation.parameters.extensions),
        )
        return executor


def _chosen(document: Document, name: str | None) -> OperationDefinitionNode:
    operations = document.operations
    if name is not None and name not in operations:
        raise RequestRefused([BadInput(f'The document has no operation named "{name}".')])
    if name is None and len(operations) != 1:
        count = "several operations" if operations else "no operation"
        raise RequestRefused([BadInput(f'The document has {count}: say which to run in "operationName".')])
    return operations[name] if name is not None else next(iter(operations.values()))


def _refuse_unstorable(document: Document, node: OperationDefinitionNode, variables: Mapping[str, Any]) -> None:
    """Refuse text that cannot be stored. A mutation stores its arguments; nothing else of a request is stored."""
    try:
        if name_of(node) in document.unstorable:
            raise BadInput("A string in the document contains U+0000, which cannot be stored.")
        for definition in node.variable_definitions or ():
            name = definition.variable.name.value
            refuse_unstorable_text(variables.get(name), f"variables.{name}")
    except BadInput as error:
        raise RequestRefused([error]) from None


def _started(result: ExecutionResult, kind: OperationType) -> ExecutionResult:
    """Return the result, unless all its errors occurred before any field was run, or no root field has done anything
    because of a cause that may pass.
    """
    errors: list[GraphQLError] = result.errors or []
    if result.data is None and errors and all(error.path is None for error in errors):
        raise RequestRefused(errors)
    if errors and _has_done_nothing(result.data, errors, kind) and (passing := unavailable_all(errors)):
        raise passing
    return result


def _has_done_nothing(data: Mapping[str, Any] | None, errors: list[GraphQLError], kind: OperationType) -> bool:
    """Return whether each root field of the operation failed. A mutation that failed below its root field has changed
    something.
    """
    if kind is OperationType.MUTATION and any(len(error.path or ()) > 1 for error in errors):
        return False
    if data is None:
        return kind is OperationType.QUERY
    failed = {error.path[0] for error in errors if error.path}
    return all(value is None and name in failed for name, value in data.items())


def _signature(operation: Operation) -> Hashable:
    """Return a value that is equal for operations that execute an event of a stream alike.

    The arguments of the root field only say where the stream begins, so their variables do not count.
    """
    names = _Variables()
    for definition in operation.document.node.definitions:
        if isinstance(definition, FragmentDefinitionNode):
            visit(definition, names)
    for selection in operation.node.selection_set.selections:
        below = selection.selection_set if isinstance(selection, FieldNode) else selection
        for node in (below, *(selection.directives or ())):
            if node is not None:
                visit(node, names)
    given = operation.parameters.variables
    variables = {name: given[name] for name in names.found if name in given}
    # A string, since orjson's bytes keep a buffer of four kilobytes as long as they live.
    encoded = orjson.dumps(variables, option=orjson.OPT_SORT_KEYS).decode()
    # Thousands of streams have the same text, and each keeps its signature.
    return (sys.intern(operation.parameters.query), operation.parameters.operation_name, encoded)


class _Variables(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.found.add(node.name.value)
