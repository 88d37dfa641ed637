"""The compiling executor answers what graphql-core answers: data, errors, their paths and their order.

Random operations over random values, among them nulls, wrong classes and attributes that fail where the schema promises
better, executed both ways. What was compiled for an operation is used for other values again.
"""

import random
import re
from collections.abc import AsyncGenerator, Awaitable
from datetime import UTC, datetime
from enum import Enum, StrEnum
from functools import cache
from types import SimpleNamespace
from typing import Annotated, Any

import graphql
import pytest
import strawberry
from graphql.validation import OverlappingFieldsCanBeMergedRule
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

import pace
from gql.fields.later import Later, with_later
from gql.fields.scalars import schema_config
from gql.protocol.compiler import Compiled
from gql.protocol.executor import CompilingExecutor
from gql.protocol.graphql_internals import plain_event
from gql.protocol.made_later import Of, Part
from gql.protocol.plain_fields import LATER, at_once


@strawberry.enum
class Colour(StrEnum):
    RED = "RED"
    BLUE = "BLUE"


@strawberry.enum
class Shade(Enum):
    """Its members have other names in the schema."""

    LIGHT = strawberry.enum_value(1, name="PALE")
    DARK = strawberry.enum_value(2)


@strawberry.interface
class Named:
    name: str


def _counted(plain: "Plain", context: Any, selected: frozenset[str]) -> Any:
    """Later for some, and a failure for others."""
    if plain.maybe == "b":
        return LATER
    return len(plain.text)


def _first(dog: "Dog", context: Any, selected: frozenset[str]) -> Any:
    found = dog.tricks[0]
    return LATER if found.maybe == "b" and "text" in selected else found


@strawberry.type
class Plain:
    id: strawberry.ID
    text: str
    maybe: str | None
    number: int
    share: float
    flag: bool
    colour: Colour
    shade: Shade
    at: datetime
    tags: list[str]
    holes: list[str | None]

    @strawberry.field(metadata=at_once(_counted))  # type: ignore[untyped-decorator]
    def counted(self) -> int:
        return len(self.text)


@strawberry.type
class Cat(Named):
    lives: int
    plain: Plain


@strawberry.type
class Dog(Named):
    tricks: list[Plain]

    @strawberry.field
    def best(self) -> Plain:
        return self.tricks[0]

    @strawberry.field(metadata=at_once(_first))  # type: ignore[untyped-decorator]
    async def first(self, number: int = 0) -> Plain | None:
        return self.tricks[number]


Pet = Annotated[Cat | Dog, strawberry.union("Pet")]


def _told(leaf: "Leaf", context: Any, selected: frozenset[str]) -> str:
    return leaf.name


def _length(text: str, side: Any) -> int | None:
    return None if side is None else len(text)


def _drawn(card: "Card") -> str:
    drawn: str = card.facts.text.upper()
    return drawn


@strawberry.type
class Stem(Later):
    name: str
    length: int | None
    facts: strawberry.Private[Any]


@strawberry.type
class Leaf(Later):
    name: str
    length: int | None
    stem: Stem
    facts: strawberry.Private[Any]
    side: strawberry.Private[Any]

    @strawberry.field(metadata=at_once(_told))  # type: ignore[untyped-decorator]
    def told(self) -> str:
        return self.name


@strawberry.type
class Card(Later):
    """Its attributes are made when they are read, and its leaves follow from what it knows."""

    title: str
    drawn: str
    leaf: Leaf
    maybe: Leaf | None
    facts: strawberry.Private[Any]


Stem.made_later = {"name": "facts.text", "length": lambda stem: len(stem.facts.text)}
Leaf.made_later = {
    "name": "facts.text",
    "length": Of(_length, ("facts.text", "side")),
    "stem": Part(Stem, {"facts": "facts"}),
}
Card.made_later = {
    "title": "facts.text",
    "drawn": _drawn,
    "leaf": Part(Leaf, {"facts": "facts.one", "side": "facts.text"}),
    "maybe": Part(Leaf, {"facts": "facts.two", "side": "facts.two"}),
}


