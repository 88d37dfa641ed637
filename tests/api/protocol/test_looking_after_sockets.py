"""The one timer that looks after all sockets of a process, and their ends at a shutdown."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from gql.protocol.edge import SocketLimits
from gql.protocol.socket_endpoint import SocketEndpoint
from tests.api.protocol.edge_schema import World, make_edge

INIT = {"type": "connection_init", "payload": {"authorization": "Bearer ann"}}
ASK = {"id": "1", "type": "subscribe", "payload": {"query": "{ hello }"}}


class Client:
    """The other end of a socket, without a network."""

    def __init__(self, *messages: dict[str, Any]) -> None:
        self._events: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._events.put_nowait({"type": "websocket.connect"})
        for message in messages:
            self._events.put_nowait({"type": "websocket.receive", "text": orjson.dumps(message).decode()})
        self.codes: list[int] = []

    def leave(self) -> None:
        self._events.put_nowait({"type": "websocket.disconnect", "code": 1005})

    async def use(self, endpoint: SocketEndpoint) -> None:
        scope = {"type": "websocket", "headers": [], "subprotocols": ["graphql-transport-ws"], "client": None}
        await endpoint(scope, self._events.get, self._send)

    async def _send(self, message: Any) -> None:
        if message["type"] == "websocket.close":
            self.codes.append(message["code"])


class Stubborn:
    """An operation that takes its time to end when it is cancelled, and an endpoint whose clock the test sets."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)
        self.has_begun, self.may_end = asyncio.Event(), asyncio.Event()
        edge = make_edge(World(), socket=SocketLimits(init_timeout=0.02))
        self.endpoint = SocketEndpoint(replace(edge, make_context=self._make_context, clock=lambda: self.now))

    async def _make_context(self, *_: object) -> Any:
        self.has_begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await self.may_end.wait()

    @asynccontextmanager
    async def ending(self) -> AsyncIterator[Client]:
        """A client that has left while its operation runs. The operation ends after the block."""
        client = Client(INIT, ASK)
        used = asyncio.create_task(client.use(self.endpoint))
        try:
            await self.has_begun.wait()
            client.leave()
            # The socket hears of it, and its operation of its own end.
            for _ in range(5):
                await asyncio.sleep(0)
            yield client
        finally:
            self.may_end.set()
            await used


async def test_R10_4_a_socket_that_is_ending_keeps_no_other_from_being_looked_after() -> None:
    stubborn, silent = Stubborn(), Client()
    async with stubborn.ending() as ending:
        stubborn.now += timedelta(days=1)
        async with asyncio.timeout(2):
            await silent.use(stubborn.endpoint)
    assert (silent.codes, ending.codes) == ([4408], [])


async def test_a_shutdown_waits_for_a_socket_that_is_ending() -> None:
    stubborn = Stubborn()
    async with stubborn.ending():
        draining = asyncio.create_task(stubborn.endpoint.drain())
        await asyncio.wait([draining], timeout=0.01)
        assert not draining.done()
    await draining
