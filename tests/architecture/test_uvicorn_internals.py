"""What gql/protocol/uvicorn_internals.py assumes of uvicorn. Each failure names the installed version."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable
from importlib.metadata import version
from typing import Any, ClassVar

import pytest
import uvicorn
from uvicorn.server import ServerState

from gql.protocol.uvicorn_internals import Pings, Server, SocketProtocol

LIBRARY = f"uvicorn {version('uvicorn')}"
HANDSHAKE = (
    b"GET /graphql HTTP/1.1\r\nHost: a.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class Wire(asyncio.Transport):
    """A connection of which the test sees what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.is_closed = False

    def write(self, data: Any) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return self.is_closed

    def close(self) -> None:
        self.is_closed = True

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...

    abort = close


class App:
    """Accepts a socket, and then does what the test says. None ends it."""

    made: ClassVar[list["App"]] = []

    def __init__(self) -> None:
        self.made.append(self)
        self.scopes: list[Any] = []
        self.say: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        self.ended = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scopes.append(scope)
        try:
            await send({"type": "websocket.accept"})
            while (message := await self.say.get()) is not None:
                await send(message)
        finally:
            self.ended.set()


class Opened:
    """A socket of the protocol over a wire, from the handshake on."""

    def __init__(self, handshake: bytes = HANDSHAKE, kind: type[SocketProtocol] = SocketProtocol, **given: Any) -> None:
        self.app, self.wire = App(), Wire()
        config = uvicorn.Config(self.app, ws_ping_interval=given.get("ping"), ws_ping_timeout=given.get("ping"))
        config.load()
        self.protocol = kind(config, ServerState(), {})
        self.protocol.connection_made(self.wire)
        self.protocol.data_received(handshake)


@pytest.fixture(autouse=True)
async def no_app_outlives_its_test() -> AsyncIterator[None]:
    """A task that is collected later logs its end in the middle of something else."""
    yield
    while App.made:
        app = App.made.pop()
        app.say.put_nowait(None)
        if app.scopes:
            async with asyncio.timeout(5):
                await app.ended.wait()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)


async def test_the_scope_can_be_changed_before_the_application_runs() -> None:
    opened = Opened()
    assert opened.protocol.response.status_code == 101, LIBRARY
    assert opened.app.scopes == [], LIBRARY
    await until(lambda: opened.app.scopes)
    assert opened.app.scopes[0]["extensions"].keys() >= {"rollbook.cut_off", "rollbook.write_frame"}, LIBRARY


async def test_a_refused_handshake_makes_no_scope_and_counts_as_closed() -> None:
    opened = Opened(HANDSHAKE.replace(b"Sec-WebSocket-Version: 13", b"Sec-WebSocket-Version: 1"))
    assert opened.protocol.response.status_code != 101, LIBRARY
    assert opened.protocol.close_sent, LIBRARY
    assert not hasattr(opened.protocol, "scope"), LIBRARY


async def test_a_close_of_the_application_is_marked_as_sent_and_a_lost_connection_as_such() -> None:
    opened = Opened()
    await until(lambda: b"101" in opened.wire.written)
    assert (opened.protocol.close_sent, opened.protocol.disconnected) == (False, False), LIBRARY
    opened.app.say.put_nowait({"type": "websocket.close", "code": 1000})
    await until(lambda: opened.protocol.close_sent)
    opened.protocol.connection_lost(None)
    assert opened.protocol.disconnected, LIBRARY


async def test_the_protocol_of_websockets_gives_the_bytes_of_a_close_and_its_timer_ends_with_the_connection() -> None:
    opened = Opened()
    await until(lambda: b"101" in opened.wire.written)
    opened.wire.written = b""
    opened.protocol.cut_off(1013, "slow")
    assert opened.wire.written == b"\x88\x06\x03\xf5slow", LIBRARY
    timer = opened.protocol.close_timer
    assert timer is not None
    assert not timer.cancelled()
    opened.protocol.connection_lost(None)
    assert timer.cancelled(), LIBRARY


async def test_a_socket_goes_on_without_the_request_of_its_handshake() -> None:
    opened = Opened()
    await until(lambda: b"101" in opened.wire.written)
    assert opened.protocol.handshake_complete, LIBRARY
    request = opened.protocol.request
    # A text frame of a client: a mask of zeros leaves the payload unchanged.
    opened.protocol.data_received(b"\x81\x85\x00\x00\x00\x00hello")
    assert (vars(opened.protocol)["request"], vars(opened.protocol)["response"]) == (None, None)
    assert not request.headers, LIBRARY
    received: list[Any] = [await opened.protocol.queue.get() for _ in range(2)]
    assert received[1]["text"] == "hello", LIBRARY
    await opened.app.say.put({"type": "websocket.send", "text": "bye"})
    await until(lambda: opened.wire.written.endswith(b"bye"))
    await opened.app.say.put({"type": "websocket.close", "code": 4401, "reason": "enough"})
    await until(lambda: opened.wire.written.endswith(b"enough"))


