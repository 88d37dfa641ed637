"""What `up` gives people to paste must be understood by the API."""

from datetime import date

import pytest
from graphql import build_schema, parse, validate

import commands.schema
from commands.terminal import SignIn, TryOut, welcome

DEMO = TryOut("", [SignIn("OFFICE", "owner@example.com", "secret", "owner")], date(2026, 3, 2), "T2NjdXJyZW5jZQ")


@pytest.mark.parametrize("query", DEMO.queries())
def test_the_queries_to_paste_are_valid(query: str) -> None:
    assert validate(build_schema(commands.schema.sdl()), parse(query)) == []


def test_the_welcome_names_address_sign_ins_and_queries(capsys: pytest.CaptureFixture[str]) -> None:
    welcome("http://127.0.0.1:8000", DEMO, 3.14)
    told = capsys.readouterr().out
    assert "http://127.0.0.1:8000/graphql (ready in 3.1 s)" in told
    assert "OFFICE    owner@example.com              secret         owner" in told
    assert '\\"2026-03-02\\"' in told
    assert 'occurrence(id: "T2NjdXJyZW5jZQ")' in told
    assert told.endswith("  http://127.0.0.1:8000/sheets/T2NjdXJyZW5jZQ\n")


def test_without_a_demo_it_says_how_to_get_data(capsys: pytest.CaptureFixture[str]) -> None:
    welcome("http://127.0.0.1:8000", None, 3.14)
    assert "rollbook.py import" in capsys.readouterr().out
