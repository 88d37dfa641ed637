"""Gives each HTTP response a request id and safe headers, and writes a line to the access log."""

import re
import time
import uuid
from contextlib import nullcontext

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gql.protocol.figures import RESPONSE_SECONDS, RESPONSES
from gql.protocol.negotiation import EVENT_STREAM
from tracing import is_tracing, request_span

log = structlog.get_logger("rollbook.access")

_GRAPHQL = "/graphql"
_NO_SPAN = nullcontext()

_SANE_ID = re.compile(r"[A-Za-z0-9._:/+=-]{1,128}", re.ASCII)


class RequestContext:
    """Gives each request an id and binds it to the log. The layers below read it from `scope["state"]["request_id"]`.

    A request whose `scope["state"]["is_counted"]` is set has no line in the access log, but counts in the figures.

    An X-Request-Id from the client or a proxy is kept when it is plain and short. The id is always returned.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if given and _SANE_ID.fullmatch(given) else uuid.uuid4().hex
        scope.setdefault("state", {})["request_id"] = request_id
        bound = structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            if scope["type"] == "http":
                await _Exchange(scope, send, request_id).run(self._app, receive)
            else:
                await self._app(scope, receive, send)
        finally:
            structlog.contextvars.reset_contextvars(**bound)


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
        try:
            with request_span(self._name(), Headers(scope=self._scope)) if is_tracing() else _NO_SPAN:
                await app(self._scope, receive, self._pass_on)
        finally:
            seconds = time.perf_counter() - began
            status = self._status or self._scope["state"].get("status", 500)
            if self._scope["path"] == _GRAPHQL:
                RESPONSES.labels(status).inc()
                if not self._is_stream:
                    RESPONSE_SECONDS.observe(seconds)
            if not self._scope["state"].get("is_counted"):
                self._log(status, seconds)

    def _log(self, status: int, seconds: float) -> None:
        log.info(
            "request",
            method=self._scope["method"],
            path=self._scope["path"],
            status=status,
            milliseconds=round(seconds * 1000, 1),
        )

    def _name(self) -> str:
        """Return the name of the request's span. A path that is not ours may hold anything."""
        return f"{self._scope['method']} {_GRAPHQL if self._scope['path'] == _GRAPHQL else 'other'}"

    async def _pass_on(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers = MutableHeaders(scope=message)
            self._is_stream = headers.get("content-type", "").startswith(EVENT_STREAM)
            headers["x-request-id"] = self._request_id
            headers["x-content-type-options"] = "nosniff"
            headers.setdefault("cache-control", "no-store")
        await self._send(message)