async def test_a_full_buffer_makes_the_socket_unwritable_until_it_drains() -> None:
    protocol = Opened().protocol
    assert protocol.writable.is_set(), LIBRARY
    protocol.pause_writing()
    assert not protocol.writable.is_set(), LIBRARY
    protocol.resume_writing()
    assert protocol.writable.is_set(), LIBRARY


async def test_an_unanswered_ping_is_told_to_the_protocol() -> None:
    told: list[str] = []

    class Telling(SocketProtocol):
        def keepalive_timeout(self) -> None:
            told.append("timeout")
            super().keepalive_timeout()

    opened = Opened(kind=Telling, ping=0.01)
    await until(lambda: told)
    assert told == ["timeout"], LIBRARY
    assert opened.protocol.close_sent, LIBRARY


async def test_all_sockets_are_pinged_by_one_timer_as_long_as_they_answer() -> None:
    opened = [Opened(ping=0.02) for _ in range(3)]
    pings = Pings.of(asyncio.get_running_loop())
    answering, silent, gone = opened
    await until(lambda: all(b"\x89\x04" in each.wire.written for each in opened))
    gone.protocol.connection_lost(None)
    for _ in range(3):
        await until(lambda: b"\x89\x04" in answering.wire.written)
        asked = answering.wire.written.index(b"\x89\x04")
        payload = answering.wire.written[asked + 2 : asked + 6]
        answering.wire.written = b""
        answering.protocol.data_received(b"\x8a\x84\x00\x00\x00\x00" + payload)
    await until(lambda: silent.protocol.close_sent)
    assert not answering.protocol.close_sent, LIBRARY
    for each in (answering, silent):
        each.protocol.connection_lost(None)
    assert not vars(pings)["_due"], LIBRARY
    await until(lambda: vars(pings)["_timer"] is None)


async def test_a_ping_that_fails_keeps_no_other_socket_from_its_pings() -> None:
    failed: list[object] = []

    class Failing(SocketProtocol):
        def send_keepalive_ping(self) -> None:
            failed.append(self)
            raise RuntimeError

    asyncio.get_running_loop().set_exception_handler(lambda _, __: None)
    opened = [Opened(kind=Failing, ping=0.02), Opened(ping=0.02)]
    await until(lambda: b"\x89\x04" in opened[1].wire.written)
    assert failed == [opened[0].protocol]
    later = Opened(ping=0.02)
    await until(lambda: b"\x89\x04" in later.wire.written)
    for each in (*opened, later):
        each.protocol.connection_lost(None)


async def _hanging(scope: Any, receive: Any, send: Any) -> None:
    await asyncio.sleep(60)


async def _nothing() -> None: ...


async def test_shutdown_is_called_once_and_then_reads_the_timeout_and_the_servers() -> None:
    calls: list[int] = []

    class Counting(Server):
        async def shutdown(self, sockets: Any = None) -> None:
            calls.append(len(self.servers))
            for server in self.servers:
                server.close()
            self.config.timeout_graceful_shutdown = 1
            await super().shutdown(sockets)

    config = uvicorn.Config(_hanging, port=0, lifespan="off", log_config=None, timeout_graceful_shutdown=50)
    server = Counting(config, _nothing)
    assert not server.started
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
    await until(lambda: server.server_state.tasks)
    server.should_exit = True
    began = time.monotonic()
    await asyncio.wait_for(serving, 10)
    writer.close()
    assert (calls, time.monotonic() - began < 5) == ([1], True), LIBRARY


async def test_the_server_ticks_once_a_second_and_soon_after_it_is_asked_to_end() -> None:
    dates: list[tuple[int, object]] = []

    class Ticking(Server):
        async def on_tick(self, counter: int) -> bool:
            ends = await super().on_tick(counter)
            dates.append((counter, self.server_state.default_headers))
            return ends

    server = Ticking(uvicorn.Config(_hanging), _nothing)
    running = asyncio.create_task(server.main_loop())
    await until(lambda: len(dates) == 2)
    assert not running.done()
    server.should_exit = True
    began = time.monotonic()
    await asyncio.wait_for(running, 10)
    assert time.monotonic() - began < 0.5, LIBRARY
    numbers, headers = zip(*dates, strict=True)
    assert numbers[:2] == (0, 10)
    # The date is made anew in each second.
    assert headers[0] is not headers[1], LIBRARY
    assert dict(server.server_state.default_headers)[b"date"], LIBRARY


def test_a_second_signal_asks_to_end_at_once() -> None:
    server = Server(uvicorn.Config(_hanging), _nothing)
    server.handle_exit(signal.SIGINT, None)
    assert (server.should_exit, server.force_exit) == (True, False), LIBRARY
    server.handle_exit(signal.SIGINT, None)
    assert server.force_exit, LIBRARY


@pytest.mark.parametrize("name", ["close_sent", "disconnected", "writable", "transport", "conn", "close_timer", "loop"])
async def test_the_attributes_of_a_socket_are_there(name: str) -> None:
    assert hasattr(Opened().protocol, name), LIBRARY
