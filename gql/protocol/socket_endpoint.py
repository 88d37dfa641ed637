"""GraphQL over WebSocket: decides which handshakes are accepted, and ends all sockets at a shutdown."""

import asyncio
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from gql.protocol.edge import Edge
from gql.protocol.figures import LIVE_SOCKETS
from gql.protocol.middleware import begin_request
from gql.protocol.socket import Socket
from gql.protocol.socket_messages import PROTOCOL, CloseCode
from gql.protocol.strawberry_internals import is_same_origin, normalize_origin
from pace import at_beat


class SocketEndpoint:
    """The ASGI application behind /graphql for WebSocket."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._sockets: set[Socket] = set()
        self._stop_looking: Callable[[], None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begin_request(scope)
        await receive()
        if not self._is_allowed(Headers(scope=scope)):
            await send({"type": "websocket.close", "code": 1008})
            return
        if PROTOCOL not in scope["subprotocols"]:
            await send({"type": "websocket.accept"})
            reason = f"Only {PROTOCOL} is spoken here"
            await send({"type": "websocket.close", "code": CloseCode.SUBPROTOCOL_NOT_ACCEPTABLE, "reason": reason})
            return
        await send({"type": "websocket.accept", "subprotocol": PROTOCOL})
        socket = Socket(self._edge, scope, receive, send)
        self._add(socket)
        try:
            await socket.run()
        finally:
            self._remove(socket)

    def _add(self, socket: Socket) -> None:
        self._sockets.add(socket)
        LIVE_SOCKETS.inc()
        if self._stop_looking is None:
            self._stop_looking = at_beat(self._look)

    def _remove(self, socket: Socket) -> None:
        self._sockets.discard(socket)
        LIVE_SOCKETS.dec()
        if not self._sockets and self._stop_looking is not None:
            self._stop_looking()
            self._stop_looking = None

    def _look(self, _: float) -> None:
        """Look after all sockets, 10,000 of them in two milliseconds. The clock is read each time, because it may be
        set meanwhile.
        """
        at, now = asyncio.get_running_loop().time(), self._edge.clock()
        for socket in tuple(self._sockets):
            socket.look(at, now)

    async def drain(self) -> None:
        """Let running queries and mutations finish, then ask every client to reconnect elsewhere."""
        await asyncio.gather(*(socket.drain(self._edge.socket.drain) for socket in self._sockets))

    def _is_allowed(self, headers: Headers) -> bool:
        """Return whether the origin is allowed. Browsers send Origin and let any page open a socket; other clients send
        none.
        """
        origin = headers.get("origin")
        if origin is None:
            return True
        return normalize_origin(origin) in self._edge.allowed_origins or is_same_origin(origin, headers.get("host"))
