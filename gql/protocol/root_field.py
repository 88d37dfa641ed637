"""The root field of an operation that has no other one, which is executed directly.

graphql-core executes any number of root fields, one after the other or at the same time, and passes a value through a
dozen coroutines before it is complete. Nearly all operations have one root field, whose resolver is a coroutine. What
is the same for all requests with the same document is found out once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from inspect import iscoroutinefunction
from typing import Any, Protocol

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    is_abstract_type,
    is_object_type,
)

from gql.protocol.strawberry_internals import class_of


class _Collecting(Protocol):
    """What is needed of an executor."""

    schema: GraphQLSchema
    operation: OperationDefinitionNode

    def fields_below(self, type_: GraphQLObjectType, details: Any) -> tuple[Any, bool]: ...


@dataclass(frozen=True, slots=True)
class RootField:
    """The only root field of an operation.

    name -- its name in the response
    details -- the field as it was collected
    arguments -- the variables of its arguments by the names of these; None: graphql-core finds the arguments
    objects -- the types of the objects that it can return, with the fields that are selected of them, by the objects'
        classes
    """

    name: str
    details: Any
    nodes: list[FieldNode]
    parent: GraphQLObjectType
    field: GraphQLField
    arguments: tuple[tuple[str, str], ...] | None
    objects: Mapping[type, tuple[GraphQLObjectType, Any]]


def only_root_field(executor: _Collecting, collected: Mapping[str, Any]) -> RootField | None:
    """Return the root field of the executor's operation, or None when graphql-core has to execute the operation.

    collected -- the fields of the root
    """
    kind = executor.operation.operation
    parent = executor.schema.get_root_type(kind)
    if kind is OperationType.SUBSCRIPTION or parent is None or len(collected) != 1:
        return None
    ((name, details),) = collected.items()
    nodes = [each.node for each in details]
    field = executor.schema.get_field(parent, nodes[0].name.value)
    if field is None or not iscoroutinefunction(field.resolve) or any(each.defer_usage for each in details):
        return None
    return RootField(
        name, details, nodes, parent, field, _from_variables(field, nodes[0]), _objects(executor, field, details)
    )


def _from_variables(field: GraphQLField, node: FieldNode) -> tuple[tuple[str, str], ...] | None:
    """Return the variables of all arguments by the names with which the resolver receives them. None when an argument
    is not a variable, or could have a default.
    """
    given = {each.name.value: each.value for each in node.arguments or ()}
    found: list[tuple[str, str]] = []
    for name, argument in field.args.items():
        value = given.get(name)
        if not isinstance(value, VariableNode):
            return None
        found.append((argument.out_name or name, value.name.value))
    return tuple(found)


def _objects(executor: _Collecting, field: GraphQLField, details: Any) -> dict[type, tuple[GraphQLObjectType, Any]]:
    type_ = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    possible: list[GraphQLObjectType] = []
    if is_object_type(type_):
        possible = [type_]
    elif is_abstract_type(type_):
        possible = list(executor.schema.get_possible_types(type_))
    found: dict[type, tuple[GraphQLObjectType, Any]] = {}
    for each in possible:
        class_ = class_of(each)
        fields, has_deferred = executor.fields_below(each, details)
        if class_ is not None and not has_deferred:
            found[class_] = each, fields
    return found
