"""Parses, measures and validates documents once, and keeps them in a bounded cache.

Strawberry's own caches cannot hold the guard's findings, and parse less strictly. This cache keeps everything that
depends on the text alone, including errors, under one key.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    StringValueNode,
    VariableNode,
    Visitor,
    parse,
    specified_rules,
    validate,
    visit,
)

from gql.protocol.compiler import Compiled
from gql.protocol.errors import BadInput
from gql.protocol.graphql_internals import Pattern, is_aborted, limit_validation
from gql.protocol.guard import Guard, GuardLimits, Measure
from gql.protocol.storable_text import is_storable
from gql.protocol.strawberry_internals import VALIDATION_RULES

# The units of work that graphql-core's validation may spend on comparing repeated fields and on shared fragments. Its
# defaults allow half a second for a document of four kilobytes.
limit_validation(comparisons=50_000, fragments=5_000)

_RULES = (*specified_rules, *VALIDATION_RULES)
# Characters. Together with the number of entries, this limits the cache's memory.
_LONGEST_REMEMBERED = 16_000
# Characters. The slowest documents of this length take some ten milliseconds.
_LONGEST_READ_AT_ONCE = 500
# One long document after the other: several threads would only take the interpreter from the event loop more often.
_ASIDE = ThreadPoolExecutor(1, thread_name_prefix="documents")
# For one document, so that conditions with many combinations do not fill the memory.
_MOST_COMPILED = 16
_MAY_HOLD_NUL = re.compile(r"\x00|\\u(0000|\{0+\})")


class RequestRefused(Exception):
    """The request cannot be executed, and nothing was run. `errors` says why."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(errors[0].message)
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Document:
    """A valid document.

    measures -- None when page sizes come from variables
    unstorable -- the names of the operations with a string that cannot be stored
    conditions -- the variables of the document's directives
    compiled -- by the operation's name and the values of these variables (see `compiled_for`)
    patterns -- of executors of operations that were executed before
    """

    node: DocumentNode
    operations: Mapping[str | None, OperationDefinitionNode]
    measures: Mapping[str | None, Measure] | None
    unstorable: frozenset[str | None] = frozenset()
    conditions: tuple[str, ...] = ()
    compiled: dict[Hashable, Compiled] = field(default_factory=dict, compare=False)
    patterns: dict[Hashable, Pattern] = field(default_factory=dict, compare=False)

    def compiled_for(self, operation: OperationDefinitionNode, condition: Callable[[str], object]) -> Compiled:
        """Return what is compiled for an operation, which all its executions share.

        condition -- returns the value of a variable
        """
        key = (name_of(operation), *map(condition, self.conditions))
        found = self.compiled.get(key)
        if found is None:
            found = Compiled()
            if len(self.compiled) < _MOST_COMPILED:
                self.compiled[key] = found
        return found


