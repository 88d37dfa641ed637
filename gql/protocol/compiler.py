"""Plans how the objects of an operation are executed: which of their fields are plain and how these are read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLList, GraphQLNonNull, GraphQLObjectType, GraphQLOutputType, is_leaf_type

from gql.protocol.completions import AS_THEY_ARE, Complete, coerced, completion_of
from gql.protocol.graphql_internals import ObjectExecutor, has_arguments, name_in_schema
from gql.protocol.plain_fields import LATER, AtOnce, declared_at_once
from gql.protocol.remembered import Remembered
from gql.protocol.root_field import RootField
from gql.protocol.strawberry_internals import is_of_subscription, metadata_of, plain_attribute

Read = Callable[[Any, Any], Any]
"""Turns an object and the operation's context into what one field of the object adds to the response. It raises any
exception when graphql-core has to decide.
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """An object's fields in the order `names`.

    plain -- the plain ones by their response names
    others -- those that graphql-core executes
    is_certain -- whether none of the plain ones can be LATER
    """

    plain: list[tuple[str, Read]]
    others: dict[str, Any]
    names: tuple[str, ...]
    is_certain: bool


@dataclass(slots=True)
class Compiled:
    """What is compiled for an operation of a document while the variables of its conditions have the same values.

    It is found by the identity of the collected fields, which are kept with it, so that no other object can get the
    same identity.

    root_fields -- the fields of the root as they were collected first; None before that
    root_field -- the only one of them, if it is executed directly from then on
    selections -- what graphql-core has collected below them
    """

    root_fields: Any = None
    root_field: RootField | None = None
    selections: dict[Any, Any] = field(default_factory=dict)
    _plans: dict[tuple[str, int], tuple[Any, Plan | None]] = field(default_factory=dict)
    _items: dict[tuple[int, int], tuple[Any, Complete | None]] = field(default_factory=dict)

    def plan(self, executor: ObjectExecutor, type_: GraphQLObjectType, fields: Any) -> Plan | None:
        """Return the plan for an object, or None when graphql-core executes the whole object."""
        key = (type_.name, id(fields))
        known = self._plans.get(key)
        if known is None:
            known = self._plans[key] = (fields, _Compiler(executor).plan(type_, fields))
        return known[1]

    def item(self, executor: ObjectExecutor, type_: GraphQLList[Any], details: Any) -> Complete | None:
        """Return the completion of a list's items, or None when graphql-core completes the list."""
        key = (id(type_), id(details))
        known = self._items.get(key)
        if known is None:
            complete = _Compiler(executor).completion(type_.of_type, details)
            known = self._items[key] = ((type_, details), complete)
        return known[1]


class _Compiler:
    """Compiles the selections of one operation with its variables."""

    def __init__(self, executor: ObjectExecutor) -> None:
        self._executor = executor

    def plan(self, parent: GraphQLObjectType, grouped: Mapping[str, Any]) -> Plan | None:
        plain: list[tuple[str, Read]] = []
        others: dict[str, Any] = {}
        is_certain = True
        for name, details in grouped.items():
            read = _type_name(parent, details) or self._attribute(parent, details)
            if read is None:
                read = self._at_once(parent, details)
                is_certain &= read is None
            if read is None:
                others[name] = details
            else:
                plain.append((name, read))
        return Plan(plain, others, tuple(grouped), is_certain) if plain else None

    def _attribute(self, parent: GraphQLObjectType, details: Any) -> Read | None:
        """Return how a field is read that only reads an attribute or is an event, or None when it does more."""
        field_ = self._executor.schema.get_field(parent, name_in_schema(details))
        if field_ is not None and is_of_subscription(field_):
            # The root of an event is the event.
            return self.completion(field_.type, details)
        attribute = None if field_ is None else plain_attribute(field_)
        if field_ is None or attribute is None:
            return None
        type_ = field_.type
        of_type = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
        if is_leaf_type(of_type) and of_type.name in AS_THEY_ARE:
            return _text(attribute, of_type, may_be_null=of_type is type_)
        complete = self.completion(type_, details)
        if complete is None:
            return None
        return lambda object_, context: complete(getattr(object_, attribute), context)

    def _at_once(self, parent: GraphQLObjectType, details: Any) -> Read | None:
        """Return how a field is read that declares how its value is found at once. What it returns may be LATER."""
        field_ = self._executor.schema.get_field(parent, name_in_schema(details))
        find = None if field_ is None or has_arguments(details) else declared_at_once(metadata_of(field_))
        if field_ is None or find is None:
            return None
        complete = self.completion(field_.type, details)
        return None if complete is None else _found(find, self._executor.names_below(details), complete)

    def completion(self, type_: GraphQLOutputType, details: Any) -> Complete | None:
        """Return the completion of values of the type, or None unless everything selected from them is plain."""
        return completion_of(self._executor, type_, details)


def _type_name(parent: GraphQLObjectType, details: Any) -> Read | None:
    """Return how `__typename` is read, which is the same for all objects of the type."""
    name = parent.name
    return (lambda _, __: name) if name_in_schema(details) == "__typename" else None


def _text(attribute: str, type_: Any, *, may_be_null: bool) -> Read:
    expected = AS_THEY_ARE[type_.name]

    def read(object_: Any, _: Any) -> Any:
        value = getattr(object_, attribute)
        if type(value) is expected or (may_be_null and value is None):
            return value
        return coerced(type_, value)

    return read


def _found(find: AtOnce, names: frozenset[str], complete: Complete) -> Read:
    def read(object_: Any, context: Any) -> Any:
        value = find(object_, context, names)
        if type(value) is Remembered:
            return value.completed(complete, context)
        return LATER if value is LATER else complete(value, context)

    return read