@strawberry.type
class Whole:
    plain: Plain
    other: Plain | None
    plains: list[Plain]
    some: list[Plain | None] | None
    pet: Pet
    pets: list[Pet]
    named: Named
    cards: list[Card]
    inner: "Whole | None"

    @strawberry.field
    def worked_out(self) -> Plain:
        return self.plain

    @strawberry.field
    async def waited_for(self, times: int = 1) -> list[Plain]:
        return [self.plain] * times

    @strawberry.field
    async def failing(self) -> str | None:
        raise ValueError("no")


@strawberry.type
class Query:
    @strawberry.field
    def whole(self, info: strawberry.Info) -> Whole:
        found: Whole = info.context
        return found


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def event(self) -> AsyncGenerator[Whole | None, None]:
        yield None


SCHEMA = strawberry.Schema(Query, subscription=Subscription, types=[Cat, Dog], config=schema_config())._schema
WRONG: list[Any] = [
    None,
    3,
    2**40,
    "text",
    1.5,
    float("nan"),
    object(),
    [],
    [None],
    Colour.RED,
    Shade.DARK,
    datetime(2026, 1, 1),  # noqa: DTZ001 - wrong on purpose
]


class Fails:
    def __get__(self, *_: object) -> Any:
        raise RuntimeError("cannot be read")


class FailingPlain(Plain):
    text = Fails()


