"""The members of a union can be asked for the same field at once, without aliases."""

from collections.abc import Iterator
from itertools import combinations

import pytest
from graphql import (
    GraphQLAbstractType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)

from gql.schema import the_schema

# An id can be of any of these types, so that their field names cannot all be of one type. A client that asks for
# several of them in one `node` field gives aliases.
OF_ANY_TYPE = {"Node"}


def conflicts(schema: GraphQLSchema) -> Iterator[str]:
    """The fields that validation refuses when a document asks two members for them ("fields in set can merge")."""
    for it in schema.type_map.values():
        if isinstance(it, GraphQLInterfaceType | GraphQLUnionType) and it.name in answered(schema) - OF_ANY_TYPE:
            yield from (f"{it.name}: {conflict}" for conflict in between_members(schema, it))


def answered(schema: GraphQLSchema) -> set[str]:
    """The types that fields have. Nothing selects members of an interface that no field answers with."""
    types = [it for it in schema.type_map.values() if isinstance(it, GraphQLObjectType | GraphQLInterfaceType)]
    return {get_named_type(field.type).name for it in types for field in it.fields.values()}


def between_members(schema: GraphQLSchema, abstract: GraphQLAbstractType) -> Iterator[str]:
    for one, other in combinations(schema.get_possible_types(abstract), 2):
        yield from between(one, other, frozenset())


def between(one: object, other: object, above: frozenset[frozenset[str]]) -> Iterator[str]:
    """Between two types of one response name, whole; `above`: the pairs that are being compared already."""
    if not (has_fields(one) and has_fields(other)):
        return
    assert isinstance(one, GraphQLObjectType | GraphQLInterfaceType)
    assert isinstance(other, GraphQLObjectType | GraphQLInterfaceType)
    pair = frozenset((one.name, other.name))
    if one is other or pair in above:
        return
    for name in sorted(one.fields.keys() & other.fields.keys()):
        mine, theirs = one.fields[name].type, other.fields[name].type
        if not same_shape(mine, theirs):
            yield f"{one.name}.{name} is {mine}, {other.name}.{name} is {theirs}"
        else:
            yield from between(get_named_type(mine), get_named_type(theirs), above | {pair})


def same_shape(one: object, other: object) -> bool:
    for wraps in (is_non_null_type, is_list_type):
        if wraps(one) != wraps(other):
            return False
        if wraps(one):
            return same_shape(one.of_type, other.of_type)  # type: ignore[attr-defined]
    return one is other or not (is_leaf_type(one) or is_leaf_type(other))


def has_fields(it: object) -> bool:
    return isinstance(it, GraphQLObjectType | GraphQLInterfaceType)


def test_the_members_of_each_union_can_be_asked_for_the_same_fields() -> None:
    schema = the_schema()._schema
    assert list(conflicts(schema)) == []


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("state: Int!", "state: Int!", []),
        ("state: Int!", "state: String!", ["Any: One.state is Int!, Other.state is String!"]),
        ("state: Int", "state: Int!", ["Any: One.state is Int, Other.state is Int!"]),
        ("state: [Int]", "state: Int", ["Any: One.state is [Int], Other.state is Int"]),
        ("state: [Int!]", "state: [Int]", ["Any: One.state is [Int!], Other.state is [Int]"]),
        ("state: Deep", "state: Int", ["Any: One.state is Deep, Other.state is Int"]),
        ("state: Deep", "state: Deeper", ["Any: Deep.at is Int, Deeper.at is String"]),
    ],
)
def test_a_conflict_is_found(one: str, other: str, expected: list[str]) -> None:
    schema = build_schema(f"""
      type Query {{ any: Any }} union Any = One | Other
      type One {{ {one} }} type Other {{ {other} }}
      type Deep {{ at: Int }} type Deeper {{ at: String }}
    """)
    assert list(conflicts(schema)) == expected
