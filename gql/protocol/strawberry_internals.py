"""Everything of Strawberry that its documentation does not promise.

No other module of the product touches such a name. What is assumed of each name stands in its docstring, and
tests/architecture/test_strawberry_internals.py has a test for each assumption.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING
from enum import Enum
from functools import partial
from typing import Any, cast

import strawberry
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    get_nullable_type,
    is_leaf_type,
)
from strawberry.execution import optimized_is_awaitable
from strawberry.http.websocket_origin import is_same_origin, normalize_origin
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule
from strawberry.types import get_object_definition
from strawberry.types.base import (
    StrawberryList,
    StrawberryMaybe,
    StrawberryObjectDefinition,
    StrawberryOptional,
)
from strawberry.types.enum import StrawberryEnumDefinition
from strawberry.types.field import StrawberryField

__all__ = ["VALIDATION_RULES", "StrawberryExecutor", "is_awaitable", "is_same_origin", "normalize_origin"]

StrawberryExecutor = StrawberryGraphQLCoreExecutionContext
"""The executor that a Strawberry schema uses. It is a graphql-core executor whose `build` also takes
`operation_extensions`."""

VALIDATION_RULES = (MaybeNullValidationRule, OneOfInputValidationRule)
"""The rules that Strawberry's `Schema.execute` validates with in addition to those of the specification."""

is_awaitable: Any = optimized_is_awaitable
"""Strawberry's replacement for graphql-core's test of awaitables. It is faster for plain values."""

_DEFINITION = GraphQLCoreConverter.DEFINITION_BACKREF


def core_schema(schema: strawberry.Schema) -> GraphQLSchema:
    """Return the graphql-core schema that Strawberry has built."""
    return schema._schema


def resolve_info(info: strawberry.Info[Any, Any]) -> GraphQLResolveInfo[Any]:
    """Return graphql-core's information about the field, which has the nodes and fragments of the document."""
    return info._raw_info


def field_of(info: strawberry.Info[Any, Any]) -> StrawberryField:
    """Return the field whose resolver received `info`, with the metadata that the field declares."""
    return info._field


def describe_values(enumeration: type[Enum], describe: Callable[[str], str]) -> None:
    """Describe each value of an enumeration of the schema.

    The definition that `strawberry.enum` leaves on the class lists values whose descriptions can be set until a schema
    is built.
    """
    definition = cast("StrawberryEnumDefinition", vars(enumeration)["__strawberry_definition__"])
    for value in definition.values:
        value.description = describe(value.name)


@contextmanager
def handlers_for_unions_alone() -> Iterator[None]:
    """Build schemas in the block without looking for exception handlers of fields that no handler applies to.

    A handler applies to a field whose type is a union, null or not. Strawberry asks each handler, and resolves the
    annotation of the field each time, which is half of what a schema of many refusals takes to build.
    """
    look_for_handlers = GraphQLCoreConverter._get_field_exception_handlers

    def handlers_of(converter: GraphQLCoreConverter, field: StrawberryField) -> Any:
        return () if _is_no_union(field.type) else look_for_handlers(converter, field)

    converter_class: Any = GraphQLCoreConverter
    converter_class._get_field_exception_handlers = handlers_of
    try:
        yield
    finally:
        converter_class._get_field_exception_handlers = look_for_handlers


def _is_no_union(type_: object) -> bool:
    """Return whether the type is certainly no union. A type that is resolved later may be one."""
    if isinstance(type_, StrawberryOptional):
        type_ = type_.of_type
    return isinstance(type_, type | StrawberryList | StrawberryEnumDefinition)


def append_field(extended: type[Any], name: str, field: StrawberryField) -> None:
    """Add a field to a type of the schema after its own fields, unless it has one of this Python name.

    Strawberry reads `definition.fields` when it builds a schema.
    """
    definition = get_object_definition(extended, strict=True)
    if name not in {known.python_name for known in definition.fields}:
        field.python_name = name
        field.origin = extended
        definition.fields.append(field)


def make_plain_inputs_at_once(schema: strawberry.Schema) -> None:
    """Let inputs whose fields are all single scalars or enums be made in one step. Strawberry asks anew in each request
    what kind of value each field has.

    An input's definition may have a function `from_input` that makes it of the coerced values, which have the names of
    the schema. Such values need no conversion, except in a `Maybe`. A field without a value has its default, or None
    when it has none.
    """
    for type_ in core_schema(schema).type_map.values():
        definition = type_.extensions.get(_DEFINITION)
        if not isinstance(type_, GraphQLInputObjectType) or not isinstance(definition, StrawberryObjectDefinition):
            continue
        if any(isinstance(field.type, StrawberryMaybe) for field in definition.fields):
            continue
        if all(is_leaf_type(get_nullable_type(field.type)) for field in type_.fields.values()):
            names = {field.python_name: schema.config.name_converter.from_field(field) for field in definition.fields}
            missing = {
                field.python_name: None
                for field in definition.fields
                if field.default_value is MISSING and field.default_factory is MISSING
            }
            definition.from_input = partial(_made, names, missing)


def _made(
    names: Mapping[str, str], missing: Mapping[str, None], class_: type, values: Mapping[str, Any], _: Any
) -> Any:
    return class_(**{**missing, **{name: values[known] for name, known in names.items() if known in values}})


def plain_attribute(field: GraphQLField) -> str | None:
    """Return the name of the attribute that the field reads, or None when resolving it does anything else.

    The field has a link to Strawberry's definition of it. A basic field has no resolver, no permissions and no
    extensions, and Strawberry marks the function that reads its attribute.
    """
    definition = field.extensions.get(_DEFINITION)
    if not isinstance(definition, StrawberryField) or not definition.is_basic_field:
        return None
    return definition.python_name if getattr(field.resolve, "_is_default", False) else None


def is_of_subscription(field: GraphQLField) -> bool:
    """Return whether the field belongs to a subscription, so that the event itself is its value.

    The field has a link to Strawberry's definition of it. Strawberry calls the resolver only for the stream of events.
    For an event, the field returns the event as it is.
    """
    definition = field.extensions.get(_DEFINITION)
    return isinstance(definition, StrawberryField) and definition.is_subscription


def metadata_of(field: GraphQLField) -> Mapping[Any, Any]:
    """Return the metadata that the field declares in Strawberry's definition of it, to which the field has a link."""
    definition = field.extensions.get(_DEFINITION)
    return definition.metadata if isinstance(definition, StrawberryField) else {}


def class_of(type_: GraphQLObjectType) -> type[Any] | None:
    """Return the class whose objects are values of this type, or None when the class alone does not tell the type.

    The type has a link to Strawberry's definition of it. Several types share the class of a generic type, and each of
    them is a concrete one of another definition.
    """
    definition = type_.extensions.get(_DEFINITION)
    if not isinstance(definition, StrawberryObjectDefinition) or definition.concrete_of is not None:
        return None
    return definition.origin


def enumeration_of(type_: GraphQLEnumType) -> type[Enum] | None:
    """Return the enumeration of which this type was made, or None when it was not made by Strawberry."""
    return getattr(type_, "wrapped_cls", None)