class Chance:
    """Values and operations from one seed; `wrong` of a hundred values are not what they should be."""

    def __init__(self, seed: int, wrong: int) -> None:
        self.dice = random.Random(seed)
        self.wrong = wrong

    def value(self, right: Any) -> Any:
        return self.dice.choice(WRONG) if self.dice.randrange(100) < self.wrong else right

    def plain(self) -> Any:
        made = Plain(
            id=self.value(strawberry.ID("1")),
            text=self.value("a"),
            maybe=self.value(self.dice.choice([None, "b"])),
            number=self.value(7),
            share=self.value(self.dice.choice([0.5, 1])),
            flag=self.value(True),
            colour=self.value(self.dice.choice(list(Colour))),
            shade=self.value(self.dice.choice(list(Shade))),
            at=self.value(datetime(2026, 11, 21, tzinfo=UTC)),
            tags=self.value(self.dice.choice([["x"], ("x", "y"), []])),
            holes=self.value(["x", None]),
        )
        if self.dice.randrange(100) < self.wrong:
            made.__class__ = FailingPlain
        return self.value(made)

    def pet(self) -> Any:
        if self.dice.random() < 0.5:
            return self.value(Cat(name=self.value("Tom"), lives=self.value(9), plain=self.plain()))
        return self.value(Dog(name=self.value("Rex"), tricks=[self.plain(), self.plain()]))

    def facts(self, **others: Any) -> Any:
        return self.value(SimpleNamespace(text=self.value("abc"), **others))

    def card(self) -> Any:
        facts = self.facts(one=self.facts(), two=self.dice.choice([None, self.facts()]))
        known: dict[str, Any] = {}
        if self.dice.random() < 0.3:
            known = {
                "title": self.value("known"),
                "leaf": self.value(with_later(Leaf, facts=self.facts(), side=None)),
                "maybe": self.value(self.dice.choice([None, with_later(Leaf, facts=self.facts(), side=1, name="own")])),
            }
        return self.value(with_later(Card, facts=facts, **known))

    def whole(self, depth: int = 2) -> Any:
        return Whole(
            plain=self.plain(),
            other=self.value(self.dice.choice([None, self.plain()])),
            plains=self.value([self.plain() for _ in range(3)]),
            some=self.value(self.dice.choice([None, [self.plain(), None]])),
            pet=self.pet(),
            pets=self.value([self.pet() for _ in range(3)]),
            named=self.pet(),
            cards=self.value([self.card() for _ in range(3)]),
            inner=self.whole(depth - 1) if depth else None,
        )

    def some_of(self, *fields: str) -> str:
        chosen = self.dice.sample(fields, self.dice.randint(1, len(fields)))
        return "{ " + " ".join(self.aliased(each) for each in chosen) + " }"

    def aliased(self, field: str) -> str:
        name = re.split(r"[ (]", field, maxsplit=1)[0]
        if "(number" in field:
            return f"a{self.dice.randrange(99)}: {field}"
        directive = self.dice.choice(["", "", "", " @include(if: $yes)", " @skip(if: $yes)"])
        head, brace, tail = field.partition("{")
        head = f"{head.rstrip()}{directive} " if not name.startswith("...") else head
        return (f"{name[0]}{self.dice.randrange(99)}: " if self.dice.random() < 0.2 and name[0] != "." else "") + (
            head + brace + tail
        )

    def of_plain(self) -> str:
        leaves = (
            "id",
            "text",
            "maybe",
            "number",
            "share",
            "flag",
            "colour",
            "shade",
            "at",
            "tags",
            "holes",
            "counted",
            "__typename",
        )
        return "{ ... P }" if self.dice.random() < 0.2 else self.some_of(*leaves)

    def of_pet(self) -> str:
        cat = self.some_of("name", "lives", f"plain {self.of_plain()}", "__typename")
        dog = self.some_of("name", f"tricks {self.of_plain()}", f"best {self.of_plain()}", *self.of_first())
        return f"{{ __typename ... on Cat {cat} ... on Dog {dog} }}"

    def of_first(self) -> list[str]:
        return [f"first {self.of_plain()}", f"first(number: {self.dice.choice([0, 1])}) {self.of_plain()}"]

    def of_leaf(self) -> str:
        stem = self.some_of("name", "__typename", *["length"] * self.dice.choice([0, 0, 1]))
        return self.some_of("name", "length", "__typename", f"stem {stem}", *["told"] * self.dice.choice([0, 0, 1]))

    def of_card(self) -> str:
        return self.some_of("title", "drawn", f"leaf {self.of_leaf()}", f"maybe {self.of_leaf()}", "__typename")

    def of_whole(self, depth: int = 2) -> str:
        fields = [f"{name} {self.of_plain()}" for name in ("plain", "other", "plains", "some", "workedOut")]
        fields += [f"waitedFor(times: 2) {self.of_plain()}", "failing", "__typename"]
        fields += [f"pet {self.of_pet()}", f"pets {self.of_pet()}", "named { name __typename }"]
        fields += [f"cards {self.of_card()}"]
        if depth:
            fields.append(f"inner {self.of_whole(depth - 1)}")
        return self.some_of(*fields)


async def run(
    executor: type[Any], document: graphql.DocumentNode, root: Any, yes: bool, compiled: Compiled | None = None
) -> Any:
    built = executor.build(SCHEMA, document, context_value=root, raw_variable_values={"yes": yes})
    if compiled is not None:
        built.use(compiled)
    if built.operation.operation is graphql.OperationType.SUBSCRIPTION:
        plain = plain_event(built, root, root)
        if plain is not None:
            return repr(plain), []
        built = built.build_per_event_executor(root)
    result = built.execute_operation(False)
    if isinstance(result, Awaitable):
        result = await result
    assert isinstance(result, graphql.ExecutionResult)
    formatted = result.formatted
    # nan is not equal to itself.
    return repr(formatted.get("data")), sorted(map(repr, formatted.get("errors", [])))


@cache
def valid(text: str) -> graphql.DocumentNode | None:
    """The document, without a fragment and a variable that it declares and does not use; None where two of its fields
    cannot be merged, which is all that can be wrong with a document of Chance.
    """
    if "... P" not in text:
        text = text.partition(" fragment P")[0]
    if "$yes)" not in text.partition("($yes")[2]:
        text = text.replace(" ($yes: Boolean!)", "", 1)
    document = graphql.parse(text)
    return None if graphql.validate(SCHEMA, document, [OverlappingFieldsCanBeMergedRule]) else document


