"""Writes to the client of one socket, who may have gone or may not read."""

import asyncio
from collections.abc import Mapping
from typing import Any

import orjson
import structlog
from starlette.types import Scope, Send

from gql.protocol.socket_messages import CloseCode, Closed

log = structlog.get_logger("rollbook.api")


class Gone(Exception):
    """The client has disconnected, so nobody can be told."""


class SocketWriter:
    """Sends the frames of one socket. A client that does not read one in time is cut off."""

    __slots__ = ("_scope", "_send", "_timeout")

    def __init__(self, scope: Scope, send: Send, timeout: float) -> None:
        self._scope = scope
        self._send = send
        self._timeout = timeout

    def extension(self, name: str) -> Any:
        """Return what the server offers besides ASGI under this name (gql/protocol/uvicorn_internals.py), or None."""
        return self._scope.get("extensions", {}).get(name)

    async def send(self, message: Mapping[str, Any]) -> None:
        """Send a message. Raises Gone."""
        await self.send_text(orjson.dumps(message))

    async def send_text(self, text: bytes) -> None:
        """Send a message that is JSON already. Raises Gone."""
        try:
            async with asyncio.timeout(self._timeout):
                await self._send({"type": "websocket.send", "text": text.decode()})
        except TimeoutError:
            log.warning("slow_reader_cut_off", seconds=self._timeout)
            self._cut()
            raise Gone from None
        except (OSError, RuntimeError):
            # uvicorn raises RuntimeError for a send after it has closed an unresponsive socket itself.
            raise Gone from None

    async def close(self, closed: Closed) -> None:
        """Send the close frame, if there is still a client that reads it."""
        try:
            async with asyncio.timeout(self._timeout):
                await self._send({"type": "websocket.close", "code": closed.code, "reason": closed.reason})
        except TimeoutError:
            self._cut()
        except (OSError, RuntimeError):
            pass

    def _cut(self) -> None:
        """End the connection of a client that does not read: a polite close would wait for it for ever.

        Servers that do not offer this close in their own time.
        """
        cut_off = self.extension("rollbook.cut_off")
        if cut_off is not None:
            cut_off(CloseCode.TRY_AGAIN_LATER, "The client does not read fast enough")
