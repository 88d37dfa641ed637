"""An operation whose only root field is executed directly is answered as graphql-core answers it: data, errors, their
paths and their order. Random operations with random arguments, whose resolvers return anything or fail.
"""

import gc
import random
import weakref
from typing import Annotated, Any

import graphql
import orjson
import pytest
import strawberry
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from gql.fields.scalars import schema_config
from gql.protocol.documents import Document
from gql.protocol.executor import CompilingExecutor
from gql.protocol.graphql_internals import ObjectExecutor, Pattern
from gql.protocol.guard import GuardLimits
from gql.protocol.operations import Operations, Parameters


@strawberry.type
class Leaf:
    text: str
    number: int | None

    @strawberry.field
    async def waited_for(self) -> str:
        if self.text == "fails":
            raise ValueError("no leaf")
        return self.text


class OtherLeaf(Leaf):
    """An object of a class that has no type of its own."""


@strawberry.type
class Branch:
    leaf: Leaf
    leaves: list[Leaf | None]


Thing = Annotated[Leaf | Branch, strawberry.union("Thing")]


@strawberry.input
class Wish:
    what: str
    times: int = 2
    maybe: str | None = strawberry.UNSET


def _asked(info: strawberry.Info, *given: object) -> Any:
    """What the test wants the resolver to return, or the exception that it wants it to raise."""
    found = info.context
    if isinstance(found, Exception):
        raise found
    if found == "told":
        assert isinstance(info.selected_fields, list)
        return Leaf(text=f"{info.field_name} {info.path} {given}", number=len(info.variable_values))
    return found


@strawberry.type
class Query:
    @strawberry.field
    async def leaf(self, info: strawberry.Info, id: strawberry.ID, times: int = 3) -> Leaf | None:
        found: Leaf | None = _asked(info, id, times)
        return found

    @strawberry.field
    async def certain(self, info: strawberry.Info, wish: Wish | None = None) -> Leaf:
        found: Leaf = _asked(info, wish)
        return found

    @strawberry.field
    async def thing(self, info: strawberry.Info, wish: Wish) -> Thing | None:
        found: Thing | None = _asked(info, wish)
        return found

    @strawberry.field
    async def leaves(self, info: strawberry.Info) -> list[Leaf]:
        found: list[Leaf] = _asked(info)
        return found

    @strawberry.field
    async def number(self, info: strawberry.Info, number: int | None) -> int:
        found: int = _asked(info, number)
        return found

    @strawberry.field
    def at_once(self, info: strawberry.Info, id: strawberry.ID) -> Leaf | None:
        found: Leaf | None = _asked(info, id)
        return found


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def change(self, info: strawberry.Info, wish: Wish) -> Thing:
        found: Thing = _asked(info, wish)
        return found


WHOLE = strawberry.Schema(
    Query, Mutation, types=[Leaf, Branch], config=schema_config(), execution_context_class=CompilingExecutor
)
SCHEMA = WHOLE._schema
_LEAF = ["text", "number", "again: text", "waitedFor", "__typename", "... F", "... on Leaf { number }"]
_FIELDS = {
    "leaf": ("query", ["id: $id", "id: $id, times: $times", 'id: "x"', 'id: "x", times: $times'], "leaf"),
    "certain": ("query", ["wish: $wish", "wish: $maybe", "", 'wish: { what: "x" }'], "leaf"),
    "thing": ("query", ["wish: $wish", 'wish: { what: "x", times: 1 }'], "thing"),
    "leaves": ("query", [""], "leaf"),
    "number": ("query", ["number: $times", "number: 1", ""], ""),
    "atOnce": ("query", ["id: $id"], "leaf"),
    "change": ("mutation", ["wish: $wish", 'wish: { what: "x", maybe: null }'], "thing"),
}
_DECLARED = {"$id": "ID!", "$times": "Int = 7", "$wish": "Wish!", "$maybe": "Wish", "$yes": "Boolean!"}


