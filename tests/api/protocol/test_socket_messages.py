"""graphql-transport-ws: which messages are understood, and how the socket ends for the others."""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

import gql.protocol.socket_endpoint
from gql.protocol.edge import SocketLimits
from gql.protocol.quota import Quota
from tests.api.protocol.edge_schema import Running, running

INIT = {"type": "connection_init"}


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    limits = SocketLimits(message=50_000, operations=3, init_timeout=2.0, operation_timeout=0.3)
    with running({"ws_max_size": 256 * 1024}, socket=limits) as s:
        yield s


@asynccontextmanager
async def raw(server: Running, **options: Any) -> AsyncIterator[ClientConnection]:
    """A socket on which nothing was said yet."""
    options.setdefault("subprotocols", [Subprotocol("graphql-transport-ws")])
    async with connect(server.ws, **options) as socket:
        yield socket


@asynccontextmanager
async def ready(server: Running, payload: Any = None, **options: Any) -> AsyncIterator[ClientConnection]:
    """A socket that was acknowledged."""
    async with raw(server, **options) as socket:
        await say(socket, INIT if payload is None else INIT | {"payload": payload})
        assert await hear(socket) == {"type": "connection_ack"}
        yield socket


async def say(socket: ClientConnection, message: Any) -> None:
    await socket.send(message if isinstance(message, str | bytes) else json.dumps(message))


async def hear(socket: ClientConnection) -> Any:
    async with asyncio.timeout(5):
        frame = await socket.recv()
    assert isinstance(frame, str), "answers are text frames"
    return json.loads(frame)


async def ask(socket: ClientConnection, query: str, operation_id: str = "1", **payload: Any) -> None:
    await say(socket, {"id": operation_id, "type": "subscribe", "payload": {"query": query, **payload}})


async def the_end(socket: ClientConnection) -> tuple[int, str]:
    """The code and reason of the server's close; messages before it are passed over."""
    async with asyncio.timeout(5):
        try:
            while True:
                await socket.recv()
        except ConnectionClosed as closed:
            close = closed.rcvd
    assert close is not None, "the server cut the socket"
    return close.code, close.reason


