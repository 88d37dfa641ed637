"""How uvicorn serves the application: its limits, no give-aways, and an end that loses no answer."""

import asyncio
import socket
import time
from typing import Any

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from settings import Settings

# Bytes. The handler's own limit, in characters, is lower and closes politely.
_LARGEST_FRAME = 4 * 1024 * 1024


class SocketProtocol(WebSocketsSansIOProtocol):
    """Lets the application drop a client that no longer reads, and drops one that no longer answers pings.

    uvicorn's own way to end a socket is a polite close, which waits for ever for a full buffer to drain.
    """

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions["rollbook.abort"] = self.transport.abort

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        if not self.writable.is_set():
            self.transport.abort()


class Server(uvicorn.Server):
    """A server that lets sockets finish their answers before it closes them."""

    def __init__(self, app: Starlette, **options: Any) -> None:
        fixed: dict[str, Any] = {
            "ws": SocketProtocol,
            "ws_max_size": _LARGEST_FRAME,
            # Compressing each frame for each reader costs four times the processor time of sending it.
            "ws_per_message_deflate": False,
            "server_header": False,
            "access_log": False,
            "log_config": None,
        }
        super().__init__(uvicorn.Config(app, **(fixed | options)))
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, drain the sockets, then let uvicorn end the rest, all within the graceful time-out."""
        for server in self.servers:
            server.close()
        limit = self.config.timeout_graceful_shutdown
        began = time.monotonic()
        try:
            async with asyncio.timeout(limit):
                await self._app.state.drain()
        except TimeoutError:
            pass
        if limit is not None:
            left = limit - (time.monotonic() - began)
            self.config.timeout_graceful_shutdown = max(1, round(left))
        await super().shutdown(sockets)


def server_for(app: Starlette, settings: Settings) -> Server:
    """The server of one process; `run()` blocks until it is told to stop."""
    return Server(
        app,
        host=settings.host,
        port=settings.port,
        timeout_graceful_shutdown=settings.graceful_timeout,
        proxy_headers=settings.trusted_proxies is not None,
        forwarded_allow_ips=settings.trusted_proxies,
    )
