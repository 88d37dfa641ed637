"""The body of a response, and the answer to an event, which many subscribers can share."""

from collections.abc import Hashable, Mapping
from typing import Any

import orjson
from graphql import ExecutionResult

from gql.protocol.errors import formatted
from gql.protocol.socket_messages import next_message, text_frame


def response(result: ExecutionResult, request_id: str, extensions: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return the body of a response whose execution has begun. It always has `data`, which can be null."""
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = formatted(result.errors, request_id)
    if extensions:
        body["extensions"] = extensions
    return body


class Answer:
    """The result of executing one event of a subscription. It is encoded only once, however many subscribers receive
    it.

    disclosed -- what the answer shows that must be recorded of everybody who receives it; the context knows what it is
    """

    __slots__ = ("_encoded", "_framed", "_framed_for", "_result", "disclosed")

    def __init__(self, result: ExecutionResult, disclosed: frozenset[Hashable] = frozenset()) -> None:
        self.disclosed = disclosed
        self._result: ExecutionResult | None = result
        self._encoded: bytes | None = None
        self._framed: bytes = b""
        self._framed_for: bytes | None = None

    @property
    def result(self) -> ExecutionResult:
        """The result, which is available until `compact` is called."""
        if self._result is None:
            raise LookupError("this answer was kept only as bytes")
        return self._result

    @property
    def has_errors(self) -> bool:
        return self._result is not None and bool(self._result.errors)

    def encoded(self, request_id: str) -> bytes:
        """Return the response as JSON. A response with errors contains the request id, so it is encoded anew for each
        request.
        """
        if self.has_errors:
            return orjson.dumps(response(self.result, request_id))
        if self._encoded is None:
            self._encoded = orjson.dumps(response(self.result, request_id))
        return self._encoded

    def framed(self, operation: bytes, request_id: str) -> bytes:
        """Return the frame of a `next` message.

        Operations with the same id, as simple clients use, share the same bytes.

        operation -- the id of the operation, as JSON
        """
        if operation == self._framed_for:
            return self._framed
        framed = text_frame(next_message(operation, self.encoded(request_id)))
        if not self.has_errors:
            self._framed, self._framed_for = framed, operation
        return framed

    def compact(self) -> None:
        """Keep only the encoded response, if there is one, because the values take twenty times as much memory."""
        if self._encoded is not None:
            self._result = None
        self._framed, self._framed_for = b"", None
