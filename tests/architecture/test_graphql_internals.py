"""What gql/protocol/graphql_internals.py assumes of graphql-core. Each failure names the installed version."""

from importlib.metadata import version
from typing import Any

import graphql
import pytest
from graphql.validation import validation_context
from graphql.validation.rules import overlapping_fields_can_be_merged

import pace
from gql.protocol.graphql_internals import (
    ObjectExecutor,
    Pattern,
    executor_of_event,
    has_arguments,
    is_aborted,
    limit_validation,
    name_in_schema,
    set_context,
)

LIBRARY = f"graphql-core {version('graphql-core')}"
SCHEMA = graphql.build_schema("""
    directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
    type Query { one: Thing  many: [Thing] }
    type Mutation { act: Thing }
    type Subscription { one: Thing }
    type Thing { name: String  below: Thing }
""")
THING = {"name": "a", "below": {"name": "b"}}
ROOT = {"one": THING, "many": [THING, THING], "act": THING}


class Recording(ObjectExecutor):
    """Writes down what graphql-core hands over."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roots: list[Any] = []
        self.objects: list[tuple[str, Any, list[str]]] = []

    def root_fields(self, collected: Any) -> Any:
        self.roots.append(collected)
        return collected

    def execute_object(self, type_: graphql.GraphQLObjectType, value: Any, fields: Any, place: Any) -> Any:
        self.objects.append((type_.name, value, list(fields)))
        return super().execute_object(type_, value, fields, place)


def build(text: str, executor_class: type[ObjectExecutor] = Recording) -> Any:
    built = executor_class.build(SCHEMA, graphql.parse(text), root_value=ROOT, context_value="context")
    assert isinstance(built, executor_class), LIBRARY
    return built


def test_each_object_passes_through_one_method_with_its_fields_by_response_name() -> None:
    executor = build("{ first: one { name } many { again: name below { name } } }")
    result = executor.execute_operation(False)
    assert result.errors is None
    assert executor.objects == [
        ("Query", ROOT, ["first", "many"]),
        ("Thing", THING, ["name"]),
        ("Thing", THING, ["again", "below"]),
        ("Thing", {"name": "b"}, ["name"]),
        ("Thing", THING, ["again", "below"]),
        ("Thing", {"name": "b"}, ["name"]),
    ], LIBRARY
    assert len(executor.roots) == 1, LIBRARY
    assert [name_in_schema(details) for details in executor.roots[0].values()] == ["one", "many"], LIBRARY


def test_the_root_of_a_mutation_is_executed_serially_and_its_objects_pass_through() -> None:
    executor = build("mutation { act { name } }")
    assert executor.execute_operation(True).data == {"act": {"name": "a"}}
    assert executor.objects == [("Thing", THING, ["name"])], LIBRARY
    assert len(executor.roots) == 1, LIBRARY


def test_what_the_method_returns_is_the_object_and_the_root_fields_decide_what_is_executed() -> None:
    class Replacing(Recording):
        def root_fields(self, collected: Any) -> Any:
            return {name: details for name, details in collected.items() if name != "many"}

        def execute_object(self, type_: graphql.GraphQLObjectType, value: Any, fields: Any, place: Any) -> Any:
            if type_.name == "Query":
                return self.execute_by_library(type_, value, fields, place)
            return {"replaced": list(fields)}

    result = build("{ one { name } many { name } }", Replacing).execute_operation(False)
    assert (result.data, result.errors) == ({"one": {"replaced": ["name"]}}, None), LIBRARY


def test_the_library_executes_a_part_of_the_fields_when_told_to() -> None:
    class Partly(Recording):
        def execute_object(self, type_: graphql.GraphQLObjectType, value: Any, fields: Any, place: Any) -> Any:
            return self.execute_by_library(type_, value, {name: fields[name] for name in list(fields)[:1]}, place)

    assert build("{ one { name below { name } } many { name } }", Partly).execute_operation(False).data == {
        "one": {"name": "a"}
    }, LIBRARY


@pytest.mark.parametrize(("below", "names", "deferred"), [
    ("{ name below { name } }", ["name", "below"], False),
    ("{ name ... @defer { below { name } } }", ["name", "below"], True),
])  # fmt: skip
def test_the_fields_below_are_collected_with_what_is_deferred(below: str, names: list[str], deferred: bool) -> None:
    found: list[Any] = []

    class Looking(Recording):
        def execute_object(self, type_: graphql.GraphQLObjectType, value: Any, fields: Any, place: Any) -> Any:
            thing = SCHEMA.type_map["Thing"]
            assert isinstance(thing, graphql.GraphQLObjectType)
            found.append(self.fields_below(thing, fields["one"]))
            return {}

    build(f"{{ one {below} }}", Looking).execute_operation(False)
    [(fields, has_deferred)] = found
    assert (list(fields), has_deferred) == (names, deferred), LIBRARY


def test_an_executor_of_an_event_is_a_copy_with_its_own_context_and_shared_attributes() -> None:
    executor = build("subscription { one { name } }")
    first, second = (executor_of_event(executor, {"one": {"name": name}}) for name in ("x", "y"))
    set_context(first, "another")
    contexts = [each.context_value for each in (executor, first, second)]
    assert contexts == ["context", "another", "context"], LIBRARY
    assert first.roots is second.roots is executor.roots, LIBRARY  # type: ignore[attr-defined]
    assert vars(first).keys() == vars(executor).keys(), LIBRARY
    assert not any(getattr(each, "__slots__", ()) for each in type(executor).__mro__), LIBRARY
    answers = [graphql.execution.execute_subscription_event(each) for each in (first, second)]
    assert [answer.data for answer in answers] == [{"one": {"name": "x"}}, {"one": {"name": "y"}}], LIBRARY  # type: ignore[union-attr]


def test_an_executor_is_copied_for_other_variables_and_keeps_nothing_of_the_first() -> None:
    text = "query Q($id: ID!, $times: Int = 3) { given(id: $id, times: $times) }"
    schema = graphql.build_schema("type Query { given(id: ID!, times: Int): String }")

    def built(context: object, variables: dict[str, Any]) -> Any:
        return Recording.build(
            schema,
            graphql.parse(text),
            root_value={"given": lambda info, **given: f"{info.context} {given}"},
            context_value=context,
            raw_variable_values=variables,
        )

    first = built("first", {"id": "1", "times": 1})
    pattern = Pattern(first)
    assert "first" not in repr(vars(pattern._executor).values()), LIBRARY
    copied: Any = pattern.executor("second", {"id": 2, "times": None, "more": 3}, {"trace": 4})
    anew = built("second", {"id": 2, "times": None, "more": 3})
    assert copied.variable_values.coerced == anew.variable_values.coerced, LIBRARY
    sources = [
        {name: (str(source.signature.type), source.value) for name, source in each.variable_values.sources.items()}
        for each in (copied, anew)
    ]
    assert sources[0] == sources[1], LIBRARY
    assert (copied.context_value, copied.operation_extensions) == ("second", {"trace": 4}), LIBRARY
    assert copied.collected_errors is not first.collected_errors, LIBRARY
    assert first.variable_values.coerced == {"id": "1", "times": 1}, LIBRARY
    assert first.async_helpers.gather.__self__ is first, LIBRARY
    assert copied.async_helpers == (pattern._executor.gather_async_work, pattern._executor.track_async_work), LIBRARY
    # A default, a value of another type, and a variable that is missing.
    for variables in ({"id": "1"}, {"id": "1", "times": "x"}, {"times": 1}):
        assert pattern.executor("third", variables, {}) is None, LIBRARY


def _spreading(size: int) -> str:
    """Return a document whose operations and fragments all spread the same fragments, in which variables are used."""
    operations = [f"query Q{i}($v: Boolean!) {{ ...F0 }}" for i in range(size)]
    fragments = [
        f"fragment F{i} on Query {{ one {{ name @include(if: $v) }} {f'...F{i + 1}' if i < size else ''} }}"
        for i in range(size + 1)
    ]
    return " ".join(operations + fragments)


@pytest.mark.parametrize(
    ("limits", "document"),
    [
        ({"comparisons": 50}, "{ one { " + "name " * 50 + "} }"),
        ({"fragments": 50}, _spreading(10)),
    ],
    ids=["comparisons", "fragments"],
)
def test_validation_ends_where_its_work_is_limited(
    limits: dict[str, int], document: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Set to what they are, so that the end of the test sets them to that again.
    for module, name in (
        (overlapping_fields_can_be_merged, "MAX_COMPLEXITY_BUDGET"),
        (validation_context, "MAX_FRAGMENT_WORK"),
    ):
        monkeypatch.setattr(module, name, getattr(module, name))
    ample = {"comparisons": 1_000_000, "fragments": 1_000_000}
    limit_validation(**ample)
    assert graphql.validate(SCHEMA, graphql.parse(document)) == []
    limit_validation(**(ample | limits))
    errors = graphql.validate(SCHEMA, graphql.parse(document))
    assert any(map(is_aborted, errors)), LIBRARY
    assert not any(map(is_aborted, graphql.validate(SCHEMA, graphql.parse("{ nothing }")))), LIBRARY


async def test_items_of_lists_and_what_resolvers_await_are_completed_in_later_turns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waited: list[str] = []

    async def turn() -> None:
        waited.append("turn")

    monkeypatch.setattr(pace, "turn", turn)
    expected = {"many": [{"name": "a", "below": {"name": "b"}}] * 2}
    at_once = build("{ many { name below { name } } }").execute_operation(False)
    assert (at_once.data, waited) == (expected, []), LIBRARY

    monkeypatch.setattr(pace, "is_over", lambda: True)
    later = await build("{ many { name below { name } } }").execute_operation(False)
    assert (later.data, later.errors) == (expected, None), LIBRARY
    assert waited == ["turn"] * 4, LIBRARY


async def test_an_error_in_an_item_of_a_later_turn_nulls_that_item_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "is_over", lambda: True)
    root = {"many": [THING, ValueError("broken")]}
    built = Recording.build(SCHEMA, graphql.parse("{ many { name } }"), root_value=root)
    assert isinstance(built, Recording), LIBRARY
    completing: Any = built.execute_operation(False)
    result = await completing
    assert result.data == {"many": [{"name": "a"}, None]}, LIBRARY
    assert [(error.message, error.path) for error in result.errors] == [("broken", ["many", 1])], LIBRARY


def test_a_list_passes_through_one_method_unless_it_is_null_or_an_exception() -> None:
    seen: list[Any] = []

    class Listing(Recording):
        def complete_list(self, type_: graphql.GraphQLList[Any], details: Any, value: Any, place: Any) -> Any:
            seen.append((str(type_), name_in_schema(details), value))
            return super().complete_list(type_, details, value, place)

    executor = build("{ many { name } }", Listing)
    assert executor.execute_operation(False).data == {"many": [{"name": "a"}] * 2}, LIBRARY
    assert seen == [("[Thing]", "many", [THING, THING])], LIBRARY
    for value in (None, ValueError("broken")):
        executor.root_value = {"many": value}
        assert executor.execute_operation(False).data == {"many": None}, LIBRARY
    assert len(seen) == 1, LIBRARY


def test_what_is_selected_below_a_field_is_remembered_by_its_identity_for_later_executors() -> None:
    memory: dict[Any, Any] = {}
    document = graphql.parse("{ one { name below { name } } }")
    roots: list[Any] = []

    class Sharing(Recording):
        def root_fields(self, collected: Any) -> Any:
            roots.append(collected)
            return roots[0]

    for _ in range(3):
        built = Sharing.build(SCHEMA, document, root_value=ROOT)
        assert isinstance(built, Sharing), LIBRARY
        built.remember_selections(memory)
        result: Any = built.execute_operation(False)
        assert result.data == {"one": {"name": "a", "below": {"name": "b"}}}, LIBRARY
        assert len(memory) == 2, LIBRARY


def test_the_value_of_a_variable_is_the_given_one_or_the_default() -> None:
    document = graphql.parse("query ($given: Boolean, $left: Boolean = true, $absent: Boolean) { one { name } }")
    built = Recording.build(SCHEMA, document, raw_variable_values={"given": False})
    assert isinstance(built, Recording), LIBRARY
    assert [built.condition(name) for name in ("given", "left", "absent")] == [False, True, None], LIBRARY
    assert [has_arguments([each]) for each in _details("{ one many }")] == [False, False], LIBRARY


def _details(text: str) -> list[Any]:
    executor = build(text)
    executor.execute_operation(False)
    return [details[0] for details in executor.roots[0].values()]