@pytest.mark.parametrize("wrong", [0, 1, 4])
async def test_it_answers_what_graphql_core_answers(wrong: int, monkeypatch: pytest.MonkeyPatch) -> None:
    # Where several errors null the same field, the order of completion decides which is told.
    monkeypatch.setattr(pace, "TURN", 60.0)
    compared = with_errors = 0
    for seed in range(60):
        chance = Chance(seed, wrong)
        text = (
            f"query ($yes: Boolean!) {{ whole {chance.of_whole()} again: whole {chance.of_whole(0)} }} "
            "fragment P on Plain { id text tags @include(if: $yes) again: text }"
        )
        document = valid(text)
        if document is None:
            continue
        compiled, yes = Compiled(), bool(seed % 2)
        for root in (chance.whole(), chance.whole()):
            expected = await run(StrawberryGraphQLCoreExecutionContext, document, root, yes)
            assert await run(CompilingExecutor, document, root, yes, compiled) == expected, (seed, text)
            compared += 1
            with_errors += bool(expected[1])
    assert compared > 60
    assert with_errors > 10


@pytest.mark.parametrize("wrong", [0, 4])
async def test_it_answers_the_same_when_each_item_has_a_turn_of_its_own(
    wrong: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = 0
    for seed in range(60):
        chance = Chance(seed, wrong)
        text = f"query ($yes: Boolean!) {{ whole {chance.of_whole()} }} fragment P on Plain {{ id again: text }}"
        document = valid(text)
        if document is None:
            continue
        root, compiled = chance.whole(), Compiled()
        with monkeypatch.context() as patched:
            patched.setattr(pace, "TURN", 60.0)
            data, errors = await run(CompilingExecutor, document, root, True, compiled)
            patched.setattr(pace, "TURN", -1.0)
            in_turns = await run(CompilingExecutor, document, root, True, compiled)
        assert (in_turns[0], bool(in_turns[1])) == (data, bool(errors)), (seed, text)
        compared += 1
    assert compared > 20


async def test_a_long_subscription_remembers_no_more_than_a_short_one() -> None:
    document = graphql.parse("{ whole { plain { text } pets { ... on Dog { best { text } } } workedOut { id } } }")
    executor = CompilingExecutor.build(SCHEMA, document, context_value=Chance(1, 0).whole())
    assert isinstance(executor, CompilingExecutor)
    sizes = set()
    for _ in range(5):
        executor.build_per_event_executor(None).execute_operation(False)
        compiled = executor._compiled
        sizes.add((len(compiled.selections), len(compiled._plans), len(compiled._items)))
    assert len(sizes) == 1


@pytest.mark.parametrize("wrong", [0, 4])
async def test_an_event_is_answered_as_graphql_core_answers_it(wrong: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "TURN", 60.0)
    compared = with_errors = completed = plainly = 0

    def counted(self: CompilingExecutor, event: object, context: Any, find: Any = CompilingExecutor.plain_event) -> Any:
        nonlocal plainly
        found = find(self, event, context)
        plainly += found is not None
        return found

    monkeypatch.setattr(CompilingExecutor, "plain_event", counted)
    for seed in range(60):
        chance = Chance(seed, wrong)
        below = chance.of_whole() if seed % 3 else f"{{ plain {chance.of_plain()} inner {{ plains {{ text }} }} }}"
        document = valid(
            f"subscription ($yes: Boolean!) {{ event {below} {'__typename' * (seed % 2)} }} "
            "fragment P on Plain { id again: text }"
        )
        if document is None:
            continue
        compiled = Compiled()
        for event in (chance.whole(), chance.value(chance.whole()), None):
            expected = await run(StrawberryGraphQLCoreExecutionContext, document, event, True)
            assert await run(CompilingExecutor, document, event, True, compiled) == expected, (seed, below)
            compared += 1
            with_errors += bool(expected[1])
        completed += any(
            plan is not None for (type_, _), (_, plan) in compiled._plans.items() if type_ == "Subscription"
        )
    assert compared > 60
    assert completed > 10
    assert plainly > 10
    assert bool(with_errors) or not wrong


async def test_an_event_that_is_plain_takes_no_field_of_graphql_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CompilingExecutor, "execute_field", None)
    document = graphql.parse("subscription { event { plains { id text } pets { ... on Cat { lives } } } }")
    data, errors = await run(CompilingExecutor, document, Chance(1, 0).whole(), True)
    assert (data.count("'text': 'a'"), errors) == (3, [])


