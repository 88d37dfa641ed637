"""An executor that completes plain data in one step.

graphql-core spends some microseconds on each field, and a roll sheet has a thousand fields. When a field only reads an
attribute of its object, and all fields below it do too, the selection is compiled once for an operation. The compiled
functions read the attributes and check the types. Everything that is not exactly as expected (a null in a non-null
field, another class, an error) is left to graphql-core, which executes that object again and finds the same value or
the correct error.
"""

from collections.abc import Callable, Mapping
from typing import Any

from graphql import (
    GraphQLAbstractType,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLString,
    is_abstract_type,
    is_leaf_type,
)

from gql.protocol.graphql_internals import ObjectExecutor, name_in_schema
from gql.protocol.strawberry_internals import class_of, enumeration_of, plain_attribute

# Scalars whose Python values, of exactly this class, need no conversion.
_AS_THEY_ARE = {GraphQLString.name: str, GraphQLID.name: str, GraphQLBoolean.name: bool}

Complete = Callable[[Any], Any]
"""Turns a field's value into its part of the response. It raises any exception when graphql-core has to decide."""


class _Surprise(Exception):
    """A value is not exactly what the schema leads to expect."""


class CompilingExecutor(ObjectExecutor):
    """Executes exactly as graphql-core does (see tests/api/protocol/test_executor.py), but faster."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The executors of a subscription's events are copies, and share these.
        self._plans: dict[tuple[str, int], tuple[Any, _Plan | None]] = {}
        self._root_fields: list[Any] = []

    def root_fields(self, collected: Any) -> Any:
        """Return the fields as they were collected for the first event.

        graphql-core remembers what it collects below them by their identity, and would otherwise remember each event of
        a long subscription for as long as that lives.
        """
        if not self._root_fields:
            self._root_fields.append(collected)
        return self._root_fields[0]

    def execute_object(self, type_: GraphQLObjectType, value: Any, fields: Any, place: Any) -> Any:
        plan = self._plan(type_, fields) if self.hooks is None else None
        if plan is None:
            return self.execute_by_library(type_, value, fields, place)
        try:
            plain = {name: complete(getattr(value, attribute)) for name, attribute, complete in plan.plain}
        except Exception:
            return self.execute_by_library(type_, value, fields, place)
        if not plan.others:
            return plain
        others = self.execute_by_library(type_, value, plan.others, place)
        if self.is_awaitable(others):
            return _joined_later(plan.names, plain, others)
        return _joined(plan.names, plain, others)

    def _plan(self, parent_type: GraphQLObjectType, grouped_field_set: Any) -> "_Plan | None":
        """Return the plan for an object, or None when graphql-core executes the whole object."""
        key = (parent_type.name, id(grouped_field_set))
        known = self._plans.get(key)
        if known is None:
            # The set is kept with its plan, so that no other object can get its id.
            known = self._plans[key] = (grouped_field_set, _Compiler(self).plan(parent_type, grouped_field_set))
        return known[1]


class _Plan:
    """An object's fields: the plain ones (response name, attribute, completion), and those that
    graphql-core executes.
    """

    __slots__ = ("names", "others", "plain")

    def __init__(self, plain: list[tuple[str, str, Complete]], others: dict[str, Any], names: tuple[str, ...]) -> None:
        self.plain = plain
        self.others = others
        self.names = names


class _Compiler:
    """Compiles the selections of one operation with its variables."""

    def __init__(self, executor: CompilingExecutor) -> None:
        self._executor = executor

    def plan(self, parent: GraphQLObjectType, grouped: Mapping[str, Any]) -> _Plan | None:
        plain: list[tuple[str, str, Complete]] = []
        others: dict[str, Any] = {}
        for name, details in grouped.items():
            field = self._plain_field(parent, details)
            if field is None:
                others[name] = details
            else:
                plain.append((name, *field))
        return _Plan(plain, others, tuple(grouped)) if plain else None

    def _plain_field(self, parent: GraphQLObjectType, details: Any) -> tuple[str, Complete] | None:
        """Return the attribute and its completion, or None when the field needs more."""
        field = self._executor.schema.get_field(parent, name_in_schema(details))
        attribute = None if field is None else plain_attribute(field)
        if field is None or attribute is None:
            return None
        complete = self._completion(field.type, details)
        return None if complete is None else (attribute, complete)

    def _completion(self, type_: GraphQLOutputType, details: Any) -> Complete | None:
        if isinstance(type_, GraphQLNonNull):
            return self._of_value(type_.of_type, details)
        of_value = self._of_value(type_, details)
        return None if of_value is None else lambda value: None if value is None else of_value(value)

    def _of_value(self, type_: Any, details: Any) -> Complete | None:
        """Return the completion for values that are not null."""
        if isinstance(type_, GraphQLList):
            return _list_of(self._completion(type_.of_type, details))
        if is_leaf_type(type_):
            return _leaf(type_)
        if is_abstract_type(type_):
            return self._abstract(type_, details)
        found = self._object(type_, details)
        return None if found is None else _exactly({found[0]: found[1]})

    def _abstract(self, type_: GraphQLAbstractType, details: Any) -> Complete | None:
        possible = [self._object(each, details) for each in self._executor.schema.get_possible_types(type_)]
        by_class = dict(found for found in possible if found is not None)
        return _exactly(by_class) if by_class else None

    def _object(self, type_: GraphQLObjectType, details: Any) -> tuple[type, Complete] | None:
        """Return the class with the completion of its objects, or None unless everything selected from them
        is plain.
        """
        origin = class_of(type_)
        if origin is None:
            return None
        fields, has_deferred = self._executor.fields_below(type_, details)
        plain: list[tuple[str, str, Complete]] = []
        constants: dict[str, str] = {}
        for name, each in fields.items():
            if name_in_schema(each) == "__typename":
                constants[name] = type_.name
                continue
            field = self._plain_field(type_, each)
            if field is None:
                return None
            plain.append((name, *field))
        if has_deferred:
            return None
        if not constants:
            return origin, lambda value: {
                name: complete(getattr(value, attribute)) for name, attribute, complete in plain
            }
        names = tuple(fields)
        return origin, lambda value: _joined(
            names, {name: complete(getattr(value, attribute)) for name, attribute, complete in plain}, constants
        )


def _leaf(type_: Any) -> Complete:
    if type_.name in _AS_THEY_ARE:
        expected = _AS_THEY_ARE[type_.name]
        return lambda value: value if type(value) is expected else _coerced(type_, value)
    if isinstance(type_, GraphQLEnumType):
        names = {each.value: name for name, each in type_.values.items() if each.value.__hash__ is not None}
        wrapped = enumeration_of(type_)
        return lambda value: names[value.value] if type(value) is wrapped else _coerced(type_, value)
    return lambda value: _coerced(type_, value)


def _coerced(type_: Any, value: Any) -> Any:
    coerced = type_.coerce_output_value(value)
    if coerced is None:
        raise _Surprise
    return coerced


def _list_of(complete: Complete | None) -> Complete | None:
    if complete is None:
        return None

    def of_list(value: Any) -> list[Any]:
        if type(value) is not list and type(value) is not tuple:
            raise _Surprise
        return [complete(each) for each in value]

    return of_list


def _exactly(by_class: Mapping[type, Complete]) -> Complete:
    """Return a completion for objects of exactly these classes. It raises KeyError for others."""
    return lambda value: by_class[type(value)](value)


def _joined(names: tuple[str, ...], *parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields in the order in which they were requested."""
    found = {name: value for part in parts for name, value in part.items()}
    return {name: found[name] for name in names if name in found}


async def _joined_later(names: tuple[str, ...], plain: Mapping[str, Any], others: Any) -> dict[str, Any]:
    return _joined(names, plain, await others)
