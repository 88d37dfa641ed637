"""R13.1: a name is one line of text that readers see, wherever the schema takes one."""

from collections.abc import Iterator
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLList, GraphQLNonNull, get_named_type

from tests.api.organization.permission_stage import new_stage
from tests.api.organization.test_permissions import TABLE
from tests.support.api import SCHEMA, Api
from tests.support.documents import mutation
from tests.support.factories import World
from tests.support.fingerprint import fingerprint

NAMES = frozenset({"name", "firstName", "lastName", "room", "label"})
OF_PERSON = {"firstName": "Bea", "lastName": "Cook"}
OBJECTS: dict[str, dict[str, Any]] = {
    "FamilyInput": {"name": "Cook"},
    "GuardianInput": {**OF_PERSON, "phones": []},
    "RegisteredStudentInput": {**OF_PERSON, "enrollments": []},
    "TimeslotInput": {"weekday": 2, "startTime": "16:00", "durationMinutes": 45},
}


def named_in(of: GraphQLInputObjectType, given: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield each field with a name, its path, and the input with BAD in its place."""
    for field, its in of.fields.items():
        inner = get_named_type(its.type)
        if field in NAMES:
            yield f"{of.name}.{field}", field, {**given, field: "BAD"}
        elif isinstance(inner, GraphQLInputObjectType) and inner.name in OBJECTS:
            bare = its.type.of_type if isinstance(its.type, GraphQLNonNull) else its.type
            for name, path, filled in named_in(inner, OBJECTS[inner.name]):
                is_list = isinstance(bare, GraphQLList)
                # A new family is registered in place of a known one.
                rest = {key: value for key, value in given.items() if key != f"{field}Id"}
                yield name, f"{field}.{path}", {**rest, field: [filled] if is_list else filled}


def with_text(given: Any, text: str) -> Any:
    """Return the input with the text in place of BAD."""
    if isinstance(given, dict):
        return {key: with_text(value, text) for key, value in given.items()}
    if isinstance(given, list):
        return [with_text(value, text) for value in given]
    return text if given == "BAD" else given


async def test_R13_1_a_name_is_one_line_that_readers_see(api: Api, world: World) -> None:
    stage = await new_stage(world, api)
    before = await fingerprint(world)
    graphql = SCHEMA._schema
    assert graphql.mutation_type is not None
    seen: set[str] = set()
    for name, field in graphql.mutation_type.fields.items():
        of = get_named_type(field.args["input"].type)
        assert isinstance(of, GraphQLInputObjectType)
        row = TABLE[f"Mutation.{name}"]
        caller = None
        for what, path, given in named_in(of, row.given(stage)["input"]):
            caller = caller or await stage.staff(*row.needs)
            code, told = await caller.refused(mutation(name), input=with_text(given, "Ann\u2028Archer"))
            assert (code, "has a line break" in told) == ("BAD_USER_INPUT", True), (name, path, told)
            seen.add(what)
    expected = {
        f"{of.name}.{field}"
        for of in graphql.type_map.values()
        if isinstance(of, GraphQLInputObjectType)
        for field in of.fields.keys() & NAMES
    }
    assert seen == expected
    after = await fingerprint(world)
    assert {table for table in after if after[table] != before[table]} <= {"person", "permission_grant"}
