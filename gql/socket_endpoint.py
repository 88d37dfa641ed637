"""GraphQL over WebSocket: which handshakes are accepted, and what becomes of all sockets at a shutdown."""

import asyncio
from collections import Counter
from collections.abc import Hashable
from functools import partial

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send
from strawberry.http.websocket_origin import is_same_origin, normalize_origin

from gql.edge import Credential, Edge
from gql.socket import Socket
from gql.socket_messages import PROTOCOL, CloseCode


class SocketEndpoint:
    """The ASGI application behind /graphql for WebSocket."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._sockets: set[Socket] = set()
        self._held: Counter[Hashable] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
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
        holders: list[Hashable] = []
        socket = Socket(self._edge, scope, receive, send, partial(self._admit, holders))
        self._sockets.add(socket)
        try:
            await socket.run()
        finally:
            self._sockets.discard(socket)
            self._held -= Counter(holders)

    def _admit(self, holders: list[Hashable], credential: Credential) -> bool:
        """Count the holder's sockets, up to the limit."""
        if self._held[credential.holder] >= self._edge.socket.per_holder:
            return False
        self._held[credential.holder] += 1
        holders.append(credential.holder)
        return True

    async def drain(self) -> None:
        """Let running queries and mutations answer, then ask every client to come back elsewhere."""
        await asyncio.gather(*(socket.drain(self._edge.socket.drain) for socket in self._sockets))

    def _is_allowed(self, headers: Headers) -> bool:
        """Browsers send Origin and let any page open a socket; other clients send none."""
        origin = headers.get("origin")
        if origin is None:
            return True
        return normalize_origin(origin) in self._edge.allowed_origins or is_same_origin(origin, headers.get("host"))
