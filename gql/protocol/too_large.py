"""The answer to a request whose body is too large, which reaches also a client that is still sending."""

import asyncio
from contextlib import suppress

from starlette.types import Receive, Scope, Send

from gql.protocol.json_response import JsonResponse


class TooLarge:
    """Sends the response, then discards what the client still sends, then lets the server close the connection.

    When a connection is closed while bytes of the client wait unread, the operating system resets it, and the client
    loses the response that it had not read yet.

    seconds -- how long the client may go on sending
    """

    def __init__(self, response: JsonResponse, seconds: float) -> None:
        self._response = response
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        start = {"status": self._response.status_code, "headers": self._response.raw_headers}
        await send({"type": "http.response.start", **start})
        await send({"type": "http.response.body", "body": self._response.body, "more_body": True})
        with suppress(TimeoutError):
            async with asyncio.timeout(self._seconds):
                await _discard(receive)
        await send({"type": "http.response.body", "body": b""})


async def _discard(receive: Receive) -> None:
    """Return when the body has ended or the client has disconnected."""
    while (message := await receive())["type"] == "http.request" and message.get("more_body"):
        pass
