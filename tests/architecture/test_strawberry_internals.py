"""What gql/protocol/strawberry_internals.py assumes of Strawberry. Each failure names the installed version."""

from collections.abc import AsyncGenerator
from enum import Enum
from importlib.metadata import version
from typing import Annotated, Any, Generic, TypeVar, cast

import graphql
import pytest
import strawberry
from strawberry.extensions import FieldExtension
from strawberry.schema import schema_converter
from strawberry.types.field import StrawberryField

from gql.protocol.strawberry_internals import (
    VALIDATION_RULES,
    StrawberryExecutor,
    append_field,
    class_of,
    core_schema,
    describe_values,
    enumeration_of,
    field_of,
    handlers_for_unions_alone,
    is_awaitable,
    is_of_subscription,
    is_same_origin,
    make_plain_inputs_at_once,
    metadata_of,
    normalize_origin,
    plain_attribute,
    resolve_info,
)

LIBRARY = f"strawberry-graphql {version('strawberry-graphql')}"
T = TypeVar("T")


@strawberry.enum
class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@strawberry.type
class Box(Generic[T]):
    content: T


class Passing(FieldExtension):
    def resolve(self, next_: Any, source: Any, info: strawberry.Info, **given: Any) -> Any:
        return next_(source, info, **given)


@strawberry.type
class Thing:
    own_name: str
    colour: Colour = Colour.RED
    watched: str = strawberry.field(default="", extensions=[Passing()])

    @strawberry.field
    def worked_out(self) -> str:
        return self.own_name.upper()


@strawberry.input
class Change:
    name: strawberry.Maybe[str]


@strawberry.input(one_of=True)
class Choice:
    by_name: strawberry.Maybe[str]
    by_id: strawberry.Maybe[str]


SEEN: list[Any] = []


@strawberry.type
class Query:
    thing: Thing = strawberry.field(default_factory=lambda: Thing(own_name="a"))
    words: Box[str] | None = None
    numbers: Box[int] | None = None

    @strawberry.field(metadata={"mark": "here"})  # type: ignore[untyped-decorator]
    def seen(self, info: strawberry.Info) -> str:
        SEEN.append(info)
        return "seen"

    @strawberry.field
    def changed(self, change: Change | None = None, choice: Choice | None = None) -> str:
        return "changed"


SCHEMA = strawberry.Schema(Query)


def type_named(name: str) -> graphql.GraphQLObjectType:
    return cast("graphql.GraphQLObjectType", core_schema(SCHEMA).type_map[name])


def field(name: str) -> graphql.GraphQLField:
    found: graphql.GraphQLField = type_named("Thing").fields[name]
    return found


def test_the_schema_has_the_one_of_graphql_core() -> None:
    assert isinstance(core_schema(SCHEMA), graphql.GraphQLSchema), LIBRARY
    assert core_schema(SCHEMA).query_type is type_named("Query"), LIBRARY


def test_the_info_of_a_resolver_has_the_nodes_and_the_field_with_its_metadata() -> None:
    SEEN.clear()
    assert SCHEMA.execute_sync("{ ...F } fragment F on Query { seen }").errors is None
    info = resolve_info(SEEN[0])
    assert [node.name.value for node in info.field_nodes] == ["seen"], LIBRARY
    assert list(info.fragments) == ["F"], LIBRARY
    assert dict(field_of(SEEN[0]).metadata) == {"mark": "here"}, LIBRARY
    assert field_of(SEEN[0]).python_name == "seen", LIBRARY


def test_values_of_an_enumeration_can_be_described_after_it_is_declared() -> None:
    @strawberry.enum
    class Size(Enum):
        SMALL = 1
        LARGE = 2

    @strawberry.type(name="Query")
    class Sized:
        size: Size

    describe_values(Size, str.lower)
    printed = strawberry.Schema(Sized).as_str()
    assert '"""small"""\n  SMALL' in printed, LIBRARY
    assert '"""large"""\n  LARGE' in printed, LIBRARY


