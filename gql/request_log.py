"""Every request and socket has an id: taken from X-Request-ID, sent back, and on each line of its log."""

import re
import time
import uuid

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEADER = "X-Request-ID"
# What a caller may choose ends up in logs and headers, so it is short and plain; else it is not used.
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_QUIET = ("/health/", "/metrics")

_log = structlog.stdlib.get_logger("rollbook.request")


class RequestLog:
    """ASGI middleware, the outermost: binds `request_id` and logs one line when the request has ended."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        request_id = _request_id(Headers(scope=scope))
        scope.setdefault("state", {})["request_id"] = request_id
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] in ("http.response.start", "websocket.accept"):
                status = message.get("status", 101)
                MutableHeaders(scope=message)[_HEADER] = request_id
            elif message["type"] == "websocket.close" and status == 0:
                status = 403
            await send(message)

        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_with_id)
            except Exception:
                _log.exception("request failed", path=scope["path"])
                raise
            finally:
                self._report(scope, status, time.perf_counter() - started)

    def _report(self, scope: Scope, status: int, seconds: float) -> None:
        report = _log.debug if scope["path"].startswith(_QUIET) else _log.info
        report(
            "socket closed" if scope["type"] == "websocket" else "request",
            method=scope.get("method", "GET"),
            path=scope["path"],
            status=status,
            milliseconds=round(seconds * 1000, 1),
        )


def _request_id(headers: Headers) -> str:
    given = headers.get(_HEADER, "")
    return given if _ACCEPTABLE.fullmatch(given) else uuid.uuid4().hex
