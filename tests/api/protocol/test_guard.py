"""One linear guard: what an operation may ask for, and that measuring it costs nothing."""

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError, get_introspection_query

from gql.fields.scalars import schema_config
from gql.protocol.documents import Documents, RequestRefused
from gql.protocol.errors import BadInput
from gql.protocol.guard import GuardLimits, Measure, check_items
from gql.protocol.operations import Operations, read_parameters
from tests.api.protocol.edge_schema import Mutation, Query, Subscription

SCHEMA = strawberry.Schema(Query, Mutation, Subscription, config=schema_config())._schema


def measure(query: str, variables: dict[str, Any] | None = None, **limits: int) -> Measure:
    documents = Documents(SCHEMA, GuardLimits(**limits))
    document = documents.read(query, may_introspect=True, variables=variables or {})
    (operation,) = document.operations.values()
    return documents.measure(document, operation, variables or {})


def refusal(query: str, variables: dict[str, Any] | None = None, **limits: int) -> GraphQLError:
    with pytest.raises(RequestRefused) as refused:
        measure(query, variables, **limits)
    (error,) = refused.value.errors
    return error


def calls_of(work: Callable[[], object]) -> int:
    """How many Python functions `work` calls: what it costs, the same on a busy machine as on an idle one."""
    calls = 0

    def count(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event == "call"

    profiler = sys.getprofile()
    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(profiler)
    return calls


def nested(levels: int) -> str:
    return "{ thing " + "{ next " * (levels - 2) + "{ name }" + " }" * (levels - 1)


# ---- what is measured


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("{ hello }", Measure(depth=1, fields=1, cost=1)),
        ("{ a: hello b: hello }", Measure(depth=1, aliases=2, fields=2, cost=2)),
        ("query @skip(if: false) { hello @include(if: true) }", None),
        ("{ hello @include(if: true) @skip(if: false) }", Measure(depth=1, directives=2, fields=1, cost=1)),
        ("{ thing { name next { name score } } }", Measure(depth=3, fields=5, cost=5)),
        ("{ things { nodes { name } } }", Measure(depth=3, fields=3, cost=1 + 50 * 2)),
        ("{ things(first: 7) { nodes { name } } }", Measure(depth=3, fields=3, cost=1 + 7 * 2)),
        ("{ thing { parts { name } } }", Measure(depth=3, fields=3, cost=1 + 1 + 10)),
        ("{ things(first: 3) { nodes { parts { name } } } }", Measure(depth=4, fields=4, cost=1 + 3 * (1 + 1 + 10))),
        ('{ pick(ids: ["a", "b"]) { name } }', Measure(depth=2, fields=2, cost=1 + 2)),
        ("{ thing { heavy } }", Measure(depth=2, fields=2, cost=1 + 41)),
        ("{ things(first: 3) { nodes { heavy name } } }", Measure(depth=3, fields=4, cost=1 + 1 + 3 * (41 + 1) + 2)),
        ("{ thing { heavyParts { name } } }", Measure(depth=3, fields=3, cost=1 + 1 + 10 * (1 + 7))),
        ("{ ...F ...F } fragment F on Query { thing { name } }", Measure(depth=2, fields=4, cost=4)),
        ("{ thing { ... on Thing { ...N } ... { name } } } fragment N on Thing { name }", Measure(2, 0, 0, 3, 3)),
        ("{ ...F @include(if: true) } fragment F on Query { hello }", Measure(1, 0, 1, 1, 1)),
    ],
)
def test_an_operation_is_measured(query: str, expected: Measure | None) -> None:
    if expected is None:
        with pytest.raises(RequestRefused):
            measure(query)
    else:
        assert measure(query) == expected


def test_page_sizes_come_from_variables_each_time() -> None:
    query = "query($n: Int) { things(first: $n) { nodes { name } } }"
    documents = Documents(SCHEMA, GuardLimits(cost=100))
    for size, cost in ((4, 9), (10, 21), (None, 101)):
        document = documents.read(query, may_introspect=True, variables={"n": size})
        (operation,) = document.operations.values()
        if cost <= 100:
            assert documents.measure(document, operation, {"n": size}).cost == cost
        else:
            with pytest.raises(RequestRefused):
                documents.measure(document, operation, {"n": size})


