"""Everything of uvicorn that its documentation does not promise: a socket that can cut off its client, and a server
that drains before it ends.

No other module of the product touches such a name. What is assumed of each name stands in the docstring of the class
that uses it, and tests/architecture/test_uvicorn_internals.py has a test for each assumption.
"""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import uvicorn
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame
from websockets.http11 import Request

from gql.protocol.signal import Gate, Inbox
from pace import at_beat, until_beat

_TICKS_OF_A_BEAT, _TICKS_OF_A_SECOND, _TICKS_OF_A_DAY = 2, 10, 864_000
CUT_OFF_SECONDS = 5.0


class Pings:
    """Sends the pings of all sockets of an event loop, with one timer. They go out up to a twentieth of their interval
    late.
    """

    _of: ClassVar[WeakKeyDictionary[asyncio.AbstractEventLoop, "Pings"]] = WeakKeyDictionary()

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._due: dict[SocketProtocol, float] = {}
        self._timer: asyncio.TimerHandle | None = None

    @classmethod
    def of(cls, loop: asyncio.AbstractEventLoop) -> "Pings":
        return cls._of.get(loop) or cls._of.setdefault(loop, cls(loop))

    def plan(self, asked: "SocketProtocol", interval: float) -> None:
        """Send the socket its next ping when this interval has passed since the last one."""
        self._due[asked] = self._loop.time() + max(0.0, interval - asked.last_ping_rtt)
        if self._timer is None:
            self._wait(interval)

    def cancel(self, asked: "SocketProtocol") -> None:
        self._due.pop(asked, None)

    def _wait(self, interval: float) -> None:
        self._timer = self._loop.call_later(until_beat(interval / 20), self._look, interval)

    def _look(self, interval: float) -> None:
        now = self._loop.time()
        for each in [each for each, due in self._due.items() if due <= now]:
            del self._due[each]
            # Called by the loop itself, so that one that fails keeps no other from its ping.
            self._loop.call_soon(each.send_keepalive_ping)
        self._timer = None
        if self._due:
            self._wait(interval)


class SocketProtocol(WebSocketsSansIOProtocol):
    """Lets the application drop a client that no longer reads, and drops one that no longer answers pings. Tells a
    client whose message is too large, also while it is still sending it.

    uvicorn's own way to end a socket is a polite close, which waits for ever for a full buffer to drain.

    Assumed of uvicorn: `handle_connect` puts the answer to the handshake into `response` and, when it accepts, makes
    `scope` before the application runs. `conn` is the protocol of websockets, whose frames go to `transport`.
    `close_sent` is true once a close was sent, and `disconnected` once the connection is gone; then nothing more may be
    sent. `writable` is set while the client reads. `close_timer` is cancelled when the connection ends.
    `schedule_ping` is called after the handshake and after each answered ping, and `send_keepalive_ping` sends one.
    `keepalive_timeout` is called when a ping was not answered in time. `handle_parser_exception` is called, with each
    piece of data from then on, when websockets has found a message to be too large or malformed: `conn.close_sent` is
    the close with the code that is due, `conn` discards what follows, and the application hears of the end through
    `queue`, of which only `put_nowait`, `get` and `empty` are used, `get` by the application alone. `request` and
    `response` are not used any more once `handshake_complete` is true.
    """

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.queue = Inbox()  # type: ignore[assignment]
        self.writable = Gate()  # type: ignore[assignment]
        # A dictionary that has grown attribute by attribute takes twice the memory of a copy.
        self.__dict__ = dict(vars(self))

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions["rollbook.cut_off"] = self.cut_off
            extensions["rollbook.write_frame"] = self.write_frame

    def handle_text(self, event: Frame) -> None:
        if self.handshake_complete and self.response is not None:
            # They take three kilobytes, and a socket lives long. The parser keeps the request itself.
            self.request.headers.clear()
            self.request = self.response = None  # type: ignore[assignment]
        super().handle_text(event)
        # The parser keeps the last frame until the next one comes.
        event.data = b""

    def write_frame(self, frame: bytes) -> bool:
        """Send a `text_frame` if the client can take it at once, and return whether it was sent.

        It is called for hundreds of clients in a row. The way through ASGI, with a message and a wait for each, would
        cost more than the sending itself.
        """
        if self.close_sent or self.disconnected or not self.writable.is_set() or self.transport.is_closing():
            return False
        self.transport.write(frame)
        return True

    def cut_off(self, code: int, reason: str) -> None:
        """End the connection of a client that does not read.

        The close code is sent after everything that waits for the client. A client that does not read that far within
        CUT_OFF_SECONDS is disconnected.
        """
        if self.close_sent or self.disconnected or self.transport.is_closing():
            return
        self.conn.send_close(code, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.close_timer = self.loop.call_later(CUT_OFF_SECONDS, self.transport.abort)

    def handle_parser_exception(self) -> None:
        """Close in stages: the code, then the end of what is sent, and the connection when the client has read both.

        Closed at once, with data of the client unread, the connection would be reset, and the code would be lost.
        """
        if self.close_sent or self.conn.close_sent is None:
            return
        code, reason = self.conn.close_sent.code, self.conn.close_sent.reason
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": reason})
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.close_timer = self.loop.call_later(CUT_OFF_SECONDS, self.transport.abort)

    def schedule_ping(self) -> None:
        if self.ping_interval is not None:
            Pings.of(self.loop).plan(self, self.ping_interval)

    def stop_keepalive(self) -> None:
        super().stop_keepalive()
        Pings.of(self.loop).cancel(self)

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        if not self.writable.is_set():
            self.transport.abort()


class Server(uvicorn.Server):
    """Lets sockets finish their answers before it closes them. `drain` waits for that.

    Assumed of uvicorn: `main_loop` calls `on_tick` ten times a second with a number that counts up, until it returns
    True. It does something once a second, when that is a multiple of ten, and returns True when `should_exit` is set.
    No limit of requests is configured. `shutdown` ends the server, once, and reads `config.timeout_graceful_shutdown`
    only then. `servers` are the listening ones, which may be closed twice. A second signal sets `force_exit`. `started`
    is true once the server listens.
    """

    def __init__(self, config: uvicorn.Config, drain: Callable[[], Awaitable[None]]) -> None:
        super().__init__(config)
        self._drain = drain

    async def main_loop(self) -> None:
        """Tick once a second, and soon after the server was asked to end."""
        loop, ticks = asyncio.get_running_loop(), 0
        due = loop.create_future()

        def look(_: float) -> None:
            nonlocal ticks
            ticks = (ticks + _TICKS_OF_A_BEAT) % _TICKS_OF_A_DAY
            if (self.should_exit or ticks % _TICKS_OF_A_SECOND == 0) and not due.done():
                due.set_result(None)

        stop = at_beat(look)
        try:
            while not await self.on_tick(ticks):
                await due
                due = loop.create_future()
        finally:
            stop()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, drain, then let uvicorn end the rest, all within the graceful time-out."""
        for server in self.servers:
            server.close()
        began = time.monotonic()
        limit = self.config.timeout_graceful_shutdown
        draining = asyncio.ensure_future(self._drain())
        # A second Ctrl-C only sets a flag, so the flag has to be polled, as uvicorn does for the rest.
        while not draining.done() and not self.force_exit and (limit is None or time.monotonic() - began < limit):
            await asyncio.wait({draining}, timeout=0.1)
        draining.cancel()
        if limit is not None:
            self.config.timeout_graceful_shutdown = max(1, round(limit - (time.monotonic() - began)))
        await super().shutdown(sockets)
