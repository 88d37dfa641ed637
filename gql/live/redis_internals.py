"""Everything of redis-py that its documentation does not promise: the connection of a subscription is read without
redis-py.

redis-py takes six coroutines and a time-out for each message, which was an eighth of what an event costs (decision 95).

No other module of the product touches such a name. What is assumed of each name stands in the docstring of the class
that uses it, and tests/architecture/test_redis_internals.py has a test for each assumption.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from redis._parsers.hiredis import NOT_ENOUGH_DATA
from redis.asyncio.client import PubSub

Receive = Callable[[str, str], None]
"""Takes the channel and the text of a message."""


class Messages(asyncio.Protocol):
    """Hands over the messages of a subscription as soon as their bytes are there.

    Redis-py makes the connection, with what the address asks for, subscribes, and closes it. Everything but the data
    goes to its own protocol too, which it asks whether the connection still writes and whether it has been closed.

    Assumed of redis-py: `connection` of a subscription has the streams `_reader` and `_writer` of asyncio, and
    `_parser` with `_reader`, which is a reader of hiredis. That one keeps incomplete messages, raises when it is fed
    nonsense, and returns NOT_ENOUGH_DATA when nothing complete is left. A client with `decode_responses` makes of a
    message the list of the kind "message", its channel and its text. `PubSub.ping` writes and reads nothing.

    Assumed of asyncio: a stream's reader keeps what has not been read in `_buffer`. When that is too much, it pauses
    the transport until somebody reads from the stream.

    heard_at -- the time of the loop at which anything came last
    ended -- is done when the connection has ended, with the reason
    """

    def __init__(self, pubsub: PubSub, receive: Receive) -> None:
        """Read the connection from now on. Nothing that has arrived is lost, if no task is reading it."""
        self._loop = asyncio.get_running_loop()
        self._receive = receive
        connection: Any = pubsub.connection
        self._replies = connection._parser._reader
        transport: asyncio.Transport = connection._writer.transport
        self._before: Any = transport.get_protocol()
        self._transport = transport
        self.heard_at = self._loop.time()
        self.ended: asyncio.Future[Exception] = self._loop.create_future()
        transport.set_protocol(self)
        self.data_received(bytes(connection._reader._buffer))
        if not transport.is_closing() and not transport.is_reading():
            transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        self.heard_at = self._loop.time()
        try:
            self._replies.feed(data)
            while (reply := self._replies.gets()) is not NOT_ENOUGH_DATA:
                if isinstance(reply, list) and reply[0] == "message":
                    self._receive(reply[1], reply[2])
        except Exception as fault:
            self._end(fault)
            self._transport.abort()

    def eof_received(self) -> bool | None:
        found: bool | None = self._before.eof_received()
        self._end(ConnectionResetError("Redis has closed the connection"))
        return found

    def connection_lost(self, fault: Exception | None) -> None:
        self._before.connection_lost(fault)
        self._end(fault or ConnectionResetError("The connection to Redis was lost"))

    def pause_writing(self) -> None:
        self._before.pause_writing()

    def resume_writing(self) -> None:
        self._before.resume_writing()

    def _end(self, fault: Exception) -> None:
        if not self.ended.done():
            self.ended.set_result(fault)