def test_a_list_of_ids_counts_once_for_each() -> None:
    query = "query($ids: [ID!]!) { pick(ids: $ids) { name score } }"
    ids = [str(n) for n in range(40)]
    assert measure(query, {"ids": ids}).cost == 1 + 40 * 2
    assert "it has 81" in refusal(query, {"ids": ids}, cost=80).message


def test_a_refusal_by_size_is_not_remembered_for_the_text() -> None:
    query = "query($n: Int) { things(first: $n) { nodes { name } } }"
    documents = Documents(SCHEMA, GuardLimits(cost=100))
    with pytest.raises(RequestRefused):
        documents.read(query, may_introspect=True, variables={"n": 100})
    assert documents.read(query, may_introspect=True, variables={"n": 1})


# ---- limits, told with the limit and the value


@pytest.mark.parametrize(
    ("at_limit", "above", "message"),
    [
        (nested(12), nested(13), "at most 12 levels are allowed, it has 13"),
        (
            "{" + " ".join(f"a{n}: hello" for n in range(30)) + "}",
            "{" + " ".join(f"a{n}: hello" for n in range(31)) + "}",
            "at most 30 aliases are allowed, it has 31",
        ),
        (
            "{ hello " + "@include(if: true) " * 1 + "}",
            "{ " + "... @include(if: true) { hello } " * 51 + "}",
            "at most 50 directives are allowed, it has 51",
        ),
        (
            "{ " + "... { hello } " * 150 + "}",
            "{ " + "...F " * 101 + "} fragment F on Query { hello who requestId broken missing refused naive total "
            "thing { name } }",
            "at most 1000 fields are allowed, it has 1010",
        ),
        (
            "{ things(first: 100) { nodes { a: parts { parts { name } } } } }",
            "{ things(first: 100) { nodes { parts { parts { parts { name } } } } } }",
            "at most 50000 fields in its largest answer, by their weights, are allowed, it has 111201",
        ),
    ],
)
def test_an_operation_that_asks_too_much_is_told_the_limit_and_its_value(
    at_limit: str, above: str, message: str
) -> None:
    measure(at_limit)
    error = refusal(above)
    assert message in error.message
    assert error.extensions is not None
    assert error.extensions["code"] == "BAD_USER_INPUT"
    assert error.extensions["found"] > error.extensions["allowed"]


def test_tokens_and_characters_are_bounded() -> None:
    assert "2000 tokens" in refusal("{" + " hello" * 2000 + "}").message
    assert "50000" in refusal("{ hello }" + " " * 50_000).message


def test_the_explorers_introspection_is_within_the_limits() -> None:
    query = get_introspection_query(descriptions=True, specified_by_url=True, input_value_deprecation=True)
    assert measure(query).depth == 0


def test_circular_introspection_is_refused() -> None:
    query = "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }"
    with pytest.raises(RequestRefused):
        measure(query)


# ---- bombs


def bomb(fragments: int) -> str:
    links = "".join(f"fragment f{n} on Query{{...f{n + 1} ...f{n + 1}}}" for n in range(fragments))
    return "{...f0}" + links + f"fragment f{fragments} on Query{{hello}}"


@pytest.mark.parametrize("fragments", [20, 26, 60, 90])
def test_a_fragment_bomb_costs_as_much_as_its_text_is_long(fragments: int) -> None:
    messages: list[str] = []
    assert calls_of(lambda: messages.append(refusal(bomb(fragments)).message)) < 2_000 + 250 * fragments
    assert "at most 1000 fields are allowed" in messages[0]


@pytest.mark.parametrize("fragments", [110, 240])
def test_a_chain_of_fragments_does_not_use_up_the_stack(fragments: int) -> None:
    links = "".join(f"fragment f{n} on Query{{...f{n + 1}}}" for n in range(fragments))
    document = "{...f0}" + links + f"fragment f{fragments} on Query{{hello}}"
    assert "at most 100 levels of braces and fragments" in refusal(document).message


