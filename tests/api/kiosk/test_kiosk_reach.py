"""R5.1, R11.2: a kiosk can do nothing but kiosk work; every root field there is or will be is walked."""

from typing import Any
from uuid import UUID

import graphql
import pytest
from graphql import GraphQLField, GraphQLInputObjectType, GraphQLNonNull, GraphQLObjectType, GraphQLSchema, GraphQLType

from attendance.rules.vocabulary import Portal
from gql.fields.access import access_of
from gql.fields.global_ids import encode_id
from gql.fields.nodes import NODE_TYPES
from gql.schema import the_schema
from tests.api.kiosk.kiosk_door import CHECK_IN, PHONE, KioskDoor, new_kiosk_door
from tests.support.api import SCHEMA, Api
from tests.support.documents import mutation
from tests.support.factories import MONDAY, World
from tests.support.fingerprint import fingerprint

KIOSK_WORK = {"viewer", "kioskFamily", "checkIn", "recordQueued", "undoKioskCheckIn"}
OPEN_TO_ALL = {
    *("signIn", "completeSignIn", "refreshSession", "acceptInvitation", "requestPasswordReset", "resetPassword"),
    *("startSecondFactor", "confirmSecondFactor", "checkAccountLink"),
}
"""Nobody's credential makes a difference to them: they are proved by passwords, links and challenges."""
ROOTS = ("query", "mutation", "subscription")


def fields(schema: GraphQLSchema) -> list[tuple[str, str, GraphQLField]]:
    roots = {"query": schema.query_type, "mutation": schema.mutation_type, "subscription": schema.subscription_type}
    return [(kind, name, field) for kind, root in roots.items() if root for name, field in root.fields.items()]


FIELDS = fields(SCHEMA._schema)


@pytest.fixture
async def door(world: World, api: Api) -> KioskDoor:
    return await new_kiosk_door(world, api)


def operation(kind: str, name: str, field: GraphQLField, door: KioskDoor) -> tuple[str, dict[str, Any]]:
    """The field with arguments that fit their types, of the ids of what is there, and `__typename` of all it gives."""
    variables = {arg: value(each.type, arg, door) for arg, each in field.args.items() if is_needed(each)}
    declared = ", ".join(f"${arg}: {field.args[arg].type}" for arg in variables)
    given = ", ".join(f"{arg}: ${arg}" for arg in variables)
    head = f"{kind}({declared})" if variables else kind
    selection = "{ __typename }" if not graphql.is_leaf_type(graphql.get_named_type(field.type)) else ""
    call = f"{name}({given})" if variables else name
    return f"{head} {{ {call} {selection} }}", variables


def is_needed(argument: graphql.GraphQLArgument | graphql.GraphQLInputField) -> bool:
    return isinstance(argument.type, GraphQLNonNull) and argument.default_value in (graphql.Undefined, None)


def value(of: GraphQLType, name: str, door: KioskDoor) -> Any:
    if isinstance(of, GraphQLNonNull):
        return value(of.of_type, name, door)
    if isinstance(of, graphql.GraphQLList):
        return [value(of.of_type, name.removesuffix("s"), door)]
    if isinstance(of, GraphQLInputObjectType):
        return {each: value(field.type, each, door) for each, field in of.fields.items() if is_needed(field)}
    if isinstance(of, graphql.GraphQLEnumType):
        return next(iter(of.values))
    plain: dict[str, Any] = {"Boolean": True, "Int": 1, "Float": 1.0, "Date": "2026-11-16", "Decimal": "1.00"}
    named = str(graphql.get_named_type(of))
    if named == "ID":
        return an_id(name, door)
    return plain.get(named, "2026-11-16T23:00:00Z" if named == "DateTime" else "text")


def an_id(name: str, door: KioskDoor) -> str:
    """Of something that is there, where there is one."""
    kind = name.removesuffix("Id")
    kind = f"{kind[0].upper()}{kind[1:]}"
    if kind == "Occurrence":
        return door.occurrence_id
    there = {"Student": door.students["Ann"], "Location": door.world.location_id, "Family": door.family_id}
    known = there.get(kind, UUID(int=1))
    return encode_id(kind if kind in NODE_TYPES else "Student", known)


@pytest.mark.parametrize("root", ROOTS)
async def test_R5_1_every_root_field_but_kiosk_work_is_forbidden(door: KioskDoor, root: str) -> None:
    before = await fingerprint(door.world)
    walked = 0
    for kind, name, field in FIELDS:
        if kind != root or name in KIOSK_WORK | OPEN_TO_ALL:
            continue
        walked += 1
        query, variables = operation(kind, name, field, door)
        if kind == "subscription":
            continue
        body = await door.kiosk.send(query, **variables)
        assert not any((body["data"] or {}).values()), (name, body)
        # Arguments may be found wrong before anybody asks who sends them; what is declared is looked at below.
        assert {error["extensions"]["code"] for error in body["errors"]} <= {"FORBIDDEN", "BAD_USER_INPUT"}, (
            name,
            body,
        )
    assert walked > {"query": 10, "mutation": 5, "subscription": 0}[root]
    assert await fingerprint(door.world) == before


