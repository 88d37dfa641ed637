"""graphql-transport-ws: what operations answer, how they end, and what a socket may hold."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
from prometheus_client import REGISTRY
from websockets.asyncio.client import ClientConnection

from gql.protocol.edge import SocketLimits
from tests.api.protocol.edge_schema import Running, running
from tests.api.protocol.test_socket_messages import ask, hear, ready, say, the_end


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running(socket=SocketLimits(operations=3, operation_timeout=0.3)) as s:
        yield s


async def until(condition: Callable[[], bool], seconds: float = 5) -> None:
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit, f"it did not happen within {seconds} seconds"
        await asyncio.sleep(0.01)


def live_subscriptions() -> float | None:
    return REGISTRY.get_sample_value("rollbook_live_subscriptions")


def error_codes(message: Any) -> list[str]:
    assert message["type"] == "error"
    return [error["extensions"]["code"] for error in message["payload"]]


async def test_a_subscription_gives_its_events_in_order_and_completes(server: Running) -> None:
    async with ready(server) as socket:
        await ask(socket, "subscription($n: Int!) { count(to: $n) }", variables={"n": 3})
        for number in (1, 2, 3):
            assert await hear(socket) == {"id": "1", "type": "next", "payload": {"data": {"count": number}}}
        assert await hear(socket) == {"id": "1", "type": "complete"}


@pytest.mark.parametrize(
    ("query", "data"), [("{ hello }", {"hello": "hello world"}), ("mutation { write }", {"write": 1})]
)
async def test_queries_and_mutations_work_too(server: Running, query: str, data: Any) -> None:
    async with ready(server) as socket:
        server.world.written = 0
        await ask(socket, query)
        answer = await hear(socket)
        assert (answer["type"], answer["payload"]["data"]) == ("next", data)
        assert answer["payload"]["extensions"] == {"cost": {"requested": 1, "limit": 50_000}}
        assert await hear(socket) == {"id": "1", "type": "complete"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "BAD_USER_INPUT"),
        ("", "BAD_USER_INPUT"),
        ("subscription { nope }", "BAD_USER_INPUT"),
        ('subscription { count(to: "x") }', "BAD_USER_INPUT"),
        ("subscription A { count } subscription B { count }", "BAD_USER_INPUT"),
        ("query($n: Int!) { hello }", "BAD_USER_INPUT"),
        ("subscription { forbidden }", "UNAUTHENTICATED"),
    ],
)
async def test_a_bad_operation_answers_error_and_leaves_the_others_alone(
    server: Running, query: str, code: str
) -> None:
    async with ready(server) as socket:
        await ask(socket, "subscription { forever }", "other")
        assert (await hear(socket))["id"] == "other"
        await ask(socket, query, "bad")
        message = await hear(socket)
        assert (message["id"], set(error_codes(message))) == ("bad", {code})
        await ask(socket, "{ hello }", "bad")
        assert (await hear(socket))["payload"]["data"] == {"hello": "hello world"}
        assert server.world.open_streams == 1
    await until(lambda: server.world.open_streams == 0)


async def test_several_operations_need_a_name(server: Running) -> None:
    async with ready(server) as socket:
        await ask(socket, 'query A { hello } query B { hello(name: "b") }', operationName="B")
        assert (await hear(socket))["payload"]["data"] == {"hello": "hello b"}


async def test_unstorable_text_and_absurd_nesting_answer_error(server: Running) -> None:
    nested: Any = 1
    for _ in range(100):
        nested = [nested]
    async with ready(server) as socket:
        write = "mutation($n: NoteInput) { write(input: $n) }"
        for query, value in ((write, {"text": "\x00"}), ("{ hello }", nested)):
            await ask(socket, query, variables={"n": value})
            assert error_codes(await hear(socket)) == ["BAD_USER_INPUT"]


async def test_a_fault_in_a_stream_is_masked_and_ends_it_alone(server: Running) -> None:
    async with ready(server) as socket:
        await ask(socket, "subscription { failing }")
        assert (await hear(socket))["type"] == "next"
        message = await hear(socket)
        assert error_codes(message) == ["INTERNAL"]
        assert "hunter2" not in json.dumps(message)
        await say(socket, {"type": "ping"})
        assert await hear(socket) == {"type": "pong"}


async def test_an_id_in_use_closes_with_4409_and_a_finished_one_is_free(server: Running) -> None:
    async with ready(server) as socket:
        for _ in range(2):
            await ask(socket, "{ hello }", "a")
            assert (await hear(socket))["type"] == "next"
            assert (await hear(socket))["type"] == "complete"
        await ask(socket, "subscription { forever }", "b")
        await hear(socket)
        await ask(socket, "{ hello }", "b")
        assert await the_end(socket) == (4409, "Subscriber for b already exists")
    await until(lambda: server.world.open_streams == 0)


async def test_complete_stops_the_generator_at_once_and_frees_the_id(server: Running) -> None:
    async with ready(server) as socket:
        await ask(socket, "subscription { forever }")
        await hear(socket)
        assert server.world.open_streams == 1
        await say(socket, {"type": "complete", "id": "1"})
        await ask(socket, "{ hello }")
        assert (await hear(socket))["payload"]["data"] == {"hello": "hello world"}
        await until(lambda: server.world.open_streams == 0)


async def test_a_socket_carries_a_limited_number_of_operations(server: Running) -> None:
    async with ready(server) as socket:
        for operation_id in ("a", "b", "c"):
            await ask(socket, "subscription { forever }", operation_id)
            assert (await hear(socket))["id"] == operation_id
        await ask(socket, "{ hello }", "d")
        message = await hear(socket)
        assert (message["id"], error_codes(message)) == ("d", ["RATE_LIMITED"])
        await say(socket, {"type": "complete", "id": "a"})
        await ask(socket, "{ hello }", "d")
        assert (await hear(socket))["type"] == "next"


async def test_a_query_that_takes_too_long_is_stopped_and_told(server: Running) -> None:
    async with ready(server) as socket:
        await ask(socket, "{ slow }")
        message = await hear(socket)
        assert error_codes(message) == ["UNAVAILABLE"]
        assert message["payload"][0]["message"] == "The operation was stopped after 0.3 seconds."
    assert server.world.cancelled == ["slow"]


async def test_each_live_subscription_is_counted(server: Running) -> None:
    await until(lambda: live_subscriptions() == 0)
    async with ready(server) as first, ready(server) as second:
        for socket, operation_id in ((first, "a"), (first, "b"), (second, "a")):
            await ask(socket, "subscription { forever }", operation_id)
            await hear(socket)
        assert live_subscriptions() == 3
        await say(first, {"type": "complete", "id": "a"})
        await until(lambda: live_subscriptions() == 2)
        second.transport.abort()
        await until(lambda: live_subscriptions() == 1)
    await until(lambda: live_subscriptions() == 0)
    assert server.world.open_streams == 0


async def test_a_reader_that_stopped_reading_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gql.protocol.uvicorn_internals.CUT_OFF_SECONDS", 0.5)
    with running(socket=SocketLimits(send_timeout=0.5)) as server:
        async with ready(server, max_queue=1) as socket:
            await ask(socket, "subscription { flood }")
            await until(lambda: server.world.open_streams == 1)
            socket.transport.pause_reading()
            began = time.monotonic()
            await until(lambda: server.world.open_streams == 0, 10)
            assert time.monotonic() - began < 5
            # The server's end is closed too, with what was unsent: no polite close waits for the reader.
            await until(lambda: not server.server.server_state.connections, 2)
            socket.transport.resume_reading()
            with pytest.raises(AssertionError, match="the server cut the socket"):
                await the_end(socket)


async def test_a_reader_that_reads_on_in_time_learns_why_it_was_cut_off() -> None:
    with running(socket=SocketLimits(send_timeout=0.5)) as server:
        async with ready(server, max_queue=1) as socket:
            await ask(socket, "subscription { flood }")
            await until(lambda: server.world.open_streams == 1)
            socket.transport.pause_reading()
            await until(lambda: server.world.open_streams == 0, 10)
            socket.transport.resume_reading()
            assert await the_end(socket) == (1013, "The client does not read fast enough")


async def test_a_client_that_answers_no_pings_is_cut_off() -> None:
    with running({"ws_ping_interval": 0.2, "ws_ping_timeout": 0.3}) as server:
        async with ready(server, max_queue=1) as socket:
            await ask(socket, "subscription { flood }")
            await until(lambda: server.world.open_streams == 1)
            socket.transport.pause_reading()
            await until(lambda: not server.server.server_state.connections, 5)
            await until(lambda: server.world.open_streams == 0)
            socket.transport.abort()


async def test_a_shutdown_lets_answers_finish_and_sends_clients_elsewhere() -> None:
    with running() as server:
        async with ready(server) as busy, ready(server) as idle:
            await ask(idle, "subscription { forever }")
            await hear(idle)
            await ask(busy, "mutation { slowWrite }")
            await until(lambda: server.world.ran == ["slow_write"])
            server.stop()
            assert await the_end(idle) == (1012, "Service restart")
            server.release()
            assert (await hear(busy))["payload"]["data"] == {"slowWrite": 1}
            assert await hear(busy) == {"id": "1", "type": "complete"}
            assert await the_end(busy) == (1012, "Service restart")
        await until(lambda: not server.thread.is_alive())
    assert (server.world.written, server.world.open_streams) == (1, 0)


async def test_a_shutdown_spreads_the_ends_of_those_with_subscriptions() -> None:
    with running(socket=SocketLimits(drain=1.0)) as server:
        async with AsyncExitStack() as stack:
            sockets = [await stack.enter_async_context(ready(server)) for _ in range(8)]
            for socket in sockets:
                await ask(socket, "subscription { forever }")
                await hear(socket)
            began = time.monotonic()
            server.stop()

            async def end(socket: ClientConnection) -> float:
                assert await the_end(socket) == (1012, "Service restart")
                return time.monotonic() - began

            ends = await asyncio.gather(*map(end, sockets))
        await until(lambda: not server.thread.is_alive())
    assert max(ends) - min(ends) > 0.2
    assert max(ends) < 2


async def test_a_shutdown_ends_in_time_even_when_an_answer_does_not() -> None:
    with running({"timeout_graceful_shutdown": 1}) as server:
        async with ready(server) as socket:
            await ask(socket, "{ slow }")
            await until(lambda: server.world.ran == ["slow"])
            began = time.monotonic()
            server.stop()
            await until(lambda: not server.thread.is_alive(), 10)
            assert time.monotonic() - began < 5
    assert server.world.cancelled == ["slow"]


async def test_a_second_interrupt_ends_the_server_at_once() -> None:
    with running({"timeout_graceful_shutdown": 60}) as server:
        async with ready(server) as socket:
            await ask(socket, "{ slow }")
            await until(lambda: server.world.ran == ["slow"])
            server.stop()
            await asyncio.sleep(0.3)
            assert server.thread.is_alive()
            server.server.force_exit = True
            await until(lambda: not server.thread.is_alive(), 5)
