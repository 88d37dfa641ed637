"""Objects whose attributes are made when they are first read."""

from types import SimpleNamespace

import pytest

from gql.fields.later import Later, with_later
from gql.protocol.made_later import Of, Part


class Shown(Later):
    name: str
    greeting: str


def test_an_attribute_is_made_once_when_it_is_read_and_others_are_unknown() -> None:
    made: list[Shown] = []

    def greet(shown: Shown) -> str:
        made.append(shown)
        return f"Hello {shown.name}"

    Shown.made_later = {"greeting": greet}
    shown = with_later(Shown, name="Ann")
    assert made == []
    assert [shown.greeting, shown.greeting] == ["Hello Ann"] * 2
    assert made == [shown]
    with pytest.raises(AttributeError, match="unknown"):
        _ = shown.unknown


class Inner(Later):
    name: str
    facts: SimpleNamespace


class Outer(Later):
    name: str
    greeting: str
    inner: Inner | None


def test_attributes_follow_from_paths_and_an_object_is_none_where_its_first_part_is() -> None:
    Inner.made_later = {"name": "facts.name"}
    Outer.made_later = {
        "name": "facts.name",
        "greeting": Of("{} {}".format, ("facts.word", "facts.name")),
        "inner": Part(Inner, {"facts": "facts.inner"}),
    }
    facts = SimpleNamespace(name="Ann", word="Hello", inner=SimpleNamespace(name="Bo"))
    outer = with_later(Outer, facts=facts)
    assert (outer.name, outer.greeting, outer.inner and outer.inner.name) == ("Ann", "Hello Ann", "Bo")
    facts.inner = None
    assert with_later(Outer, facts=facts).inner is None