def test_a_field_can_be_added_to_a_declared_type_once() -> None:
    @strawberry.type(name="Query")
    class Extended:
        first: str = "1"

    def second(self: Any) -> str:
        return f"{self.first} and 2"

    for _ in range(2):
        append_field(Extended, "second", cast("StrawberryField", strawberry.field(resolver=second)))
    schema = strawberry.Schema(Extended)
    assert schema.as_str().count("second: String!") == 1, LIBRARY
    assert schema.execute_sync("{ first second }", root_value=Extended()).data == {"first": "1", "second": "1 and 2"}


@pytest.mark.parametrize(
    ("name", "attribute"), [("ownName", "own_name"), ("colour", "colour"), ("watched", None), ("workedOut", None)]
)
def test_a_plain_field_is_told_from_one_that_does_more(name: str, attribute: str | None) -> None:
    assert plain_attribute(field(name)) == attribute, LIBRARY


def test_a_field_of_another_library_is_not_plain() -> None:
    assert plain_attribute(graphql.GraphQLField(graphql.GraphQLString)) is None


def test_a_type_has_the_class_of_its_objects_unless_the_class_is_generic() -> None:
    assert class_of(type_named("Thing")) is Thing, LIBRARY
    assert [class_of(type_named(name)) for name in ("StrBox", "IntBox")] == [None, None], LIBRARY
    foreign = graphql.GraphQLObjectType("Foreign", {"a": graphql.GraphQLField(graphql.GraphQLString)})
    assert class_of(foreign) is None


def test_an_enumeration_type_has_its_class() -> None:
    made = core_schema(SCHEMA).type_map["Colour"]
    assert enumeration_of(cast("graphql.GraphQLEnumType", made)) is Colour, LIBRARY
    assert enumeration_of(graphql.GraphQLEnumType("Foreign", {"A": 1})) is None


@pytest.mark.parametrize(
    "refused", ["{ changed(change: {name: null}) }", '{ changed(choice: {byName: "a", byId: "b"}) }']
)
def test_the_rules_refuse_null_for_maybe_and_two_of_a_choice(refused: str) -> None:
    assert graphql.validate(core_schema(SCHEMA), graphql.parse(refused), VALIDATION_RULES) != [], LIBRARY


def test_the_executor_is_the_one_of_the_schema_and_takes_the_extensions_of_the_operation() -> None:
    assert SCHEMA.execution_context_class is StrawberryExecutor, LIBRARY
    built = StrawberryExecutor.build(core_schema(SCHEMA), graphql.parse("{ seen }"), operation_extensions={"a": 1})
    assert getattr(built, "operation_extensions", None) == {"a": 1}, LIBRARY


async def test_awaitables_are_told_from_values() -> None:
    async def later() -> None: ...

    coroutine = later()
    assert is_awaitable(coroutine), LIBRARY
    await coroutine
    assert not any(map(is_awaitable, ("a", 1, None, [], {}, Thing(own_name="a")))), LIBRARY


def test_origins_are_compared_without_default_ports_and_case() -> None:
    assert normalize_origin("HTTPS://App.example:443") == normalize_origin("https://app.example"), LIBRARY
    assert is_same_origin("https://app.example", "app.example"), LIBRARY
    assert not is_same_origin("https://app.example", "other.example"), LIBRARY
    assert not is_same_origin("https://app.example", None), LIBRARY


def test_the_field_of_a_subscription_returns_the_event() -> None:
    @strawberry.type
    class Query:
        one: int = 1

    @strawberry.type
    class Subscription:
        @strawberry.subscription
        async def events(self, after: int | None = None) -> AsyncGenerator[int, None]:
            yield after or 0

    schema = core_schema(strawberry.Schema(Query, subscription=Subscription))
    assert schema.query_type is not None
    assert schema.subscription_type is not None
    field = schema.subscription_type.fields["events"]
    event = object()
    assert is_of_subscription(field), LIBRARY
    assert field.resolve is not None
    assert field.resolve(event, cast("Any", None), after=3) is event, LIBRARY
    assert not is_of_subscription(schema.query_type.fields["one"]), LIBRARY
    assert not is_of_subscription(graphql.GraphQLField(graphql.GraphQLInt)), LIBRARY


@strawberry.input
class Inner:
    name: str


