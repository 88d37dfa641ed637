"""Hundreds of WebSocket clients that cost almost nothing: they count what they receive and do not parse it."""

import asyncio
import base64
import os
import struct
import time
from collections.abc import Callable
from typing import Any

import orjson

_TEXT, _CLOSE, _PING, _PONG = 0x1, 0x8, 0x9, 0xA


class RawClient(asyncio.Protocol):
    """One connection. `arrivals` are the times (perf_counter) of the messages since it was last emptied."""

    def __init__(self, audience: "Audience") -> None:
        self._audience = audience
        self._transport: Any = None
        self._buffer = bytearray()
        self._is_open = self._is_greeted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        self._transport.write(
            f"GET /graphql HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._is_open:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            del self._buffer[: end + 4]
            self._is_open = True
            self._send(_TEXT, self._audience.greeting[0])
        while (size := self._frame()) is not None:
            del self._buffer[:size]

    def _frame(self) -> int | None:
        """Read the next complete frame and return its size; None if it is not complete yet."""
        held = self._buffer
        if len(held) < 2:
            return None
        length, start = held[1] & 0x7F, 2
        if length == 126:
            if len(held) < 4:
                return None
            length, start = struct.unpack_from("!H", held, 2)[0], 4
        elif length == 127:
            if len(held) < 10:
                return None
            length, start = struct.unpack_from("!Q", held, 2)[0], 10
        if len(held) < start + length:
            return None
        opcode = held[0] & 0x0F
        if opcode == _TEXT:
            if not self._is_greeted:
                # Some servers close a socket that asks for something before it is acknowledged.
                self._is_greeted = True
                for message in self._audience.greeting[1:]:
                    self._send(_TEXT, message)
            self._audience.arrived(held, start, length)
        elif opcode == _PING:
            self._send(_PONG, bytes(held[start : start + length]))
        return start + length

    def _send(self, opcode: int, payload: bytes) -> None:
        # A mask of zeros leaves the payload unchanged.
        length = bytes([0x80 | len(payload)]) if len(payload) < 126 else b"\xfe" + struct.pack("!H", len(payload))
        self._transport.write(bytes([0x80 | opcode]) + length + bytes(4) + payload)

    def close(self) -> None:
        self._transport.abort()


class Audience:
    """Clients that send the same messages. `last` is the last message that any of them received.

    on_message -- called for each message with its time and the bytes
    """

    def __init__(
        self, size: int, *greeting: object, on_message: Callable[[float, memoryview], None] | None = None
    ) -> None:
        self.size = size
        self.greeting = [orjson.dumps(message) for message in greeting]
        self.last = b""
        self._on_message = on_message
        self._clients: list[RawClient] = []
        self._arrivals: list[float] = []
        self._wanted = 0
        self._everybody = asyncio.Event()

    async def join(self, port: int, *, pause: float = 0.05, answers: int = 2) -> None:
        """Connect the clients one after the other, with a pause of so many seconds after every twenty. Return when
        each has its acknowledgement and its first event.

        answers -- how many messages each of them waits for
        """
        loop = asyncio.get_running_loop()
        self.expect(answers * self.size)
        for number in range(self.size):
            _, client = await loop.create_connection(lambda: RawClient(self), "127.0.0.1", port)
            self._clients.append(client)
            if number % 20 == 19:
                await asyncio.sleep(pause)
        await self.heard()

    def expect(self, messages: int | None = None) -> None:
        self._wanted = self.size if messages is None else messages
        self._arrivals = []
        self._everybody.clear()

    def arrived(self, frame: bytearray, start: int, length: int) -> None:
        now = time.perf_counter()
        if self._on_message is not None:
            with memoryview(frame) as whole, whole[start : start + length] as message:
                self._on_message(now, message)
        self._arrivals.append(now)
        if len(self._arrivals) == self._wanted:
            self.last = bytes(frame[start : start + length])
            self._everybody.set()

    async def heard(self) -> list[float]:
        """Wait until all expected messages have arrived and return their times."""
        async with asyncio.timeout(120):
            await self._everybody.wait()
        return self._arrivals

    def forget(self) -> None:
        """Forget all arrivals so far."""
        self._arrivals = []

    def leave(self) -> None:
        for client in self._clients:
            client.close()
        self._clients.clear()