class Chance:
    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)

    def document(self) -> str:
        name = self.dice.choice(list(_FIELDS))
        kind, arguments, below = _FIELDS[name]
        given = self.dice.choice(arguments)
        one = f"{self.dice.choice(['', 'named: '])}{name}{f'({given})' if given else ''}"
        one += self.dice.choice(["", "", "", " @include(if: $yes)", " @skip(if: $yes)"])
        head, one = one, one + self.below(below)
        # Two nodes of one field, another field besides, and a field in a fragment.
        alone = f"... on {kind.capitalize()} {{ {one} }}"
        whole = self.dice.choice([one, one, one, f"{one} __typename", alone])
        if self.dice.random() < 0.2 and below:
            whole += f" {head} {{ __typename }}"
        declared = ", ".join(f"{each}: {type_}" for each, type_ in _DECLARED.items() if each in whole)
        text = f"{kind} {f'({declared})' if declared else ''} {{ {whole} }}"
        return text + (" fragment F on Leaf { text number }" if "... F" in text else "")

    def below(self, what: str) -> str:
        leaf = " ".join(self.dice.sample(_LEAF, self.dice.randint(1, 3)))
        if what == "thing":
            return (
                f" {{ __typename ... on Leaf {{ {leaf} }} ... on Branch {{ leaf {{ {leaf} }} leaves {{ {leaf} }} }} }}"
            )
        return f" {{ {leaf} }}" if what else ""

    def variables(self) -> dict[str, Any]:
        wishes = [{"what": "a"}, {"what": "b", "times": 5, "maybe": None}, {"what": 3}, None, {}]
        whole = {
            "id": self.dice.choice(["1", "1", 4, None]),
            "times": self.dice.choice([1, 2, None, "x"]),
            "wish": self.dice.choice([*wishes[:2], *wishes]),
            "maybe": self.dice.choice(wishes),
            "yes": self.dice.choice([True, False]),
        }
        return {name: value for name, value in whole.items() if self.dice.random() < 0.95}

    def found(self) -> Any:
        leaf, odd = Leaf(text="a", number=1), OtherLeaf(text="b", number=None)
        wrong: Any = self.dice.choice([None, 3, "text", object()])
        leaves = [leaf, self.dice.choice([leaf, odd, wrong]), Leaf(text="fails", number=2)]
        return self.dice.choice(
            [
                *["told"] * 4,
                leaf,
                odd,
                wrong,
                Leaf(text=wrong, number=5),
                Leaf(text="fails", number=5),
                Branch(leaf=self.dice.choice([leaf, wrong]), leaves=leaves),
                leaves,
                ValueError("no"),
                graphql.GraphQLError("told", extensions={"code": "X"}),
                7,
            ]
        )


async def _by_the_library(document: graphql.DocumentNode, given: Any) -> Any:
    context, variables = given
    executor = StrawberryGraphQLCoreExecutionContext
    return await _run(executor.build(SCHEMA, document, context_value=context, raw_variable_values=variables))


async def _by_us(operations: Operations, text: str, given: Any) -> Any:
    context, variables = given
    operation = operations.prepare(Parameters(text, variables=variables), may_introspect=True)
    return await _run(operations._executor(operation, context))


async def _run(executor: Any) -> Any:
    if isinstance(executor, list):
        return [each.formatted for each in executor]
    result = executor.execute_operation()
    result = await result if executor.is_awaitable(result) else result
    return orjson.dumps(result.data), [each.formatted for each in result.errors or ()]


async def test_one_root_field_is_answered_as_graphql_core_answers_it(monkeypatch: pytest.MonkeyPatch) -> None:
    directly: set[str] = set()
    count = 0
    answer = ObjectExecutor._answer

    async def counted(self: ObjectExecutor, root: Any) -> Any:
        nonlocal count
        count += 1
        directly.add(root.nodes[0].name.value)
        return await answer(self, root)

    copied = 0
    copy = Pattern.executor

    def counted_copy(self: Pattern, *given: Any) -> Any:
        nonlocal copied
        found = copy(self, *given)
        copied += found is not None
        return found

    monkeypatch.setattr(ObjectExecutor, "_answer", counted)
    monkeypatch.setattr(Pattern, "executor", counted_copy)
    operations = Operations(WHOLE, GuardLimits())
    with_errors = without = 0
    for seed in range(260):
        chance = Chance(seed)
        text = chance.document()
        document = graphql.parse(text)
        if graphql.validate(SCHEMA, document):
            continue
        for _ in range(5):
            given = chance.found(), chance.variables()
            expected = await _by_the_library(document, given)
            found = await _by_us(operations, text, given)
            assert found == expected, (seed, text, given)
            with_errors += bool(expected[1]) if isinstance(expected, tuple) else 0
            without += isinstance(expected, tuple) and not expected[1]
    assert with_errors > 80
    assert without > 80
    assert count > 80
    assert copied > 80
    assert directly == _FIELDS.keys() - {"atOnce"}


class Found(Leaf):
    """What a request finds. It can be looked for afterwards."""


class Trace(str):
    """What a request brings."""


async def test_R16_5_nothing_of_a_request_outlives_it_in_what_is_copied_for_others() -> None:
    operations, found, trace = Operations(WHOLE, GuardLimits()), Found(text="a", number=1), Trace("b")
    lives: list[weakref.ref[Any]] = [weakref.ref(found), weakref.ref(trace)]
    for _ in range(3):
        document = await _executed(operations, found, trace)
    del found, trace
    gc.collect()
    assert document.patterns
    assert [each() for each in lives] == [None, None]


async def _executed(operations: Operations, context: object, trace: str) -> Document:
    given = Parameters("{ certain { text } }", extensions={"trace": trace})
    operation = operations.prepare(given, may_introspect=True)
    await _run(operations._executor(operation, context))
    return operation.document