@strawberry.input
class Plain:
    some_id: strawberry.ID
    colour: Colour = Colour.RED
    count: int | None = 3
    left_out: str | None = strawberry.UNSET
    always: str | None


@strawberry.input
class WithMaybe:
    name: strawberry.Maybe[str | None]


@strawberry.input
class WithList:
    names: list[str]
    inner: Inner


@strawberry.type
class Making:
    @strawberry.field
    def made(self, plain: Plain, maybe: WithMaybe | None = None, many: WithList | None = None) -> str:
        return f"{plain} {maybe} {many}"


@pytest.mark.parametrize("given", [
    {"plain": {"someId": 4}},
    {"plain": {"someId": "x", "colour": "BLUE", "count": None, "leftOut": "a", "always": "b"}},
    {"plain": {"someId": "x", "leftOut": None, "always": None}, "maybe": {"name": None}},
    {"plain": {"someId": "x"}, "maybe": {}, "many": {"names": ["a"], "inner": {"name": "b"}}},
])  # fmt: skip
def test_inputs_of_single_values_are_made_in_one_step_as_strawberry_makes_them(given: dict[str, Any]) -> None:
    schema = strawberry.Schema(Making)
    definitions = [vars(each)["__strawberry_definition__"] for each in (Plain, Inner, WithMaybe, WithList)]
    text = """
        query ($plain: Plain!, $maybe: WithMaybe, $many: WithList) { made(plain: $plain, maybe: $maybe, many: $many) }
    """
    for definition in definitions:
        definition.from_input = None
    expected = schema.execute_sync(text, given)
    make_plain_inputs_at_once(schema)
    assert [definition.from_input is not None for definition in definitions] == [True, True, False, False], LIBRARY
    found = schema.execute_sync(text, given)
    assert found.errors is expected.errors is None, LIBRARY
    assert found.data == expected.data, LIBRARY


def test_a_field_leads_to_the_metadata_that_it_declares() -> None:
    @strawberry.type
    class Query:
        heavy: int = strawberry.field(default=1, metadata={"weight": 3})
        light: int = 1

    root = core_schema(strawberry.Schema(Query)).query_type
    assert root is not None
    assert metadata_of(root.fields["heavy"]) == {"weight": 3}, LIBRARY
    assert metadata_of(root.fields["light"]) == {}, LIBRARY
    assert metadata_of(graphql.GraphQLField(graphql.GraphQLInt)) == {}, LIBRARY


@strawberry.type
class Undefined:
    message: str


class TellUndefined:
    exception_type, error_type = ZeroDivisionError, Undefined

    def handle(self, exception: Exception, *, field: StrawberryField, info: strawberry.Info) -> Undefined:
        return Undefined(message=str(exception))


Named = Annotated[Thing | Undefined, strawberry.union("Named")]


def failing() -> Any:
    return strawberry.field(resolver=lambda: 1 % 0)


@strawberry.type
class Refusing:
    union: Thing | Undefined | None = failing()
    named: Named = failing()
    thing: Thing | None = failing()
    words: list[str] | None = failing()
    colour: Colour | None = failing()


def test_exception_handlers_apply_to_unions_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    contains = schema_converter.field_contains_type

    def noting(field: StrawberryField, type_: Any) -> bool:
        asked.append(field.python_name)
        return contains(field, type_)

    monkeypatch.setattr(schema_converter, "field_contains_type", noting)
    with handlers_for_unions_alone():
        built = strawberry.Schema(Refusing, exception_handlers=[TellUndefined()])
    assert sorted(asked) == ["named", "union"], LIBRARY
    strawberry.Schema(Refusing, exception_handlers=[TellUndefined()])
    assert {"colour", "thing", "words"} < set(asked), f"{LIBRARY} asks for fields of all types again afterwards"
    for name in ("union", "named"):
        result = built.execute_sync(f"{{ {name} {{ ... on Undefined {{ message }} }} }}")
        assert result.data == {name: {"message": "integer modulo by zero"}}, LIBRARY
    for selection in ("thing { ownName }", "words", "colour"):
        result = built.execute_sync(f"{{ {selection} }}")
        assert [error.message for error in result.errors or ()] == ["integer modulo by zero"], LIBRARY