def test_nesting_beyond_the_parsers_own_limit_is_refused() -> None:
    assert refusal(nested(300)).message.startswith("Syntax Error")


@pytest.mark.parametrize(
    "query",
    [
        "{ ...A } fragment A on Query { ...A }",
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A hello }",
        "{ thing { ...A } } fragment A on Thing { next { ...A } }",
    ],
)
def test_cyclic_fragments_are_refused(query: str) -> None:
    with pytest.raises(RequestRefused) as refused:
        measure(query)
    assert "Cannot spread fragment" in refused.value.errors[0].message


@pytest.mark.parametrize(
    "query",
    [
        "{ ...Missing }",
        "{ nope { nope } }",
        "{ thing { ... on Nope { x } } }",
        "fragment F on Nope { x } { hello ...F }",
        "mutation { nope }",
        "{ hello(first: 99999999999999999999) }",
    ],
)
def test_what_the_guard_does_not_know_is_left_to_validation(query: str) -> None:
    with pytest.raises(RequestRefused):
        measure(query)


@pytest.mark.parametrize(
    "query",
    [
        "{ " + "hello " * 990 + "}",
        "{ " + "thing { name } " * 300 + "}",
        "{ thing { " + "next { name score } " * 199 + "} }",
        "{ thing { " + " ".join(f"...F{n}" for n in range(150)) + " } } "
        + " ".join(f"fragment F{n} on Thing {{ name }}" for n in range(150)),
    ],
)  # fmt: skip
def test_repetition_that_validation_compares_pair_by_pair_is_bounded(query: str) -> None:
    messages: list[str] = []
    assert calls_of(lambda: messages.append(refusal(query).message)) < 500_000
    assert messages == ["The document is too large: its fields and fragments repeat too often."]


def test_the_cache_is_bounded_and_shared() -> None:
    documents = Documents(SCHEMA, GuardLimits(), size=3)
    first = documents.read("{ hello }", may_introspect=True, variables={})
    assert documents.read("{ hello }", may_introspect=True, variables={}) is first
    for n in range(5):
        documents.read(f"{{ a{n}: hello }}", may_introspect=True, variables={})
    assert len(documents._known) == 3
    assert documents.read("{ hello }", may_introspect=True, variables={}) is not first


def test_what_may_be_seen_is_part_of_the_key() -> None:
    documents = Documents(SCHEMA, GuardLimits())
    query = "{ __schema { queryType { name } } }"
    assert documents.read(query, may_introspect=True, variables={})
    with pytest.raises(RequestRefused):
        documents.read(query, may_introspect=False, variables={})


def test_an_empty_selection_is_a_syntax_error() -> None:
    assert refusal("{ thing { } }").message.startswith("Syntax Error")


def test_the_items_of_all_lists_in_the_variables_are_limited() -> None:
    limits = GuardLimits()
    check_items({"a": [{"b": [1] * 1000}] * 2, "c": ["x"] * 998}, limits)
    with pytest.raises(
        BadInput, match="at most 3000 items in the lists of its variables are allowed, it has 3001"
    ) as of:
        check_items({"a": [{"b": [1] * 1000}] * 2, "c": ["x"] * 999}, limits)
    assert of.value.extensions == {"code": "BAD_USER_INPUT", "limit": "items", "allowed": 3000, "found": 3001}


def test_an_operation_with_too_many_items_is_refused_before_they_are_coerced() -> None:
    request = {"query": "query($ids: [ID!]!) { pick(ids: $ids) { name } }", "variables": {"ids": [[]] * 3001}}
    operations = Operations(strawberry.Schema(Query, Mutation, Subscription, config=schema_config()), GuardLimits())
    with pytest.raises(RequestRefused, match="items in the lists of its variables"):
        operations.prepare(read_parameters(request), may_introspect=True)
