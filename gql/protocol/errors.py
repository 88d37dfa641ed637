"""Decides what a client is told when something fails.

There are three kinds of failure. Refusals by a rule of the business do not come here: they are members of a mutation's
union. A request that is not understood or not allowed is an `ApiError` with one of the codes below. Everything else is
a fault: it is logged with its trace, and the client only gets "Internal error".
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
    """Answer this exception and its subclasses with their own text and with `code`, not with INTERNAL."""
    _CODES[exception] = code


class ApiError(GraphQLError):
    """An error for the client. Its message and facts are sent unchanged."""

    code: ClassVar[Code] = Code.INTERNAL

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message, extensions={"code": self.code.value, **facts})


class NotAuthenticated(ApiError):
    """There is no credential, or it is not valid."""

    code = Code.UNAUTHENTICATED


class CredentialExpired(NotAuthenticated):
    """The credential has expired. The client should come back with a new one."""


class Forbidden(ApiError):
    """The viewer may not do this, whatever the arguments."""

    code = Code.FORBIDDEN


class BadInput(ApiError):
    """The request is not understood. The message says what would be correct."""

    code = Code.BAD_USER_INPUT


class NotFound(ApiError):
    """The viewer may see nothing with this id. Ids of other tenants get the same answer as unknown ids."""

    code = Code.NOT_FOUND


class RateLimited(ApiError):
    """Too many requests at once, or within a period."""

    code = Code.RATE_LIMITED


class TimedOut(ApiError):
    """The work took too long and was stopped. A change that it was making was not kept."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The operation was stopped after {seconds:g} seconds.")


def formatted(errors: Iterable[GraphQLError], request_id: str) -> list[dict[str, Any]]:
    """Return the masked `errors` entry of a response. Each fault is logged here once."""
    return [_formatted(error, request_id) for error in errors]


def internal(request_id: str) -> dict[str, Any]:
    """Return the error that a client sees for a fault outside of all fields."""
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
        # The other sentences of this message are advice for the author of the schema.
        answer["message"] = cause.message.partition(". ")[0].rstrip(".") + "."
        answer["extensions"] = {"code": Code.BAD_USER_INPUT.value}
    elif _is_about_the_request(error, cause):
        answer["extensions"] = {"code": Code.BAD_USER_INPUT.value}
    else:
        log.error("request_failed", request_id=request_id, path=error.path, exc_info=cause)
        answer |= internal(request_id)
    return answer


def _cause(error: GraphQLError) -> Exception:
    """Return the first exception that does not merely wrap another one for graphql-core."""
    cause: Exception = error
    while isinstance(cause, GraphQLError) and not isinstance(cause, ApiError):
        if cause.original_error is None:
            return cause
        cause = cause.original_error
    return cause


def _is_about_the_request(error: GraphQLError, cause: Exception) -> bool:
    """Return whether graphql-core itself found a mistake in the document, its variables or its arguments.

    During execution, graphql-core also raises a bare GraphQLError when a resolver's value does not fit its scalar. That
    is our fault and not the client's. Only errors about arguments have nodes of their own.
    """
    if not isinstance(cause, GraphQLError):
        return False
    return error.path is None or bool(cause.nodes)
