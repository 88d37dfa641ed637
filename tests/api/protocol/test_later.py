"""Objects whose attributes are made when they are first read."""

import pytest

from gql.fields.later import Later, with_later


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
