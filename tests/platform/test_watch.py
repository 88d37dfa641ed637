"""The address that `rollbook.py watch` is given."""

import pytest

from commands.fault import Fault
from commands.watch import complete


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://rollbook.example.org/graphql", "wss://rollbook.example.org/graphql"),
        ("https://rollbook.example.org", "wss://rollbook.example.org/graphql"),
        ("http://127.0.0.1:8000/", "ws://127.0.0.1:8000/graphql"),
        ("ws://http.example.org", "ws://http.example.org/graphql"),
        ("localhost:8000", "ws://localhost:8000/graphql"),
        ("https://example.org/rollbook/graphql?v=1", "wss://example.org/rollbook/graphql?v=1"),
    ],
)
def test_the_scheme_and_the_path_may_be_left_out(given: str, expected: str) -> None:
    assert complete(given) == expected


@pytest.mark.parametrize("given", ["ftp://example.org", "http://", ""])
def test_what_is_no_address_is_told(given: str) -> None:
    with pytest.raises(Fault, match="--url is"):
        complete(given)
