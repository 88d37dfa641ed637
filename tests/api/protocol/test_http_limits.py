"""GraphQL over HTTP: sizes, times, hang-ups, credentials and what a client is told of a fault."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import httpx
import pytest
import structlog

from gql.protocol.edge import HttpLimits
from tests.api.protocol.edge_schema import Running, running

NEW = "application/graphql-response+json"


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running(http=HttpLimits(body=2000, timeout=0.5, discard=0.6)) as server:
        yield server


def run(server: Running, query: str, **headers: str) -> httpx.Response:
    return server.client.post(server.http, json={"query": query}, headers=headers)


def wait_until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < limit, "it did not happen within 5 seconds"
        time.sleep(0.01)


# ---- sizes


def test_a_body_above_the_limit_gets_413_before_it_is_sent(server: Running) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
        connection.sendall(
            b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100000000\r\n\r\n"
        )
        answer = b"".join(iter(lambda: connection.recv(10_000), b""))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"BAD_USER_INPUT" in answer
    assert b"larger than 2000 bytes" in answer


def test_a_client_that_sends_its_whole_body_before_it_reads_gets_413(server: Running) -> None:
    length = 8_000_000
    with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
        connection.sendall(
            b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
            b"content-length: %d\r\n\r\n" % length
        )
        for _ in range(8):
            connection.sendall(b" " * (length // 8))
            time.sleep(0.01)
        answer = b"".join(iter(lambda: connection.recv(10_000), b""))
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert answer.endswith(b"}")


def send_for(seconds: float, connection: socket.socket) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        connection.sendall(b" " * 10_000)


def test_a_client_that_never_stops_sending_is_disconnected(server: Running) -> None:
    began = time.monotonic()
    with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
        connection.sendall(
            b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9999999999\r\n\r\n"
        )
        with pytest.raises(OSError, match=r"reset|[Bb]roken"):
            send_for(5, connection)
    assert time.monotonic() < began + 3


def test_a_body_of_unknown_length_is_measured_while_it_streams(server: Running) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(1000):
            yield b" " * 1000

    answer = server.client.post(server.http, content=chunks(), headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_a_body_at_the_limit_is_read(server: Running) -> None:
    body = json.dumps({"query": "{ hello }"})
    answer = server.client.post(server.http, content=body.ljust(2000), headers={"content-type": "application/json"})
    assert answer.status_code == 200
    answer = server.client.post(server.http, content=body.ljust(2001), headers={"content-type": "application/json"})
    assert answer.status_code == 413


# ---- times


def test_a_request_that_takes_too_long_is_stopped_and_told(server: Running) -> None:
    before = len(server.world.cancelled)
    answer = run(server, "{ slow }", accept=NEW)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    message = "The operation was stopped after 0.5 seconds."
    assert answer.json() == {"errors": [{"message": message, "extensions": {"code": "UNAVAILABLE", "retryAfter": 5}}]}
    assert len(server.world.cancelled) == before + 1


def test_a_clients_hang_up_cancels_the_work() -> None:
    with running() as server, ExitStack() as stack:
        body = b'{"query": "{ slow }"}'
        with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
            connection.sendall(
                b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
                b"content-length: %d\r\n\r\n%s" % (len(body), body)
            )
            wait_until(lambda: server.world.ran == ["slow"])
            assert server.world.cancelled == []
            logs = stack.enter_context(structlog.testing.capture_logs())
        wait_until(lambda: server.world.cancelled == ["slow"])
        wait_until(lambda: [line["status"] for line in logs if line["event"] == "request"] == [499])
        assert len(logs) == 1


def test_a_client_that_hangs_up_while_sending_does_no_harm(server: Running) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
        connection.sendall(
            b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"
        )
    assert run(server, "{ hello }").status_code == 200


def test_each_request_leaves_one_line_in_the_access_log(server: Running) -> None:
    with structlog.testing.capture_logs() as logs:
        run(server, "{ hello }")
        wait_until(lambda: len(logs) == 1)
    assert isinstance(logs[0].pop("milliseconds"), float)
    assert logs == [{"event": "request", "log_level": "info", "method": "POST", "path": "/graphql", "status": 200}]


# ---- credentials


@pytest.mark.parametrize(
    ("authorization", "message"),
    [("Bearer bad", "The token is not valid."), ("Bearer old", "The token has expired.")],
)
@pytest.mark.parametrize("accept", [NEW, "application/json"])
def test_a_credential_that_does_not_hold_gets_401(
    server: Running, authorization: str, message: str, accept: str
) -> None:
    before = server.world.written
    answer = run(server, "mutation { write }", authorization=authorization, accept=accept)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert answer.json() == {"errors": [{"message": message, "extensions": {"code": "UNAUTHENTICATED"}}]}
    assert server.world.written == before


def test_the_context_knows_who_asks(server: Running) -> None:
    assert run(server, "{ who }").json()["data"] == {"who": None}
    assert run(server, "{ who }", authorization="Bearer Ada").json()["data"] == {"who": "Ada"}


INTROSPECTION = "{ __schema { queryType { name } } }"


def test_production_keeps_the_schema_from_anonymous_clients() -> None:
    with running(open_to_anonymous=False, explorer=False) as server:
        anonymous = run(server, INTROSPECTION, accept=NEW)
        assert anonymous.status_code == 400
        assert anonymous.json()["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
        assert run(server, "{ __typename }").json()["data"] == {"__typename": "Query"}
        for query in ("{ helo }", "{ hello(nam: 1) }", "{ thing { nam } }"):
            assert "Did you mean" not in run(server, query).text
        suggested = {"query": "query($c: Colour) { paint(colour: $c) }", "variables": {"c": "REDD"}}
        assert "Did you mean" not in server.client.post(server.http, json=suggested).text
        signed_in = {"authorization": "Bearer Ada"}
        assert "Did you mean" in server.client.post(server.http, json=suggested, headers=signed_in).text
        assert run(server, INTROSPECTION, **signed_in).json()["data"] == {"__schema": {"queryType": {"name": "Query"}}}
        assert "Did you mean 'hello'" in run(server, "{ helo }", **signed_in).text
        assert server.client.get(server.http, headers={"accept": "text/html"}).status_code == 406


def test_development_helps_everybody(server: Running) -> None:
    assert run(server, INTROSPECTION).json()["data"] == {"__schema": {"queryType": {"name": "Query"}}}
    assert "Did you mean 'hello'" in run(server, "{ helo }").text


# ---- faults


def the_field_error(answer: httpx.Response, field: str) -> dict[str, Any]:
    body = answer.json()
    assert body["data"] == {field: None}
    (error,) = body["errors"]
    assert error.pop("path") == [field]
    assert error.pop("locations")
    return dict(error)


@pytest.mark.parametrize("field", ["broken", "wrongKind", "naive"])
def test_a_fault_is_masked_and_logged_with_its_trace_and_request_id(server: Running, field: str) -> None:
    with structlog.testing.capture_logs() as logs:
        answer = run(server, "{ %s }" % field, **{"x-request-id": "r-1"})  # noqa: UP031
    assert the_field_error(answer, field) == {
        "message": "Internal error",
        "extensions": {"code": "INTERNAL", "requestId": "r-1"},
    }
    (line,) = [entry for entry in logs if entry["event"] == "request_failed"]
    assert line["request_id"] == "r-1"
    assert isinstance(line["exc_info"], Exception)
    if field == "broken":
        assert "hunter2" in str(line["exc_info"])
        assert "hunter2" not in answer.text


@pytest.mark.parametrize(
    ("field", "code", "message"),
    [
        ("missing", "NOT_FOUND", "No such thing."),
        ("refused", "BAD_USER_INPUT", 'Argument "id" is not an id of a thing.'),
    ],
)
def test_an_answer_meant_for_the_client_is_sent_as_it_is(server: Running, field: str, code: str, message: str) -> None:
    answer = run(server, "{ %s }" % field)  # noqa: UP031
    assert the_field_error(answer, field) == {"message": message, "extensions": {"code": code}}


def test_a_fault_before_any_field_is_a_500(server: Running) -> None:
    answer = run(server, "{ hello }", authorization="Bearer fault", **{"x-request-id": "r-2"})
    assert answer.status_code == 500
    assert answer.json() == {
        "errors": [{"message": "Internal error", "extensions": {"code": "INTERNAL", "requestId": "r-2"}}]
    }


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("query($d: Date!) { day(on: $d) }", {"d": "2026-02-30"}),
        ("query($d: Date!) { day(on: $d) }", {}),
        ("mutation($i: NoteInput) { write(input: $i) }", {"i": {}}),
        ("mutation($i: NoteInput) { write(input: $i) }", {"i": {"text": "x", "nope": 1}}),
        ("mutation($i: NoteInput) { write(input: $i) }", {"i": "x"}),
        ("query($c: Colour) { paint(colour: $c) }", {"c": "GREEN"}),
        ("query($c: Colour) { paint(colour: $c) }", {"c": 1}),
    ],
)
def test_variables_that_do_not_fit_are_a_request_error_and_nothing_runs(
    server: Running, query: str, variables: dict[str, Any]
) -> None:
    before = server.world.written
    request = {"query": query, "variables": variables}
    answer = server.client.post(server.http, json=request, headers={"accept": NEW})
    assert answer.status_code == 400
    assert set(answer.json()) == {"errors"}
    assert {e["extensions"]["code"] for e in answer.json()["errors"]} == {"BAD_USER_INPUT"}
    assert server.world.written == before


@pytest.mark.parametrize(("type_", "argument"), [("Int", "number"), ("[String!]", "names")])
def test_null_for_an_argument_that_may_only_be_left_out_is_the_clients_mistake(
    server: Running, type_: str, argument: str
) -> None:
    request = {"query": f"query($n: {type_}) {{ maybe({argument}: $n) }}", "variables": {"n": None}}
    error = the_field_error(server.client.post(server.http, json=request), "maybe")
    expected = {"message": "A value is null that may only be left out.", "extensions": {"code": "BAD_USER_INPUT"}}
    assert error == expected
    written = server.client.post(server.http, json={"query": f"{{ maybe({argument}: null) }}"}).json()["errors"]
    assert [(each["message"], each["extensions"]) for each in written] == [tuple(expected.values())]


def test_a_shutdown_lets_a_request_finish() -> None:
    with running() as server, ThreadPoolExecutor() as threads:
        answer = threads.submit(run, server, "mutation { slowWrite }")
        wait_until(lambda: server.world.ran == ["slow_write"])
        server.stop()
        time.sleep(0.3)
        server.release()
        assert answer.result(5).json()["data"] == {"slowWrite": 1}
        wait_until(lambda: not server.thread.is_alive())


def test_a_page_of_another_origin_may_use_the_api_only_when_allowed() -> None:
    with running(allowed_origins=frozenset({"https://app.example.com"})) as server:
        preflight = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}
        for origin, status in (("https://app.example.com", 200), ("https://evil.example.com", 400)):
            answer = server.client.options(server.http, headers=preflight | {"origin": origin})
            assert answer.status_code == status
            assert ("access-control-allow-origin" in answer.headers) == (status == 200)
