"""The document of each mutation, made from the schema."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from graphql import GraphQLObjectType, GraphQLSchema, build_schema, get_named_type, is_leaf_type

_SDL = Path(__file__).resolve().parents[2] / "schema.graphql"


@cache
def mutation(name: str, success: str = "") -> str:
    """The document asks for the type of the answer, and for every fact that a refusal of the mutation states.

    success -- the fields that are asked of the success; fragments where a mutation has several
    """
    schema = _schema()
    assert schema.mutation_type is not None
    field = schema.mutation_type.fields[name]
    members: list[GraphQLObjectType] = get_named_type(field.type).types
    refusals = [each for each in members if _is("UserError", each)]
    asked = ["__typename", *(f"... on {each.name} {{ {' '.join(_facts(each))} }}" for each in refusals)]
    if success.lstrip().startswith("..."):
        asked.append(success)
    elif success:
        (shown,) = set(members) - set(refusals)
        asked.append(f"... on {shown.name} {{ {success} }}")
    given = get_named_type(field.args["input"].type).name
    return f"mutation($input: {given}!) {{ {name}(input: $input) {{ {' '.join(asked)} }} }}"


@cache
def _schema() -> GraphQLSchema:
    return build_schema(_SDL.read_text(), assume_valid=True, no_location=True)


def _facts(refusal: GraphQLObjectType) -> Iterator[str]:
    """The fields of a refusal: the name of what has an id of its own, and of other objects all their leaves. The code
    says the same as the type's name.
    """
    for name, field in refusal.fields.items():
        if name == "code":
            continue
        found = get_named_type(field.type)
        if is_leaf_type(found):
            yield name
        elif _is("Node", found):
            yield f"{name} {{ name }}"
        else:
            leaves = [leaf for leaf, each in found.fields.items() if is_leaf_type(get_named_type(each.type))]
            yield f"{name} {{ {' '.join(leaves)} }}"


def _is(interface: str, it: GraphQLObjectType) -> bool:
    return any(each.name == interface for each in it.interfaces)
