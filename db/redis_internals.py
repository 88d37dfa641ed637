"""Everything of redis-py that its documentation does not promise: the connection of a subscription is read, and that of
a publisher is written and read, without redis-py.

redis-py takes six coroutines and a time-out for each message, which was an eighth of what an event costs (decision 95),
and a sixteenth of what a check-in costs.

No other module of the product touches such a name. What is assumed of each name stands in the docstring of the class
that uses it, and tests/architecture/test_redis_internals.py has a test for each assumption.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from hiredis import pack_command
from redis._parsers.hiredis import NOT_ENOUGH_DATA
from redis.asyncio import Redis
from redis.asyncio.client import PubSub

Receive = Callable[[str, str], None]
"""Takes the channel and the text of a message."""


class _Replies(asyncio.Protocol):
    """Reads what arrives on a connection.

    Redis-py makes the connection, with what the address asks for, and closes it. Everything but the data goes to its
    own protocol too, which it asks whether the connection still writes and whether it has been closed.

    Assumed of redis-py: a connection has the streams `_reader` and `_writer` of asyncio, and `_parser` with `_reader`,
    which is a reader of hiredis. That one keeps incomplete replies, raises when it is fed nonsense, and returns
    NOT_ENOUGH_DATA when nothing complete is left.

    Assumed of asyncio: a stream's reader keeps what has not been read in `_buffer`. When that is too much, it pauses
    the transport until somebody reads from the stream.

    ended -- is done when the connection has ended, with the reason
    """

    def __init__(self, connection: Any) -> None:
        """Read the connection from now on. Nothing that has arrived is lost, if no task is reading it."""
        self._replies = connection._parser._reader
        self._transport: asyncio.Transport = connection._writer.transport
        self._before: Any = self._transport.get_protocol()
        self.ended: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()
        self._transport.set_protocol(self)
        self.data_received(bytes(connection._reader._buffer))
        if not self._transport.is_closing() and not self._transport.is_reading():
            self._transport.resume_reading()

    def take(self, reply: Any) -> None:
        """Take a reply. An exception ends the connection."""
        raise NotImplementedError

    def data_received(self, data: bytes) -> None:
        try:
            self._replies.feed(data)
            while (reply := self._replies.gets()) is not NOT_ENOUGH_DATA:
                self.take(reply)
        except Exception as fault:
            self.end(fault)
            self._transport.abort()

    def eof_received(self) -> bool | None:
        found: bool | None = self._before.eof_received()
        self.end(ConnectionResetError("Redis has closed the connection"))
        return found

    def connection_lost(self, fault: Exception | None) -> None:
        self._before.connection_lost(fault)
        self.end(fault or ConnectionResetError("The connection to Redis was lost"))

    def pause_writing(self) -> None:
        self._before.pause_writing()

    def resume_writing(self) -> None:
        self._before.resume_writing()

    def end(self, fault: Exception) -> None:
        if not self.ended.done():
            self.ended.set_result(fault)


class Messages(_Replies):
    """Hands over the messages of a subscription as soon as their bytes are there. Redis-py has subscribed.

    Assumed of redis-py: a client with `decode_responses` makes of a message the list of the kind "message", its channel
    and its text. `PubSub.ping` writes and reads nothing.

    heard_at -- the time of the loop at which anything came last
    """

    def __init__(self, pubsub: PubSub, receive: Receive) -> None:
        self._loop = asyncio.get_running_loop()
        self._receive = receive
        self.heard_at = self._loop.time()
        super().__init__(pubsub.connection)

    def data_received(self, data: bytes) -> None:
        self.heard_at = self._loop.time()
        super().data_received(data)

    def take(self, reply: Any) -> None:
        if isinstance(reply, list) and reply[0] == "message":
            self._receive(reply[1], reply[2])


class _Publishing(_Replies):
    """Writes messages and counts the replies to them.

    Assumed of redis-py: a reply that is an error is an exception.
    """

    def __init__(self, connection: Any) -> None:
        self._expected = 0
        self._taken: asyncio.Future[None] | None = None
        self.connection = connection
        super().__init__(connection)

    def write(self, messages: Sequence[tuple[str, str]]) -> asyncio.Future[None]:
        """Return what is done when Redis has taken the messages. Each call waits for the one before."""
        self._taken = asyncio.get_running_loop().create_future()
        self._expected = len(messages)
        self._transport.write(b"".join([pack_command(("PUBLISH", *each)) for each in messages]))  # type: ignore[arg-type]
        return self._taken

    def take(self, reply: Any) -> None:
        if isinstance(reply, Exception):
            raise reply
        self._expected -= 1
        if not self._expected and self._taken is not None and not self._taken.done():
            self._taken.set_result(None)

    def end(self, fault: Exception) -> None:
        super().end(fault)
        if self._taken is not None and not self._taken.done():
            self._taken.set_exception(fault)


class Publisher:
    """Publishes messages on a connection that it keeps.

    Assumed of redis-py: a pool's `get_connection` returns a connection that works, and `release` takes it back. The
    client closes all connections of its pool.
    """

    def __init__(self, redis: Redis, patience: float = 1.0) -> None:
        """patience -- the seconds after which the connection is given up when Redis does not answer"""
        self._pool = redis.connection_pool
        self._patience = patience
        self._publishing: _Publishing | None = None
        self._turn = asyncio.Lock()

    async def publish(self, messages: Sequence[tuple[str, str]]) -> None:
        """Return when Redis has taken the messages, which are channels with texts. Raises an exception otherwise."""
        async with self._turn:
            used = self._publishing
            if used is None or used.ended.done():
                used = await self._connected(used)
            try:
                async with asyncio.timeout(self._patience):
                    await used.write(messages)
            except BaseException:
                # Replies may come that belong to nothing.
                self._publishing = None
                await self._drop(used)
                raise

    async def _connected(self, lost: _Publishing | None) -> _Publishing:
        self._publishing = None
        if lost is not None:
            await self._drop(lost)
        self._publishing = _Publishing(await self._pool.get_connection())
        return self._publishing

    async def _drop(self, used: _Publishing) -> None:
        await used.connection.disconnect(nowait=True)
        await self._pool.release(used.connection)
