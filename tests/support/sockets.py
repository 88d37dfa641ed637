"""A client of the API's sockets (graphql-transport-ws)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedOK
from websockets.typing import Subprotocol


def greeting(token: str) -> dict[str, Any]:
    return {"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}


@dataclass
class Socket:
    connection: ClientConnection

    async def send(self, message: dict[str, Any]) -> None:
        await self.connection.send(orjson.dumps(message).decode())

    async def receive(self) -> dict[str, Any]:
        message: dict[str, Any] = orjson.loads(await self.connection.recv())
        return message

    def __aiter__(self) -> "Socket":
        return self

    async def __anext__(self) -> dict[str, Any]:
        """The next message, until the socket is closed in good order; otherwise ConnectionClosed is raised."""
        try:
            return await self.receive()
        except ConnectionClosedOK:
            raise StopAsyncIteration from None

    async def subscribe(self, query: str, *, operation: str = "1", **variables: Any) -> None:
        """Begin an operation of any kind."""
        payload = {"query": query, "variables": variables}
        await self.send({"id": operation, "type": "subscribe", "payload": payload})


@asynccontextmanager
async def connected(url: str, token: str, **options: Any) -> AsyncIterator[Socket]:
    """A socket that the server has acknowledged.

    options -- passed on to websockets' connect
    """
    async with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")], max_size=None, **options) as connection:
        socket = Socket(connection)
        await socket.send(greeting(token))
        assert (await socket.receive())["type"] == "connection_ack"
        yield socket
