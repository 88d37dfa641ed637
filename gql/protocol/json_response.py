"""Reads the headers of a request and sends JSON, with nothing between ASGI and the bytes.

Starlette's requests and responses do the same for any kind of content, which takes a twentieth of a roll sheet's CPU.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send


def header(scope: Scope, name: bytes) -> str | None:
    """Return the value of the request's first header with this name, which is lower-case; None: it has no such one."""
    for key, value in scope["headers"]:
        if key == name:
            found: str = value.decode("latin-1")
            return found
    return None


class JsonResponse:
    """An ASGI application that answers with a JSON value."""

    __slots__ = ("body", "raw_headers", "status_code")

    def __init__(self, value: Any, status: int, media_type: str, headers: Mapping[str, str] | None = None) -> None:
        """headers -- their names are lower-case"""
        self.body = orjson.dumps(value)
        self.status_code = status
        given = [(name.encode("latin-1"), text.encode("latin-1")) for name, text in (headers or {}).items()]
        length = (b"content-length", b"%d" % len(self.body))
        self.raw_headers = [*given, (b"vary", b"accept"), length, _content_type(media_type)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body})


@lru_cache(maxsize=16)
def _content_type(media_type: str) -> tuple[bytes, bytes]:
    return b"content-type", f"{media_type}; charset=utf-8".encode("latin-1")
