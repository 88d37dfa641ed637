"""R16.3: a fault that may pass is UNAVAILABLE with `retryAfter` on every transport.

Over HTTP it is a 503 where nothing was executed.
"""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import structlog

from tests.api.protocol.edge_schema import Running, running
from tests.api.protocol.test_event_stream import asked, events
from tests.api.protocol.test_socket_messages import ask, hear, ready

AWAY = {
    "message": "The server cannot do this at the moment. Try again.",
    "extensions": {"code": "UNAVAILABLE", "retryAfter": 5},
}


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running() as server:
        yield server


def run(server: Running, query: str, **headers: str) -> httpx.Response:
    return server.client.post(server.http, json={"query": query}, headers=headers)


def refused(answer: httpx.Response) -> Any:
    """The only error of a response that says that nothing was executed."""
    assert answer.status_code == 503
    body = answer.json()
    assert set(body) == {"errors"}
    (error,) = body["errors"]
    assert answer.headers["retry-after"] == str(error["extensions"]["retryAfter"])
    return error


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json", "text/event-stream"])
@pytest.mark.parametrize("query", ["{ away }", "{ thing { away } }", "{ away other: away }", "mutation { writeAway }"])
def test_R16_3_nothing_was_executed(server: Running, query: str, accept: str) -> None:
    with structlog.testing.capture_logs() as logs:
        assert refused(run(server, query, accept=accept)) == AWAY
    warnings = [line for line in logs if line["event"] == "request_unavailable"]
    assert {(line["log_level"], type(line["fault"])) for line in warnings} == {("warning", ConnectionRefusedError)}
    assert "error" not in {line["log_level"] for line in logs}


def test_R16_3_a_part_of_the_answer_is_there(server: Running) -> None:
    answer = run(server, "{ hello away }")
    assert answer.status_code == 200
    assert answer.json()["data"] == {"hello": "hello world", "away": None}
    (error,) = answer.json()["errors"]
    assert (error["path"], error["extensions"]) == (["away"], AWAY["extensions"])


def test_R16_3_a_change_that_was_kept_is_not_told_as_undone(server: Running) -> None:
    before = server.world.written
    answer = run(server, "mutation { writeThing { away } }")
    assert answer.status_code == 200
    assert answer.json()["data"] == {"writeThing": None}
    assert answer.json()["errors"][0]["extensions"] == AWAY["extensions"]
    assert server.world.written == before + 1
    answer = run(server, "mutation { write writeAway }")
    assert (answer.status_code, answer.json()["data"]["writeAway"]) == (200, None)


def test_R16_3_a_fault_of_ours_beside_it_stays_one(server: Running) -> None:
    answer = run(server, "{ broken away }")
    assert answer.status_code == 200
    assert {error["extensions"]["code"] for error in answer.json()["errors"]} == {"INTERNAL", "UNAVAILABLE"}


def test_R16_3_a_credential_that_cannot_be_checked(server: Running) -> None:
    assert refused(run(server, "{ hello }", authorization="Bearer away")) == AWAY


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_R16_3_a_refusal_says_when_to_come_back(server: Running, accept: str) -> None:
    error = refused(run(server, "{ hello }", authorization="Bearer overload", accept=accept))
    assert error == {"message": "Too many requests wait.", "extensions": {"code": "UNAVAILABLE", "retryAfter": 7}}


@pytest.mark.parametrize("query", ["{ away }", "mutation { writeAway }", "subscription { away(after: 0) }"])
async def test_R16_3_over_a_socket(server: Running, query: str) -> None:
    async with ready(server) as socket:
        await ask(socket, query)
        assert await hear(socket) == {"id": "1", "type": "error", "payload": [AWAY]}
        await ask(socket, "{ hello }")
        assert (await hear(socket))["type"] == "next"


async def test_R16_3_in_a_stream_that_has_begun(server: Running) -> None:
    async with ready(server) as socket:
        await ask(socket, "subscription { away }")
        assert (await hear(socket))["type"] == "next"
        assert await hear(socket) == {"id": "1", "type": "error", "payload": [AWAY]}
    async with asked(server, "subscription { away }") as answer:
        told = [each async for each in events(answer)]
    assert told == [("next", {"data": {"away": 0}}), ("next", {"errors": [AWAY]}), ("complete", None)]
    assert "10.0.0.7" not in json.dumps(told)
