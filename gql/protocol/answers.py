"""What a client is answered: the body of a response, and that of an event, which many subscribers may share."""

from collections.abc import Mapping
from typing import Any

import orjson
from graphql import ExecutionResult

from gql.protocol.errors import formatted
from gql.protocol.socket_messages import next_message, text_frame


def response(result: ExecutionResult, request_id: str, extensions: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The body of a response whose execution has begun: `data` is always there, if only as null."""
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = formatted(result.errors, request_id)
    if extensions:
        body["extensions"] = extensions
    return body


class Answer:
    """One event of a subscription, executed; encoded once, however many get it."""

    __slots__ = ("_encoded", "_framed", "_framed_for", "_result")

    def __init__(self, result: ExecutionResult) -> None:
        self._result: ExecutionResult | None = result
        self._encoded: bytes | None = None
        self._framed: bytes = b""
        self._framed_for: bytes | None = None

    @property
    def result(self) -> ExecutionResult:
        """Only until `compact`."""
        if self._result is None:
            raise LookupError("this answer was kept as bytes alone")
        return self._result

    @property
    def has_errors(self) -> bool:
        return self._result is not None and bool(self._result.errors)

    def encoded(self, request_id: str) -> bytes:
        """The response as JSON. Errors name the request, so with errors each request's is its own."""
        if self.has_errors:
            return orjson.dumps(response(self.result, request_id))
        if self._encoded is None:
            self._encoded = orjson.dumps(response(self.result, request_id))
        return self._encoded

    def framed(self, operation: bytes, request_id: str) -> bytes:
        """The frame of a `next` message of this operation, its id as JSON. Those who give their operations the same id,
        as simple clients do, get the same bytes.
        """
        if operation == self._framed_for:
            return self._framed
        framed = text_frame(next_message(operation, self.encoded(request_id)))
        if not self.has_errors:
            self._framed, self._framed_for = framed, operation
        return framed

    def compact(self) -> None:
        """Keep the encoded response alone, if there is one: the values take twenty times as much memory."""
        if self._encoded is not None:
            self._result = None
        self._framed, self._framed_for = b"", None
