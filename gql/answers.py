"""What a client is answered: the body of a response, and that of an event, which many subscribers may share."""

from collections.abc import Mapping
from typing import Any

import orjson
from graphql import ExecutionResult

from gql.errors import formatted


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

    __slots__ = ("_encoded", "_result")

    def __init__(self, result: ExecutionResult) -> None:
        self._result: ExecutionResult | None = result
        self._encoded: bytes | None = None

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

    def compact(self) -> None:
        """Keep the bytes alone, if there are any: the values take twenty times as much memory."""
        if self._encoded is not None:
            self._result = None
