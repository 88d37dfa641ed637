"""Measures what a document requests, in one linear pass before validation.

The limiters of the library walk a fragment again at each spread, so 26 short fragments can stop the event loop for
ever. Here, each fragment is measured once, and its measure is added wherever it is spread.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
)

from gql.protocol.errors import BadInput
from gql.protocol.strawberry_internals import metadata_of

# Far above every limit, and far below anything slow. The sums of a fragment bomb stop growing here.
_CEILING = 10**12
# How many levels of braces and fragments the walk itself descends, so that a chain of fragments cannot exhaust the
# stack.
_MAX_NESTING = 100


_WEIGHT = "cost.weight"


def weighs(own: int = 0, *, each: int = 0) -> Mapping[str, tuple[int, int]]:
    """Declare in a field's metadata that it costs more than the fields that are selected.

    own -- what the field adds to the cost each time that it is answered
    each -- what each item of its page or list adds
    """
    return {_WEIGHT: (own, each)}


@dataclass(frozen=True, slots=True)
class GuardLimits:
    """The limits of one operation. Introspection has no limit of depth, because it has rules of its own.

    The cost is about the number of fields in the largest possible answer. A field counts 1, and more when it declares
    a weight (`weighs`), because it reads as much as many others. Everything below a field that takes `first` or `last`
    counts that many times; everything below a field that takes `ids`, once for each id; and everything below another
    list of objects, `assumed_list` times.

    items -- the items of all lists in the variables, which are coerced in one piece
    """

    depth: int = 12
    aliases: int = 30
    directives: int = 50
    fields: int = 1000
    tokens: int = 2000
    characters: int = 50_000
    cost: int = 50_000
    default_page: int = 50
    assumed_list: int = 10
    items: int = 3000


@dataclass(frozen=True, slots=True)
class Measure:
    depth: int = 0
    aliases: int = 0
    directives: int = 0
    fields: int = 0
    cost: int = 0

    def plus(self, other: "Measure") -> "Measure":
        return Measure(
            max(self.depth, other.depth),
            self.aliases + other.aliases,
            self.directives + other.directives,
            min(self.fields + other.fields, _CEILING),
            min(self.cost + other.cost, _CEILING),
        )


class Guard:
    """Measures the operations of one document. `variables` give the page sizes that the document leaves open."""

    def __init__(
        self,
        schema: GraphQLSchema,
        document: DocumentNode,
        limits: GuardLimits,
        variables: Mapping[str, Any],
    ) -> None:
        self._schema = schema
        self._limits = limits
        self._variables = variables
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._measured: dict[str, Measure] = {}
        self._open: set[str] = set()
        self.depends_on_variables = False

    def check(self, operation: OperationDefinitionNode) -> Measure:
        """Return the operation's measure. Raises BadInput, with the limit and the value, when the operation requests
        too much.
        """
        root = self._schema.get_root_type(OperationType(operation.operation))
        own = Measure(directives=len(operation.directives or ()))
        measure = own.plus(self._selections(operation.selection_set, root, 0))
        for name, unit in (
            ("depth", "levels"),
            ("aliases", "aliases"),
            ("directives", "directives"),
            ("fields", "fields"),
            ("cost", "fields in its largest answer, by their weights,"),
        ):
            limit, value = getattr(self._limits, name), getattr(measure, name)
            if value > limit:
                raise _too_much(name, unit, limit, value)
        return measure

    def _selections(
        self, selection_set: SelectionSetNode | None, parent: GraphQLNamedType | None, nesting: int
    ) -> Measure:
        if nesting > _MAX_NESTING:
            raise _too_much("nesting", "levels of braces and fragments", _MAX_NESTING, nesting)
        total = Measure()
        for selection in selection_set.selections if selection_set else ():
            directives = len(selection.directives or ())
            measure = self._selection(selection, parent, nesting + 1)
            total = total.plus(measure).plus(Measure(directives=directives))
        return total

    def _selection(self, selection: SelectionNode, parent: GraphQLNamedType | None, nesting: int) -> Measure:
        if isinstance(selection, FieldNode):
            return self._field(selection, parent, nesting)
        if isinstance(selection, FragmentSpreadNode):
            return self._fragment(selection.name.value, nesting)
        condition = cast("InlineFragmentNode", selection).type_condition
        inner = self._schema.get_type(condition.name.value) if condition else parent
        return self._selections(cast("InlineFragmentNode", selection).selection_set, inner, nesting)

    def _fragment(self, name: str, nesting: int) -> Measure:
        fragment = self._fragments.get(name)
        # Validation, which comes next, reports unknown fragments and cycles.
        if fragment is None or name in self._open:
            return Measure()
        if name not in self._measured:
            self._open.add(name)
            inner = self._schema.get_type(fragment.type_condition.name.value)
            own = Measure(directives=len(fragment.directives or ()))
            self._measured[name] = own.plus(self._selections(fragment.selection_set, inner, nesting))
            self._open.discard(name)
        return self._measured[name]

    def _field(self, node: FieldNode, parent: GraphQLNamedType | None, nesting: int) -> Measure:
        name = node.name.value
        is_introspection = name in {"__schema", "__type"} or (parent is not None and parent.name.startswith("__"))
        definition = _definition(parent, name)
        inner = get_named_type(definition.type) if definition else None
        if name in {"__schema", "__type"}:
            inner = self._schema.get_type("__Schema" if name == "__schema" else "__Type")
        below = self._selections(node.selection_set, inner, nesting)
        size = 1 if is_introspection else self._size(node, parent, definition)
        own, each = _weight(definition)
        return Measure(
            depth=0 if is_introspection else below.depth + 1,
            aliases=below.aliases + (node.alias is not None),
            directives=below.directives,
            fields=min(below.fields + 1, _CEILING),
            cost=min(1 + own + (below.cost + each) * size, _CEILING),
        )

    def _size(self, node: FieldNode, parent: GraphQLNamedType | None, definition: GraphQLField | None) -> int:
        """Return how many times the selection below this field can be answered."""
        if definition is None or node.selection_set is None:
            return 1
        if "first" in definition.args or "last" in definition.args:
            return max(self._page_sizes(node), default=self._limits.default_page)
        if "ids" in definition.args:
            return max(self._lengths(node), default=self._limits.assumed_list)
        # The page size was counted at the connection itself.
        is_page = parent is not None and parent.name.endswith("Connection")
        return self._limits.assumed_list if _is_list(definition) and not is_page else 1

    def _lengths(self, node: FieldNode) -> Iterator[int]:
        for argument in node.arguments or ():
            value: Any = argument.value
            if isinstance(value, ListValueNode):
                yield len(value.values)
            elif isinstance(value, VariableNode):
                self.depends_on_variables = True
                given = self._variables.get(value.name.value)
                yield len(given) if isinstance(given, list) else 1

    def _page_sizes(self, node: FieldNode) -> Iterator[int]:
        for argument in node.arguments or ():
            if argument.name.value not in {"first", "last"}:
                continue
            value: Any = None
            if isinstance(argument.value, IntValueNode):
                value = int(argument.value.value[:12])
            elif isinstance(argument.value, VariableNode):
                self.depends_on_variables = True
                value = self._variables.get(argument.value.name.value)
            if type(value) is int:
                yield max(value, 1)


def check_items(variables: Mapping[str, Any], limits: GuardLimits) -> None:
    """Raise BadInput when the lists in the variables have too many items together."""
    found, ahead = 0, list(variables.values())
    while ahead:
        value = ahead.pop()
        if isinstance(value, list):
            found += len(value)
            ahead.extend(value)
        elif isinstance(value, dict):
            ahead.extend(value.values())
    if found > limits.items:
        raise _too_much("items", "items in the lists of its variables", limits.items, found)


def _definition(parent: GraphQLNamedType | None, name: str) -> GraphQLField | None:
    if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
        return cast("GraphQLField | None", parent.fields.get(name))
    return None


def _weight(definition: GraphQLField | None) -> tuple[int, int]:
    found: tuple[int, int] = (0, 0) if definition is None else metadata_of(definition).get(_WEIGHT, (0, 0))
    return found


def _is_list(definition: GraphQLField) -> bool:
    of_type = definition.type
    while isinstance(of_type, GraphQLNonNull):
        of_type = of_type.of_type
    return isinstance(of_type, GraphQLList)


def _too_much(limit_name: str, unit: str, limit: int, value: int) -> BadInput:
    shown = "far more" if value >= _CEILING else str(value)
    return BadInput(
        f"The operation is too large: at most {limit} {unit} are allowed, it has {shown}.",
        limit=limit_name,
        allowed=limit,
        found=value,
    )
