"""Date, DateTime and Decimal: one spelling each, over real requests."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from gql.fields.scalars import serialize_date_time
from tests.api.protocol.edge_schema import Running, running


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running() as server:
        yield server


ARGUMENTS = {"day": ("on", "Date"), "instant": ("at", "DateTime"), "amount": ("of", "Decimal")}


def both_ways(server: Running, field: str, value: Any) -> list[dict[str, Any]]:
    """The answers with the value as a variable and, where JSON and GraphQL write it alike, as a literal."""
    argument, kind = ARGUMENTS[field]
    requests = [{"query": f"query($v: {kind}!) {{ {field}({argument}: $v) }}", "variables": {"v": value}}]
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        literal = f'"{value}"' if isinstance(value, str) else str(value)
        requests.append({"query": f"{{ {field}({argument}: {literal}) }}"})
    return [server.client.post(server.http, json=request).json() for request in requests]


@pytest.mark.parametrize(
    ("field", "value", "answer"),
    [
        ("day", "2026-11-21", "2026-11-21"),
        ("day", "2024-02-29", "2024-02-29"),
        ("day", "0001-01-01", "0001-01-01"),
        ("instant", "2026-11-21T16:30:00Z", "2026-11-21T16:30:00Z"),
        ("instant", "2026-11-21t16:30:00z", "2026-11-21T16:30:00Z"),
        ("instant", "2026-11-21T16:30:00+02:00", "2026-11-21T14:30:00Z"),
        ("instant", "2026-11-21T16:30:00.25-05:00", "2026-11-21T21:30:00.250000Z"),
        ("amount", "12.50", "12.50"),
        ("amount", "-0.01", "-0.01"),
        ("amount", "0", "0"),
        ("amount", "999999999999.99", "999999999999.99"),
    ],
)
def test_a_value_in_its_one_spelling_is_understood(server: Running, field: str, value: str, answer: str) -> None:
    for body in both_ways(server, field, value):
        assert body["data"] == {field: answer}


WRONG: dict[str, list[Any]] = {
    "day": [
        "2026-02-30", "2026-13-01", "0000-01-01", "20261121", "2026-W47-6", "2026-325", "21.11.2026",
        "2026-11-21T00:00:00Z", " 2026-11-21", "2026-11-21 ", "2026-11-2", "", "٢٠٢٦-١١-٢١", 20261121,
        True, {}, ["2026-11-21", "2026-11-22"],
    ],
    "instant": [
        "2026-11-21", "2026-11-21T16:30:00", "2026-11-21 16:30:00Z", "2026-11-21T16:30Z",
        "2026-11-21T24:00:01Z", "2026-11-21T16:30:60Z", "2026-11-21T16:30:00+25:00",
        "2026-11-21T16:30:00.1234567Z", "0001-01-01T00:00:00+14:00", "now", "", 1763742600, 1.5, {},
    ],
    "amount": [
        "12.505", "1e3", "NaN", "Infinity", "-Infinity", "1,50", " 1", "+1", ".5", "1.", "01", "",
        "1000000000000", "１２", 12, 12.5, True, {},
    ],
}  # fmt: skip


@pytest.mark.parametrize(("field", "value"), [(field, value) for field in WRONG for value in WRONG[field]])
def test_anything_else_is_refused_with_the_right_spelling(server: Running, field: str, value: Any) -> None:
    for body in both_ways(server, field, value):
        assert "data" not in body
        for error in body["errors"]:
            assert error["extensions"] == {"code": "BAD_USER_INPUT"}
            assert "such as" in error["message"] or isinstance(value, list | dict)


def test_money_is_never_written_with_an_exponent(server: Running) -> None:
    assert server.client.post(server.http, json={"query": "{ total }"}).json()["data"] == {"total": "100"}


def test_an_instant_is_written_as_iso_8601_writes_it_in_utc() -> None:
    dice = random.Random(7)
    zones = [UTC, timezone(timedelta(hours=5, minutes=45)), ZoneInfo("America/New_York")]
    for _ in range(2000):
        written = datetime(
            dice.choice([2, 999, 1969, 2026, 9998]), dice.randint(1, 12), dice.randint(1, 28), dice.randrange(24),
            dice.randrange(60), dice.randrange(60), dice.choice([0, 1, 1000, 999_999]), tzinfo=dice.choice(zones),
        )  # fmt: skip
        assert serialize_date_time(written) == written.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"