async def test_plain_fields_are_not_executed_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it is for: of these, graphql-core executes the root field alone."""
    executed: list[str] = []
    execute_field = CompilingExecutor.execute_field

    def counted(self: Any, parent_type: Any, source: Any, details: Any, *rest: Any) -> Any:
        executed.append(details[0].node.name.value)
        return execute_field(self, parent_type, source, details, *rest)

    monkeypatch.setattr(CompilingExecutor, "execute_field", counted)
    document = graphql.parse("{ whole { plains { id text colour at tags } pets { ... on Cat { lives } } } }")
    data, errors = await run(CompilingExecutor, document, Chance(1, 0).whole(), True)
    assert (errors, executed) == ([], ["whole"])
    assert data.count("'text': 'a'") == 3


async def test_a_value_that_is_found_at_once_takes_no_resolver(monkeypatch: pytest.MonkeyPatch) -> None:
    executed: list[str] = []
    execute_field = CompilingExecutor.execute_field

    def counted(self: Any, parent_type: Any, source: Any, details: Any, *rest: Any) -> Any:
        executed.append(details[0].node.name.value)
        return execute_field(self, parent_type, source, details, *rest)

    monkeypatch.setattr(CompilingExecutor, "execute_field", counted)
    document = graphql.parse("{ whole { plains { counted } workedOut { id } } }")
    whole = Chance(1, 0).whole()
    whole.plains[0].maybe, whole.plains[1].maybe = None, None
    whole.plains = whole.plains[:2]
    await run(CompilingExecutor, document, whole, True)
    assert executed == ["whole", "workedOut"]
    whole.plains[1].maybe = "b"
    executed.clear()
    data, errors = await run(CompilingExecutor, document, whole, True)
    assert executed == ["whole", "plains", "counted", "workedOut"]
    assert (data.count("'counted': 1"), errors) == (2, [])


async def test_a_very_large_selection_is_not_compiled_because_that_would_hold_the_loop() -> None:
    whole = Chance(1, 0).whole()
    for count in (200, 300):
        aliased = " ".join(f"a{number}: text" for number in range(count))
        document = graphql.parse(f"{{ whole {{ waitedFor {{ {aliased} }} }} }}")
        compiled = Compiled()
        data, errors = await run(CompilingExecutor, document, whole, True, compiled)
        assert (data.count("'a'"), errors) == (count, [])
        assert [complete is not None for _, complete in compiled._items.values()] == [count == 200]


async def test_an_object_that_follows_from_another_is_not_made_to_be_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    remember = Later.__getattr__

    def counted(self: Any, name: str) -> Any:
        made.append(name)
        return remember(self, name)

    monkeypatch.setattr(Later, "__getattr__", counted)
    facts = SimpleNamespace(text="abc", one=SimpleNamespace(text="one"), two=None)
    whole = Chance(1, 0).whole()
    whole.cards = [with_later(Card, facts=facts)]
    document = graphql.parse("{ whole { cards { title drawn leaf { name length stem { name } } maybe { name } } } }")
    data, errors = await run(CompilingExecutor, document, whole, True)
    shown = (
        "{'title': 'abc', 'drawn': 'ABC', 'leaf': {'name': 'one', 'length': 3, 'stem': {'name': 'one'}}, 'maybe': None}"
    )
    assert (data, errors, made) == (f"{{'whole': {{'cards': [{shown}]}}}}", [], [])