def test_R5_1_no_field_lets_a_kiosk_in_that_is_no_kiosk_work() -> None:
    """The declarations say the same, for subscriptions and for arguments that were not tried."""
    schema = the_schema()
    let_in = set()
    for root in (schema.query, schema.mutation, schema.subscription):
        definition: Any = root and root.__strawberry_definition__  # type: ignore[attr-defined]
        for field in definition.fields if definition else ():
            access = access_of(field)
            if access.is_open or Portal.KIOSK in access.portals | access.by_name:
                let_in.add(schema.config.name_converter.get_graphql_name(field))
    assert let_in == KIOSK_WORK | OPEN_TO_ALL


def test_R5_1_nothing_below_the_root_is_declared_for_a_kiosk() -> None:
    found = []
    for name, each in the_schema().schema_converter.type_map.items():
        definition = each.definition
        for field in getattr(definition, "fields", ()):
            access = getattr(field, "metadata", {}).get("rollbook.access")
            is_root = name in ("Query", "Mutation", "Subscription")
            if access and not is_root and Portal.KIOSK in access.portals | access.by_name:
                found.append(f"{name}.{field.python_name}")
    assert found == []


async def test_R11_2_node_gives_a_kiosk_nothing_of_any_type(door: KioskDoor) -> None:
    slot, ann = door.lesson.timeslot_id, door.students["Ann"]
    ids = [an_id(f"{kind[0].lower()}{kind[1:]}Id", door) for kind in sorted(NODE_TYPES - {"RosterEntry"})]
    ids += [encode_id("RosterEntry", slot, MONDAY, ann), encode_id("Timeslot", slot)]
    ids += [(await door.kiosk.ask("{ viewer { ... on KioskViewer { kiosk { id } } } }"))["viewer"]["kiosk"]["id"]]
    for each in ids:
        assert (await door.kiosk.refused("query($id: ID!) { node(id: $id) { id } }", id=each))[0] == "FORBIDDEN"
    assert (await door.kiosk.refused("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids))[0] == "FORBIDDEN"


@pytest.mark.parametrize(
    "selection",
    [
        "location { name }",
        "state",
        "launchedAt",
        "launchedBy { firstName }",
        "expiresAt",
        "revokedAt",
        "revokedBy { id }",
    ],
)
async def test_R11_2_nested_fields_of_its_own_viewer_give_nothing_more(door: KioskDoor, selection: str) -> None:
    query = f"{{ viewer {{ ... on KioskViewer {{ kiosk {{ {selection} }} }} }} }}"
    body = await door.kiosk.send(query)
    assert {error["extensions"]["code"] for error in body["errors"]} == {"FORBIDDEN"}


async def test_R11_2_a_check_in_gives_a_kiosk_no_way_to_other_rows(door: KioskDoor) -> None:
    query = mutation(
        "checkIn",
        "occurrence { roster { student { lastName } } changes { revision } offering { name } } entry { "
        "student { lastName family { phone } } } changedEntries { student { lastName } } issuedTokens { id } "
        "revokedTokens { id }",
    )
    done = (await door.kiosk.ask(query, input=door.input("Ann")))["checkIn"]
    nothing: dict[str, Any] = {"changedEntries": [], "issuedTokens": [], "revokedTokens": []}
    assert done == {"__typename": "CheckInSuccess", "occurrence": None, "entry": None} | nothing


def reachable(schema: GraphQLSchema, name: str) -> set[str]:
    """All object types that are to be met below the type."""
    seen: set[str] = set()
    todo = [schema.type_map[name]]
    while todo:
        each = todo.pop()
        if each.name in seen or not isinstance(each, GraphQLObjectType):
            continue
        seen.add(each.name)
        todo += [graphql.get_named_type(field.type) for field in each.fields.values()]
    return seen


def test_R5_2_what_a_family_is_shown_leads_nowhere_else() -> None:
    schema = SCHEMA._schema
    assert reachable(schema, "KioskFamily") == {"KioskFamily", "KioskStudent", "KioskOccurrence"}
    student = schema.type_map["KioskStudent"]
    assert isinstance(student, GraphQLObjectType)
    assert set(student.fields) == {"studentId", "firstName", "occurrences"}


async def test_R5_1_a_kiosk_may_read_the_schema_and_do_its_work(door: KioskDoor) -> None:
    schema = await door.kiosk.ask("{ __schema { queryType { name } } __typename }")
    assert schema == {"__schema": {"queryType": {"name": "Query"}}, "__typename": "Query"}
    assert (await door.kiosk.ask("{ viewer { __typename } }"))["viewer"] == {"__typename": "KioskViewer"}
    assert len(await door.look_up(phone=PHONE)) == 2
    assert (await door.kiosk.ask(CHECK_IN, input=door.input("Ann")))["checkIn"]["status"] == "PRESENT"
