"""GraphQL over WebSocket: decides which handshakes are accepted, and ends all sockets at a shutdown."""

import asyncio
from contextlib import ExitStack
from functools import partial

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from gql.protocol.edge import Credential, Edge
from gql.protocol.figures import LIVE_SOCKETS
from gql.protocol.socket import Socket
from gql.protocol.socket_messages import PROTOCOL, CloseCode
from gql.protocol.strawberry_internals import is_same_origin, normalize_origin


class SocketEndpoint:
    """The ASGI application behind /graphql for WebSocket."""

    def __init__(self, edge: Edge) -> None:
        self._edge = edge
        self._sockets: set[Socket] = set()

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
        with LIVE_SOCKETS.track_inprogress(), ExitStack() as held:
            socket = Socket(self._edge, scope, receive, send, partial(self._admit, held))
            self._sockets.add(socket)
            try:
                await socket.run()
            finally:
                self._sockets.discard(socket)

    def _admit(self, held: ExitStack, credential: Credential) -> bool:
        return held.enter_context(self._edge.quota.one_more(credential.holder))

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
