"""What a client is told when something fails, and what it is not told.

Three kinds of failure reach the edge. Refusals by the business never come here: they are members of a
mutation's union. A request that is not understood or not allowed is an `ApiError` with one of the codes
below. Everything else is a fault: it is logged with its trace and leaves as "Internal error".
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, ClassVar

import structlog
from graphql import GraphQLError
from strawberry.exceptions import StrawberryInputCoercionError

log = structlog.get_logger("rollbook.api")

INTERNAL_MESSAGE = "Internal error"


class Code(StrEnum):
    """The values of `extensions.code`. Clients may rely on them."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    NOT_FOUND = "NOT_FOUND"
    RATE_LIMITED = "RATE_LIMITED"
    INTERNAL = "INTERNAL"


_CODES: dict[type[Exception], Code] = {}


def answer_with(code: Code, exception: type[Exception]) -> None:
    """Answer this exception and its subclasses with their own text and `code` in place of INTERNAL."""
    _CODES[exception] = code


class ApiError(GraphQLError):
    """An answer meant for the client: its message and facts are sent as they are."""

    code: ClassVar[Code] = Code.INTERNAL

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message, extensions={"code": self.code.value, **facts})


class NotAuthenticated(ApiError):
    """No credential, or one that is not valid."""

    code = Code.UNAUTHENTICATED


class CredentialExpired(NotAuthenticated):
    """A credential that was valid once: the client should come back with a fresh one."""


class Forbidden(ApiError):
    """The viewer may not do this, whatever the arguments."""

    code = Code.FORBIDDEN


class BadInput(ApiError):
    """The request is not understood. The message says what would be right."""

    code = Code.BAD_USER_INPUT


class NotFound(ApiError):
    """Nothing the viewer may see has this id. Foreign tenants' ids get the same answer as unknown ones."""

    code = Code.NOT_FOUND


class RateLimited(ApiError):
    """Too much at once or too often."""

    code = Code.RATE_LIMITED


class TimedOut(ApiError):
    """The work took too long and was stopped; a change it was making was not kept."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The operation was stopped after {seconds:g} seconds.")


def formatted(errors: Iterable[GraphQLError], request_id: str) -> list[dict[str, Any]]:
    """The `errors` entry of a response, masked. Faults are logged here, once for each error."""
    return [_formatted(error, request_id) for error in errors]


def internal(request_id: str) -> dict[str, Any]:
    """The error a client sees for a fault outside any field."""
    return {
        "message": INTERNAL_MESSAGE,
        "extensions": {"code": Code.INTERNAL.value, "requestId": request_id},
    }


def _formatted(error: GraphQLError, request_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = dict(error.formatted)
    cause = _cause(error)
    if isinstance(cause, ApiError):
        answer["extensions"] = dict(cause.extensions or {})
    elif isinstance(cause, tuple(_CODES)):
        code = next(code for exception, code in _CODES.items() if isinstance(cause, exception))
        answer |= {"message": str(cause), "extensions": {"code": code.value}}
    elif isinstance(cause, StrawberryInputCoercionError):
        # Its other sentences are advice for the author of the schema.
        answer["message"] = cause.message.partition(". ")[0].rstrip(".") + "."
        answer["extensions"] = {"code": Code.BAD_USER_INPUT.value}
    elif _is_about_the_request(error, cause):
        answer["extensions"] = {"code": Code.BAD_USER_INPUT.value}
    else:
        log.error("request_failed", request_id=request_id, path=error.path, exc_info=cause)
        answer |= internal(request_id)
    return answer


def _cause(error: GraphQLError) -> Exception:
    """The first exception that is not graphql-core's wrapping of another one."""
    cause: Exception = error
    while isinstance(cause, GraphQLError) and not isinstance(cause, ApiError):
        if cause.original_error is None:
            return cause
        cause = cause.original_error
    return cause


def _is_about_the_request(error: GraphQLError, cause: Exception) -> bool:
    """Whether graphql-core itself found fault with the document, its variables or its arguments.

    During execution it also raises a bare GraphQLError when a resolver's value does not fit its scalar.
    That is our fault and not the client's; only errors about arguments name nodes of their own.
    """
    if not isinstance(cause, GraphQLError):
        return False
    return error.path is None or bool(cause.nodes)
