"""The conventions of the schema, held for every element of it (docs/decisions/0009-schema-conventions.md)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    Undefined,
    get_named_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryMaybe

from gql.schema import the_schema

ROOT = Path(__file__).parents[2]
# Code generators for Swift, Kotlin and Dart break on types or values of these names.
RESERVED = {
    "class",
    "type",
    "default",
    "protocol",
    "self",
    "any",
    "object",
    "enum",
    "func",
    "switch",
    "case",
    "in",
    "is",
}


@pytest.fixture(scope="module")
def schema() -> GraphQLSchema:
    return the_schema()._schema


def own_types(schema: GraphQLSchema) -> list[object]:
    return [it for name, it in schema.type_map.items() if not name.startswith("__")]


def mutations(schema: GraphQLSchema) -> dict[str, GraphQLField]:
    assert schema.mutation_type is not None
    fields: dict[str, GraphQLField] = schema.mutation_type.fields
    return fields


def elements(schema: GraphQLSchema) -> Iterator[tuple[str, str | None]]:
    """Each element with its description."""
    for name, it in schema.type_map.items():
        if name.startswith("__"):
            continue
        yield name, it.description
        if isinstance(it, GraphQLEnumType):
            yield from ((f"{name}.{value}", each.description) for value, each in it.values.items())
        if isinstance(it, GraphQLInputObjectType):
            yield from ((f"{name}.{field}", each.description) for field, each in it.fields.items())
        if isinstance(it, GraphQLObjectType | GraphQLInterfaceType):
            for field, each in it.fields.items():
                yield f"{name}.{field}", each.description
                yield from ((f"{name}.{field}({arg}:)", a.description) for arg, a in each.args.items())


def test_the_committed_schema_is_current() -> None:
    assert (ROOT / "schema.graphql").read_text() == the_schema().as_str() + "\n", "run: make schema"


def test_every_element_is_described(schema: GraphQLSchema) -> None:
    builtin = {"String", "Int", "Float", "Boolean", "ID"}
    bare = [name for name, text in elements(schema) if not (text or "").strip() and name not in builtin]
    assert bare == []


def test_each_mutation_has_one_input_of_its_own_with_an_idempotency_key(schema: GraphQLSchema) -> None:
    for name, field in mutations(schema).items():
        assert list(field.args) == ["input"], name
        given = get_named_type(field.args["input"].type)
        assert isinstance(given, GraphQLInputObjectType)
        assert given.name == f"{name[0].upper()}{name[1:]}Input"
        # Each of the acts that recordQueued does has a key of its own.
        assert "idempotencyKey" in given.fields or name == "recordQueued", name


def test_each_mutation_answers_with_success_or_refusals(schema: GraphQLSchema) -> None:
    for name, field in mutations(schema).items():
        assert isinstance(field.type, GraphQLUnionType), f"{name} must be a nullable union"
        refusals = [it for it in field.type.types if "UserError" in {each.name for each in it.interfaces}]
        assert len(field.type.types) - len(refusals) == 1, name
        assert refusals, name


def test_every_subscription_takes_a_cursor(schema: GraphQLSchema) -> None:
    assert schema.subscription_type is not None
    for name, field in schema.subscription_type.fields.items():
        assert {"after", "afterRevision"} & set(field.args), name
        assert isinstance(get_named_type(field.type), GraphQLObjectType), name


def test_what_has_an_id_of_its_own_is_a_node(schema: GraphQLSchema) -> None:
    for it in own_types(schema):
        if isinstance(it, GraphQLObjectType) and "id" in it.fields:
            assert "Node" in {each.name for each in it.interfaces}, it.name


def test_lists_have_no_holes(schema: GraphQLSchema) -> None:
    for it in own_types(schema):
        if isinstance(it, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in it.fields.items():
                bare = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
                if isinstance(bare, GraphQLList) and (it.name, name) != ("Query", "nodes"):
                    assert isinstance(bare.of_type, GraphQLNonNull), f"{it.name}.{name}"


def test_no_name_is_reserved_in_mobile_languages(schema: GraphQLSchema) -> None:
    names = {name.lower() for name in schema.type_map}
    values = {value.lower() for it in own_types(schema) if isinstance(it, GraphQLEnumType) for value in it.values}
    # OfferingKind.CLASS is the word of the business; generators escape values, and only types break them.
    assert (names | values - {"class"}) & RESERVED == set()


def optional_inputs(schema: GraphQLSchema) -> Iterator[tuple[str, GraphQLArgument | GraphQLInputField]]:
    for it in own_types(schema):
        if isinstance(it, GraphQLInputObjectType):
            yield from ((f"{it.name}.{name}", field) for name, field in it.fields.items())
        if isinstance(it, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in it.fields.items():
                yield from ((f"{it.name}.{name}({argument}:)", each) for argument, each in field.args.items())


def test_what_can_be_left_out_has_a_default_unless_null_means_something_else(schema: GraphQLSchema) -> None:
    found = {name: it for name, it in optional_inputs(schema) if not isinstance(it.type, GraphQLNonNull)}
    assert len(found) > 100
    for name, it in found.items():
        is_maybe = isinstance(it.extensions[GraphQLCoreConverter.DEFINITION_BACKREF].type, StrawberryMaybe)
        assert is_maybe == (it.default_value is Undefined), name


def test_no_module_of_the_schema_knows_a_third_way_to_leave_something_out() -> None:
    for path in ROOT.glob("gql/**/*.py"):
        assert "UNSET" not in path.read_text(), path
