"""Everything of redis-py that its documentation does not promise: connections whose commands can be cancelled, and the
connection of a subscription, which is read without redis-py.

No other module of the product touches such a name. What is assumed of each name stands in the docstring of the class
that uses it, and tests/architecture/test_redis_internals.py has a test for each assumption.
"""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from redis._parsers.hiredis import NOT_ENOUGH_DATA
from redis.asyncio.client import PubSub
from redis.asyncio.connection import ConnectionPool
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

Receive = Callable[[str, str], None]
"""Takes the channel and the text of a message."""


def pool_of(url: str, **options: Any) -> ConnectionPool:
    """Return a pool of connections whose commands can be cancelled.

    url, options -- as for redis-py's `ConnectionPool.from_url`
    """
    pool: ConnectionPool = ConnectionPool.from_url(url, **options)
    connection = pool.connection_class
    pool.connection_class = type(connection.__name__, (Cancellable, connection), {})
    return pool


class Cancellable:
    """Mixed into a connection of redis-py: a task that is cancelled in a command ends, and one that was cancelled can
    still send commands while it cleans up.

    Redis-py sends within `asyncio.wait_for`, which can swallow the cancellation in Python 3.11, and it waits with a
    time-out of zero for what a connection should not have received, which cancels a cancelled task again before
    Python 3.11.3 (decision 99). Both cost a turn of the event loop for each command, too.

    Assumed of redis-py: a pool asks `can_read_destructive` before it hands a connection out, and connects anew when it
    is True. `send_packed_command` sends each command. A connection has the streams `_reader` and `_writer` of asyncio,
    and `_parser` with `_reader`, which is a reader of hiredis.
    """

    _reader: Any
    _writer: Any
    _parser: Any
    is_connected: bool
    socket_timeout: float | None
    connect: Any
    check_health: Any
    disconnect: Any

    async def can_read_destructive(self) -> bool:
        """Say whether the connection has ended or has received what nobody asked for, as far as the loop knows."""
        stream = self._reader
        return (
            stream is None
            or self._writer.is_closing()
            or bool(stream._buffer)
            or stream.at_eof()
            or stream.exception() is not None
            or self._parser._reader.gets() is not NOT_ENOUGH_DATA
        )

    async def send_packed_command(self, command: bytes | str | Iterable[bytes], check_health: bool = True) -> None:
        if not self.is_connected:
            await self.connect()
        elif check_health:
            await self.check_health()
        text = command.encode() if isinstance(command, str) else command
        try:
            async with asyncio.timeout(self.socket_timeout):
                self._writer.writelines([text] if isinstance(text, bytes) else text)
                await self._writer.drain()
        except BaseException as fault:
            # Half a command may have been sent.
            await self.disconnect(nowait=True)
            if isinstance(fault, TimeoutError):
                raise RedisTimeoutError("Redis did not take a command in time") from None
            if isinstance(fault, OSError):
                raise RedisConnectionError(f"A command could not be sent to Redis: {fault}") from fault
            raise


class Messages(asyncio.Protocol):
    """Hands over the messages of a subscription as soon as their bytes are there.

    Redis-py takes six coroutines and a time-out for each message, which was an eighth of what an event costs
    (decision 95).

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
