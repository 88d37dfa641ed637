"""R16.3 over HTTP and sockets: what a client is told while its tenant has too much under way."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest
import structlog
from websockets.sync.client import connect

from gql.protocol.admission import Admission
from tests.api.protocol.edge_schema import Running, running

ANN, BEN, CAS = "Bearer ann@north", "Bearer ben@north", "Bearer cas@south"
PATIENCE = 0.3


@pytest.fixture
def server() -> Iterator[Running]:
    with running(admission=Admission(slots=2, patience=PATIENCE)) as server:
        yield server
        server.release()


def post(server: Running, query: str, who: str, **headers: str) -> httpx.Response:
    return httpx.post(
        server.http, verify=False, json={"query": query}, headers={"authorization": who, **headers}, timeout=10
    )


@contextmanager
def busy(server: Running) -> Iterator[Future[httpx.Response]]:
    """The tenant north has an operation under way for the block, and may have no second one. Each lasts for long."""
    with ThreadPoolExecutor(4) as threads:
        first = threads.submit(post, server, "{ slow }", ANN)
        wait_for(server, 1)
        time.sleep(2 * PATIENCE)
        server.release()
        assert first.result().json()["data"] == {"slow": "done"}
        server.loop.call_soon_threadsafe(server.world.release.clear)
        second = threads.submit(post, server, "{ slow }", ANN)
        wait_for(server, 2)
        yield second
        server.release()


def wait_for(server: Running, count: int) -> None:
    limit = time.monotonic() + 5
    while len(server.world.ran) < count:
        assert time.monotonic() < limit
        time.sleep(0.01)


def assert_told(error: dict[str, object]) -> int:
    extensions = error["extensions"]
    assert isinstance(extensions, dict)
    seconds = extensions["retryAfter"]
    assert error == {
        "message": "The server is busy. Try again.",
        "extensions": {"code": "UNAVAILABLE", "retryAfter": seconds},
    }
    assert 1 <= seconds <= 10
    return int(seconds)


@pytest.mark.parametrize("accept", ["application/json", "application/graphql-response+json", "text/event-stream"])
def test_R16_3_a_request_that_cannot_begin_in_time_gets_503_at_once(server: Running, accept: str) -> None:
    with busy(server) as second:
        written, began = server.world.written, time.monotonic()
        answer = post(server, "mutation { write }", BEN, accept=accept)
        assert time.monotonic() - began < PATIENCE, "it is not told after waiting"
        assert answer.status_code == 503
        (error,) = answer.json()["errors"]
        assert answer.headers["retry-after"] == str(assert_told(error))
        assert server.world.written == written, "nothing was executed"
        assert post(server, "no { document", BEN).status_code == 503, "the document was not even parsed"
        assert post(server, "mutation { write }", CAS).status_code == 200, "another tenant is served"
    assert second.result().json()["data"] == {"slow": "done"}
    assert post(server, "mutation { write }", BEN).status_code == 200


def test_R16_3_a_forged_credential_takes_no_place_of_a_tenant(server: Running) -> None:
    with busy(server):
        assert post(server, "{ hello }", "Bearer bad").status_code == 401


def test_R16_3_a_client_that_hangs_up_while_it_waits_is_not_served() -> None:
    with running(admission=Admission(slots=2, patience=5)) as server, ThreadPoolExecutor(2) as threads:
        first = threads.submit(post, server, "{ slow }", ANN)
        wait_for(server, 1)
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(
                server.http,
                verify=False,
                json={"query": "mutation { write }"},
                headers={"authorization": BEN},
                timeout=PATIENCE,
            )
        third = threads.submit(post, server, "{ hello }", BEN)
        time.sleep(PATIENCE)
        server.release()
        assert (first.result().status_code, third.result().status_code) == (200, 200)
        assert server.world.written == 0


def test_R16_3_refusals_have_one_line_in_the_log(server: Running) -> None:
    with structlog.testing.capture_logs() as lines, busy(server):
        for _ in range(20):
            assert post(server, "{ hello }", BEN).status_code == 503
    assert [line["refused"] for line in lines if line["event"] == "overloaded"] == [1]
    assert not [line for line in lines if line.get("status") == 503]


def test_R16_3_operations_of_a_socket_are_refused_in_the_same_way_and_subscriptions_are_not(server: Running) -> None:
    with connect(server.ws, subprotocols=["graphql-transport-ws"]) as socket, busy(server):  # type: ignore[list-item]
        socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": BEN}}))
        assert json.loads(socket.recv()) == {"type": "connection_ack"}
        socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": {"query": "mutation { write }"}}))
        refusal = json.loads(socket.recv())
        assert (refusal["type"], refusal["id"]) == ("error", "1")
        (error,) = refusal["payload"]
        assert_told(error)
        assert server.world.written == 0
        socket.send(json.dumps({"type": "subscribe", "id": "2", "payload": {"query": "subscription { count(to: 1) }"}}))
        assert json.loads(socket.recv())["type"] == "next"
