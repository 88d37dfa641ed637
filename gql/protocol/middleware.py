"""Gives each request an id and each HTTP response safe headers, and writes a line to the access log."""

import re
import secrets
import time
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from contextvars import Token
from typing import Any

import structlog
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gql.protocol.figures import RESPONSE_SECONDS, responses_of
from gql.protocol.json_response import header
from gql.protocol.negotiation import EVENT_STREAM
from logs import request_lines
from tracing import is_tracing, request_span

GRAPHQL = "/graphql"
_NO_SPAN = nullcontext()
_OURS = frozenset({b"x-request-id", b"x-content-type-options"})
_EVENT_STREAM = EVENT_STREAM.encode()

_SANE_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}", re.ASCII)


class RequestContext:
    """Gives each HTTP request an id and binds it to the log. The layers below read it from
    `scope["state"]["request_id"]`.

    A request whose `scope["state"]["is_counted"]` is set has no line in the access log, but counts in the figures.

    An X-Request-Id from the client or a proxy is kept when it is plain and short. The id is always returned.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        bound = begin_request(scope)
        try:
            await _Exchange(scope, send, scope["state"]["request_id"]).run(self._app, receive)
        finally:
            structlog.contextvars.reset_contextvars(**bound)


def begin_request(scope: Scope) -> Mapping[str, Token[Any]]:
    """Give a request or a socket its id and bind it to the log. Return what unbinds it."""
    given = header(scope, b"x-request-id") or ""
    request_id = given if given and _SANE_ID.fullmatch(given) else secrets.token_hex(16)
    scope.setdefault("state", {})["request_id"] = request_id
    return structlog.contextvars.bind_contextvars(request_id=request_id)


class _Exchange:
    """One request and its response, as seen from outside."""

    def __init__(self, scope: Scope, send: Send, request_id: str) -> None:
        self._scope = scope
        self._send = send
        self._request_id = request_id
        self._status: int | None = None
        self._is_stream = False

    async def run(self, app: ASGIApp, receive: Receive) -> None:
        began = time.perf_counter()
        with request_span(self._name(), Headers(scope=self._scope)) if is_tracing() else _NO_SPAN:
            try:
                await app(self._scope, receive, self._pass_on)
            finally:
                # The line of the log has the ids of the span.
                self._note(time.perf_counter() - began)

    def _note(self, seconds: float) -> None:
        """Count the response and write its line."""
        scope = self._scope
        status = self._status or scope["state"].get("status", 500)
        if scope["path"] == GRAPHQL:
            responses_of(status).inc()
            if not self._is_stream:
                RESPONSE_SECONDS.observe(seconds)
        if not scope["state"].get("is_counted"):
            request_lines.add(self._request_id, scope["method"], scope["path"], status, round(seconds * 1000, 1))

    def _name(self) -> str:
        """Return the name of the request's span. A path that is not ours may hold anything."""
        return f"{self._scope['method']} {GRAPHQL if self._scope['path'] == GRAPHQL else 'other'}"

    async def _pass_on(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            message["headers"] = self._with_ours(message["headers"])
        await self._send(message)

    def _with_ours(self, given: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        headers, may_store = [], False
        for each in given:
            name, value = each
            if name in _OURS:
                continue
            may_store = may_store or name == b"cache-control"
            self._is_stream = self._is_stream or (name == b"content-type" and value.startswith(_EVENT_STREAM))
            headers.append(each)
        headers += ((b"x-request-id", self._request_id.encode()), (b"x-content-type-options", b"nosniff"))
        return headers if may_store else [*headers, (b"cache-control", b"no-store")]