class Documents:
    """Valid documents and refusals by text. The least recently used entries are dropped first."""

    def __init__(self, schema: GraphQLSchema, limits: GuardLimits, *, size: int = 512) -> None:
        self._schema = schema
        self._limits = limits
        self._size = size
        self._known: OrderedDict[tuple[str, bool], Document | RequestRefused] = OrderedDict()

    def read(self, query: str, *, may_introspect: bool, variables: Mapping[str, Any]) -> Document:
        """Return the document of a text. Raises RequestRefused when the text is too large, malformed or invalid.

        may_introspect -- whether the client may read the schema; it also decides whether errors suggest names
        """
        key = (query, may_introspect)
        found = self._find(key) or self._remember(key, self._prepared(query, may_introspect, variables))
        return _accepted(found)

    async def read_aside(self, query: str, *, may_introspect: bool, variables: Mapping[str, Any]) -> Document:
        """Return what `read` returns. A text that is new and not short is read in a thread, because validating it can
        take hundreds of milliseconds in one piece.
        """
        key = (query, may_introspect)
        found = self._find(key)
        if found is None and len(query) > _LONGEST_READ_AT_ONCE:
            reading = partial(self._prepared, query, may_introspect, variables)
            found = self._remember(key, await asyncio.get_running_loop().run_in_executor(_ASIDE, reading))
        if found is None:
            return self.read(query, may_introspect=may_introspect, variables=variables)
        return _accepted(found)

    def _find(self, key: tuple[str, bool]) -> "Document | RequestRefused | None":
        found = self._known.get(key)
        if found is not None:
            self._known.move_to_end(key)
        return found

    def _prepared(self, query: str, may_introspect: bool, variables: Mapping[str, Any]) -> "Document | RequestRefused":
        try:
            return self._prepare(query, may_introspect, variables)
        except RequestRefused as refusal:
            return refusal

    def _remember(self, key: tuple[str, bool], found: "Document | RequestRefused") -> "Document | RequestRefused":
        """Keep what was found for the text, unless it holds for these variables alone, and return it."""
        if len(key[0]) <= _LONGEST_REMEMBERED and not isinstance(found, _DependsOnVariables):
            self._known[key] = found
            if len(self._known) > self._size:
                self._known.popitem(last=False)
        return found

    def measure(self, document: Document, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Measure:
        """Return how much the operation requests with these variables. Raises RequestRefused above a limit."""
        if document.measures is not None:
            return document.measures[name_of(operation)]
        try:
            return Guard(self._schema, document.node, self._limits, variables).check(operation)
        except BadInput as error:
            raise RequestRefused([error]) from None

    def _prepare(self, query: str, may_introspect: bool, variables: Mapping[str, Any]) -> Document:
        node = self._parse(query)
        operations = {name_of(d): d for d in node.definitions if isinstance(d, OperationDefinitionNode)}
        guard = Guard(self._schema, node, self._limits, variables)
        try:
            measures = {name: guard.check(operation) for name, operation in operations.items()}
        except BadInput as error:
            if guard.depends_on_variables:
                raise _DependsOnVariables([error]) from None
            raise RequestRefused([error]) from None
        rules = _RULES if may_introspect else (*_RULES, NoSchemaIntrospectionCustomRule)
        if errors := validate(self._schema, node, rules, hide_suggestions=not may_introspect):
            if any(is_aborted(error) for error in errors):
                errors = [BadInput("The document is too large: its fields and fragments repeat too often.")]
            raise RequestRefused(_once_each(errors))
        unstorable = frozenset[str | None]()
        if _MAY_HOLD_NUL.search(query):
            unstorable = _unstorable(node)
        measured = None if guard.depends_on_variables else measures
        return Document(node, operations, measured, unstorable, _conditions(node))

    def _parse(self, query: str) -> DocumentNode:
        try:
            node = parse(
                query,
                max_tokens=self._limits.tokens,
                max_source_length=self._limits.characters,
                allow_empty_selection_sets=False,
            )
        except GraphQLError as error:
            raise RequestRefused([error]) from None
        return node


def _accepted(found: Document | RequestRefused) -> Document:
    if isinstance(found, RequestRefused):
        raise type(found)(found.errors)
    return found


class _DependsOnVariables(RequestRefused):
    """The document is too large with these variables. The refusal must not be remembered for its text."""


def _once_each(errors: list[GraphQLError]) -> list[GraphQLError]:
    """Return one error for each message, with all places at which it applies: a directive that is unknown is named
    once, however often it is used.
    """
    nodes: dict[str, list[Node]] = {}
    for error in errors:
        nodes.setdefault(error.message, []).extend(error.nodes or ())
    first = {error.message: error for error in reversed(errors)}
    return [first[message] if len(found) < 2 else GraphQLError(message, found) for message, found in nodes.items()]


def _unstorable(document: DocumentNode) -> frozenset[str | None]:
    """Return the names of the operations with a string that cannot be stored. One in a fragment counts for all."""
    found: set[str | None] = set()
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    for definition in document.definitions:
        strings = _Strings()
        visit(definition, strings)
        if not all(map(is_storable, strings.values)):
            is_operation = isinstance(definition, OperationDefinitionNode)
            found.update(name_of(each) for each in operations if each is definition or not is_operation)
    return frozenset(found)


def _conditions(document: DocumentNode) -> tuple[str, ...]:
    found = _Conditions()
    visit(document, found)
    return tuple(sorted(found.variables))


class _Conditions(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.variables: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        values = (argument.value for argument in node.arguments or ())
        self.variables.update(value.name.value for value in values if isinstance(value, VariableNode))


class _Strings(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.values: list[str] = []

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        self.values.append(node.value)


def name_of(operation: OperationDefinitionNode) -> str | None:
    """Return the name of an operation, or None when it has none."""
    return operation.name.value if operation.name else None
