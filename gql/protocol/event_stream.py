"""GraphQL over server-sent events, in the "distinct connections" mode of the graphql-sse protocol, with one request for
each operation.

It is for networks that break WebSockets. Each answer is an event `next`, and the last event is `complete`. When a
stream breaks off without `complete`, for example at a restart of the server, the client opens it again with the
revision or cursor that it has.
"""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any

import orjson
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gql.protocol.answers import Answer
from gql.protocol.edge import Credential, Edge, expired, hung_up
from gql.protocol.errors import ApiError, CredentialExpired, failed, formatted
from gql.protocol.figures import LIVE_SUBSCRIPTIONS

# Proxies and clients give up a connection on which nothing arrives.
_PING_SECONDS = 12.0
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"vary", b"accept"),
    # Otherwise nginx would hold back events until its buffer is full.
    (b"x-accel-buffering", b"no"),
]


class EventStream:
    """The response to an operation that has many answers. However the response ends, its operation ends too."""

    def __init__(
        self,
        edge: Edge,
        answers: AsyncGenerator[Answer, None],
        credential: Credential | None,
        request_id: str,
        draining: asyncio.Event,
    ) -> None:
        self._edge = edge
        self._answers = answers
        self._credential = credential
        self._request_id = request_id
        self._draining = draining
        self._turn = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        telling = asyncio.create_task(self._tell(send))
        expiring = asyncio.create_task(self._expire())
        ends = {telling, expiring, asyncio.create_task(hung_up(receive)), asyncio.create_task(self._drain())}
        pinging = asyncio.create_task(self._ping(send))
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (*ends, pinging):
                task.cancel()
            await asyncio.gather(*ends, pinging, return_exceptions=True)
        with suppress(OSError, TimeoutError):
            if not telling.cancelled():
                telling.result()
            elif expiring.done() and not expiring.cancelled():
                await self._fail(send, CredentialExpired("The credential has expired. Come back with a fresh one."))
            await self._write(send, b"", is_last=True)

    async def _tell(self, send: Send) -> None:
        with LIVE_SUBSCRIPTIONS.track_inprogress():
            try:
                async with aclosing(self._answers) as answers:
                    async for answer in answers:
                        await self._pass_on(send, answer)
                        del answer
            except _NotTaken as end:
                raise end.fault from None
            except ApiError as error:
                await self._fail(send, error)
            except Exception as fault:
                body = orjson.dumps({"errors": [failed(fault, self._request_id, "stream_failed")]})
                await self._write(send, _event(b"next", body) + _event(b"complete", b""))
            else:
                await self._write(send, _event(b"complete", b""))

    async def _pass_on(self, send: Send, answer: Answer) -> None:
        try:
            await self._write(send, _event(b"next", answer.encoded(self._request_id)))
        except (OSError, TimeoutError) as fault:
            raise _NotTaken(fault) from None

    async def _fail(self, send: Send, error: ApiError) -> None:
        body = orjson.dumps({"errors": formatted([error], self._request_id)})
        await self._write(send, _event(b"next", body) + _event(b"complete", b""))

    async def _write(self, send: Send, data: bytes, *, is_last: bool = False) -> None:
        """Send one part of the response. Raises TimeoutError when the client does not read it."""
        async with self._turn, asyncio.timeout(self._edge.socket.send_timeout):
            await send({"type": "http.response.body", "body": data, "more_body": not is_last})

    async def _ping(self, send: Send) -> None:
        while True:
            await asyncio.sleep(_PING_SECONDS)
            with suppress(TimeoutError):
                await self._write(send, b":\n\n")

    async def _expire(self) -> None:
        if self._credential is None:
            await asyncio.Event().wait()
        else:
            await expired(self._credential, self._edge.clock)

    async def _drain(self) -> None:
        await self._draining.wait()
        await asyncio.sleep(random.uniform(0, self._edge.socket.drain))  # noqa: S311 - spreads clients over time


class _NotTaken(Exception):
    """The client did not take an answer. It is told apart from the same exceptions of whatever makes the answers."""

    def __init__(self, fault: OSError) -> None:
        super().__init__()
        self.fault = fault


async def once(answer: Answer) -> AsyncGenerator[Answer, None]:
    """Yield the one answer of a query or mutation, as a stream."""
    yield answer


def refused(errors: list[Any]) -> Response:
    """Return the response to an operation that was not begun. Its only event has the errors."""
    events = _event(b"next", orjson.dumps({"errors": errors})) + _event(b"complete", b"")
    return Response(events, headers={name.decode(): value.decode() for name, value in _HEADERS})


def _event(name: bytes, data: bytes) -> bytes:
    return b"event: " + name + b"\ndata: " + data + b"\n\n"