async def test_an_idle_socket_has_one_task_and_all_of_them_share_a_timer(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tasks() -> set[str]:
        return {f"{task.get_name()} {id(task)}" for task in asyncio.all_tasks(server.loop)}

    async with ready(server):
        one = tasks()
        # A socket that wanted a look of its own would fail.
        monkeypatch.setattr(gql.protocol.socket_endpoint, "at_beat", None)
        async with ready(server), ready(server), ready(server):
            assert len(tasks() - one) == 3


# ---- the handshake


async def test_only_the_current_protocol_is_spoken(server: Running) -> None:
    for offered in (["graphql-ws"], None):
        async with raw(server, subprotocols=offered) as socket:
            assert socket.subprotocol is None
            assert (await the_end(socket))[0] == 4406
    async with raw(server, subprotocols=["graphql-ws", "graphql-transport-ws"]) as socket:
        assert socket.subprotocol == "graphql-transport-ws"


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example.com", "null", "http://127.0.0.1", "http://127.0.0.1.evil.example.com", "", "http://["],
)
async def test_a_foreign_page_cannot_open_a_socket(server: Running, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with raw(server, additional_headers={"origin": origin}):
            pass
    assert refused.value.response.status_code == 403


async def test_our_own_page_and_programs_can(server: Running) -> None:
    for headers in ({}, {"origin": f"http://127.0.0.1:{server.port}"}):
        async with ready(server, additional_headers=headers):
            pass


async def test_an_origin_can_be_allowed() -> None:
    with running(allowed_origins=frozenset({"https://app.example.com"})) as server:
        async with ready(server, additional_headers={"origin": "https://app.example.com"}):
            pass
        with pytest.raises(InvalidStatus):
            async with raw(server, additional_headers={"origin": "http://app.example.com"}):
                pass


# ---- messages


@pytest.mark.parametrize(
    "message",
    [
        "",
        "{",
        "[]",
        "1",
        '"x"',
        "null",
        "[" * 5000,
        '{"type": "connection_init"' + ', "payload": {"a": ' * 2000,
        b"{}",
        {},
        {"type": None},
        {"type": 1},
        {"type": ["subscribe"]},
        {"type": "start"},
        {"type": "connection_terminate"},
        {"type": "x" * 1000},
        {"type": "ping", "payload": "x"},
        {"type": "pong", "payload": 1},
        {"type": "complete"},
        {"type": "complete", "id": 1},
        {"type": "complete", "id": {}},
        {"type": "subscribe", "payload": {"query": "{ hello }"}},
        {"type": "subscribe", "id": "", "payload": {"query": "{ hello }"}},
        {"type": "subscribe", "id": 1, "payload": {"query": "{ hello }"}},
        {"type": "subscribe", "id": {}, "payload": {"query": "{ hello }"}},
        {"type": "subscribe", "id": ["1"], "payload": {"query": "{ hello }"}},
        {"type": "subscribe", "id": None, "payload": {"query": "{ hello }"}},
        {"type": "subscribe", "id": "x" * 300, "payload": {"query": "{ hello }"}},
        {"type": "subscribe", "id": "1"},
        {"type": "subscribe", "id": "1", "payload": None},
        {"type": "subscribe", "id": "1", "payload": "x"},
        {"type": "subscribe", "id": "1", "payload": []},
        {"type": "subscribe", "id": "1", "payload": {}},
        {"type": "subscribe", "id": "1", "payload": {"query": None}},
        {"type": "subscribe", "id": "1", "payload": {"query": 1}},
        {"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "operationName": 1}},
        {"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "variables": []}},
        {"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "variables": "{}"}},
        {"type": "subscribe", "id": "1", "payload": {"query": "{ hello }", "extensions": "x"}},
    ],
)
async def test_an_invalid_message_closes_with_4400_and_says_why(server: Running, message: Any) -> None:
    async with ready(server) as socket:
        await say(socket, message)
        code, reason = await the_end(socket)
    assert code == 4400
    assert reason


@pytest.mark.parametrize("payload", ["x", 1, [], True])
async def test_an_odd_payload_of_connection_init_closes_with_4400(server: Running, payload: Any) -> None:
    async with raw(server) as socket:
        await say(socket, INIT | {"payload": payload})
        assert (await the_end(socket))[0] == 4400


@pytest.mark.parametrize("message", [INIT, INIT | {"payload": None}, INIT | {"payload": {}}])
async def test_connection_init_may_come_without_a_payload(server: Running, message: Any) -> None:
    async with raw(server) as socket:
        await say(socket, message)
        assert await hear(socket) == {"type": "connection_ack"}


async def test_a_message_that_is_too_big_closes_with_1009(server: Running) -> None:
    async with ready(server) as socket:
        await ask(socket, "{ hello }" + " " * 50_000)
        assert (await the_end(socket))[0] == 1009


HANDSHAKE = (
    b"GET /graphql HTTP/1.1\r\nHost: a.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)


@pytest.mark.parametrize("size", [300_000, 20_000_000])
def test_a_client_that_sends_its_whole_message_before_it_reads_gets_1009(server: Running, size: int) -> None:
    masked_text = b"\x81\xff" + size.to_bytes(8, "big") + bytes(4)
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", server.port), 5) as connection:
            connection.sendall(HANDSHAKE)
            assert b" 101 " in connection.recv(10_000)
            connection.sendall(masked_text)
            for _ in range(10):
                connection.sendall(b"x" * (size // 10))
                time.sleep(0.002)
            closing = b"".join(iter(lambda: connection.recv(10_000), b""))
        assert closing[2:4] == (1009).to_bytes(2, "big")
        assert closing[0] == 0x88


async def test_ping_is_answered_before_and_after_connection_init(server: Running) -> None:
    async with raw(server) as socket:
        await say(socket, {"type": "ping"})
        assert await hear(socket) == {"type": "pong"}
        await say(socket, INIT)
        await hear(socket)
        await say(socket, {"type": "pong"})
        await say(socket, {"type": "ping", "payload": {"n": 1}})
        assert await hear(socket) == {"type": "pong", "payload": {"n": 1}}


async def test_a_ping_that_is_nested_too_deeply_to_be_answered_closes_with_4400(server: Running) -> None:
    async with ready(server) as socket:
        await say(socket, '{"type": "ping", "payload": ' + '{"a": ' * 500 + "1" + "}" * 501)
        assert (await the_end(socket))[0] == 4400


async def test_a_client_that_never_introduces_itself_is_closed_with_4408(server: Running) -> None:
    async with raw(server) as socket:
        assert await the_end(socket) == (4408, "Connection initialisation timeout")


async def test_the_deadline_ends_with_connection_init(server: Running) -> None:
    async with ready(server) as socket:
        await asyncio.sleep(0.5)
        await say(socket, {"type": "ping"})
        assert await hear(socket) == {"type": "pong"}


async def test_a_second_connection_init_closes_with_4429(server: Running) -> None:
    async with ready(server) as socket:
        await say(socket, INIT)
        assert (await the_end(socket))[0] == 4429


async def test_subscribing_before_connection_init_closes_with_4401(server: Running) -> None:
    async with raw(server) as socket:
        await ask(socket, "{ hello }")
        assert (await the_end(socket))[0] == 4401


async def test_completing_an_unknown_operation_is_ignored(server: Running) -> None:
    async with ready(server) as socket:
        await say(socket, {"type": "complete", "id": "nobody"})
        await say(socket, {"type": "ping"})
        assert await hear(socket) == {"type": "pong"}


# ---- credentials


@pytest.mark.parametrize("key", ["authorization", "Authorization"])
async def test_the_credential_comes_in_connection_init(server: Running, key: str) -> None:
    async with ready(server, {key: "Bearer Ada"}) as socket:
        await ask(socket, "{ who }")
        assert (await hear(socket))["payload"]["data"] == {"who": "Ada"}


@pytest.mark.parametrize(
    ("authorization", "code"), [("Bearer bad", 4401), ("Bearer old", 4403), ("Bearer fault", 1013), (1, 4400)]
)
async def test_a_client_learns_whether_a_fresh_token_would_help(server: Running, authorization: Any, code: int) -> None:
    async with raw(server) as socket:
        await say(socket, INIT | {"payload": {"authorization": authorization}})
        assert (await the_end(socket))[0] == code


async def test_an_idle_socket_is_closed_with_4403_when_its_credential_expires(server: Running) -> None:
    async with ready(server, {"authorization": "Bearer Ada/0.3"}) as socket:
        await ask(socket, "subscription { forever }")
        assert (await hear(socket))["type"] == "next"
        assert await the_end(socket) == (4403, "The credential has expired")
    assert server.world.open_streams == 0


async def test_a_credential_is_renewed_by_a_ping_and_the_subscriptions_live_on(server: Running) -> None:
    async with ready(server, {"authorization": "Bearer Ada/0.5"}) as socket:
        await ask(socket, "subscription { forever }")
        assert (await hear(socket))["type"] == "next"
        await say(socket, {"type": "ping", "payload": {"authorization": "Bearer Ada/2", "mine": 1}})
        pong = await hear(socket)
        assert (pong["type"], pong["payload"].pop("mine")) == ("pong", 1)
        left = datetime.fromisoformat(pong["payload"].pop("expiresAt")) - datetime.now(UTC)
        assert pong["payload"] == {}
        assert 1 < left.total_seconds() <= 2
        began = time.monotonic()
        assert await the_end(socket) == (4403, "The credential has expired")
        assert time.monotonic() - began > 1
    assert server.world.open_streams == 0


@pytest.mark.parametrize(
    ("authorization", "code"),
    [("Bearer Bob", 4400), (None, 4400), (7, 4400), ("Bearer old", 4403), ("Bearer bad", 4401), ("Bearer fault", 1013)],
)
async def test_a_credential_is_renewed_by_one_of_the_same_sign_in_alone(
    server: Running, authorization: Any, code: int
) -> None:
    async with ready(server, {"authorization": "Bearer Ada"}) as socket:
        await say(socket, {"type": "ping", "payload": {"authorization": authorization}})
        assert (await the_end(socket))[0] == code


async def test_an_anonymous_socket_has_nothing_to_renew(server: Running) -> None:
    async with ready(server) as socket:
        await say(socket, {"type": "ping", "payload": {"authorization": "Bearer Ada"}})
        assert (await the_end(socket))[0] == 4400


async def test_one_sign_in_opens_a_limited_number_of_sockets() -> None:
    ada = {"authorization": "Bearer Ada"}
    with running(quota=Quota(2)) as server:
        async with ready(server, ada), ready(server, {"authorization": "Bearer Bob"}):
            async with ready(server, ada), raw(server) as third:
                await say(third, INIT | {"payload": ada})
                assert await the_end(third) == (1013, "At most 2 live connections at once for one sign-in")
            async with ready(server, ada) as another:
                await ask(another, "{ who }")
                assert (await hear(another))["payload"]["data"] == {"who": "Ada"}


async def test_production_keeps_the_schema_from_anonymous_sockets() -> None:
    with running(open_to_anonymous=False) as server:
        for payload, kind in ((None, "error"), ({"authorization": "Bearer Ada"}, "next")):
            async with ready(server, payload) as socket:
                await ask(socket, "{ __schema { queryType { name } } }")
                assert (await hear(socket))["type"] == kind
