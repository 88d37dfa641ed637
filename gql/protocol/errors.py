"""Decides what a client is told when something fails.

There are four kinds of failure. Refusals by a rule of the business do not come here: they are members of a mutation's
union. A request that is not understood or not allowed is an `ApiError` with one of the codes below. A fault that may
pass is `Unavailable`: the client can send the same request again (R16.3). Everything else is a fault of ours: it is
logged with its trace, and the client only gets "Internal error".
"""

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Any, ClassVar, TypeAlias

import structlog
from graphql import GraphQLError
from strawberry.exceptions import StrawberryInputCoercionError

from gql.protocol.figures import ERRORS

log = structlog.get_logger("rollbook.api")

INTERNAL_MESSAGE = "Internal error"
NULL_MESSAGE = "A value is null that may only be left out."
_FOUND_NULL = ", found null."
UNAVAILABLE_MESSAGE = "The server cannot do this at the moment. Try again."


class Code(StrEnum):
    """The values of `extensions.code`. Clients may rely on them."""

    UNAUTHENTICATED = "UNAUTHENTICATED"
    FORBIDDEN = "FORBIDDEN"
    BAD_USER_INPUT = "BAD_USER_INPUT"
    PERSISTED_QUERY_NOT_SUPPORTED = "PERSISTED_QUERY_NOT_SUPPORTED"
    DOCUMENT_NOT_TRUSTED = "DOCUMENT_NOT_TRUSTED"
    NOT_FOUND = "NOT_FOUND"
    RATE_LIMITED = "RATE_LIMITED"
    UNAVAILABLE = "UNAVAILABLE"
    INTERNAL = "INTERNAL"


# A series that begins with its first error shows no increase, and an alert would miss it.
for _code in Code:
    ERRORS.labels(_code.value)

_CODES: dict[type[Exception], Code] = {}


def answer_with(code: Code, exception: type[Exception]) -> None:
    """Answer this exception and its subclasses with their own text and with `code`, not with INTERNAL."""
    _CODES[exception] = code


Judge: TypeAlias = Callable[[BaseException], int | None]
"""Returns the seconds after which the cause of an exception may have passed, or None for a fault of ours."""

_JUDGES: list[Judge] = []


def answer_as_unavailable(judge: Judge) -> None:
    """Answer an exception with UNAVAILABLE, not with INTERNAL, when `judge` says that its cause may pass."""
    if judge not in _JUDGES:
        _JUDGES.append(judge)


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


class PersistedQueryNotSupported(ApiError):
    """The client sends only the hash of a document. With this code and message, Apollo's clients send the text."""

    code = Code.PERSISTED_QUERY_NOT_SUPPORTED

    def __init__(self) -> None:
        super().__init__("PersistedQueryNotSupported")


class DocumentNotTrusted(ApiError):
    """The document is not one of the trusted documents, and the server accepts no others."""

    code = Code.DOCUMENT_NOT_TRUSTED


class NotFound(ApiError):
    """The viewer may see nothing with this id. Ids of other tenants get the same answer as unknown ids."""

    code = Code.NOT_FOUND


class RateLimited(ApiError):
    """Too many requests at once, or within a period."""

    code = Code.RATE_LIMITED


class Unavailable(ApiError):
    """The request cannot be served now, but can be later. A mutation with an idempotency key can be sent again safely.

    It is raised to refuse a request, and made of each exception that may pass. Over HTTP it is answered with 503 and
    Retry-After when nothing was executed.
    """

    code = Code.UNAVAILABLE

    def __init__(self, message: str = UNAVAILABLE_MESSAGE, *, retry_after: int = 1) -> None:
        """retry_after -- the seconds after which the client should try again, told as `extensions.retryAfter`"""
        super().__init__(message, retryAfter=retry_after)
        self.retry_after = retry_after

    @property
    def headers(self) -> dict[str, str]:
        """The headers of an HTTP response with this error."""
        return {"retry-after": str(self.retry_after)}


class TimedOut(Unavailable):
    """The work took too long and was stopped. A change that it was making was not kept."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The operation was stopped after {seconds:g} seconds.", retry_after=5)


def unavailable(fault: BaseException) -> Unavailable | None:
    """Return the error for an exception whose cause may pass, or None for every other exception."""
    cause = _cause(fault)
    if isinstance(cause, Unavailable):
        return cause
    for judge in _JUDGES:
        seconds = judge(cause)
        if seconds is not None:
            return Unavailable(retry_after=seconds)
    return None


def unavailable_all(errors: Sequence[BaseException]) -> Unavailable | None:
    """Return one error for several exceptions whose causes may pass, or None when one of them is anything else. The
    exceptions are logged.
    """
    found = [unavailable(error) for error in errors]
    passing = [each for each in found if each is not None]
    if not passing or len(passing) < len(found):
        return None
    for error in errors:
        if not isinstance(cause := _cause(error), Unavailable):
            log.warning("request_unavailable", path=getattr(error, "path", None), fault=cause)
    return max(passing, key=lambda each: each.retry_after)


def formatted(errors: Iterable[GraphQLError], request_id: str) -> list[dict[str, Any]]:
    """Return the masked `errors` entry of a response. Each fault is logged here once."""
    answers = [_formatted(error, request_id) for error in errors]
    for answer in answers:
        ERRORS.labels(answer["extensions"]["code"]).inc()
    return answers


def failed(fault: Exception, request_id: str, event: str = "request_failed", **facts: Any) -> dict[str, Any]:
    """Return the error that a client sees for a fault outside of all fields. The fault is logged here.

    event -- the name of the line in the log when the fault is ours
    """
    passing = unavailable(fault)
    if passing is None:
        log.error(event, request_id=request_id, exc_info=fault, **facts)
        return internal(request_id)
    if passing is not fault:
        log.warning("request_unavailable", request_id=request_id, fault=fault, **facts)
    ERRORS.labels(passing.code.value).inc()
    return dict(passing.formatted)


def internal(request_id: str) -> dict[str, Any]:
    """Return the error that a client sees for a fault of ours."""
    ERRORS.labels(Code.INTERNAL.value).inc()
    return _masked(request_id)


def _masked(request_id: str) -> dict[str, Any]:
    return {
        "message": INTERNAL_MESSAGE,
        "extensions": {"code": Code.INTERNAL.value, "requestId": request_id},
    }


def _formatted(error: GraphQLError, request_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = dict(error.formatted)
    cause = _cause(error)
    passing = unavailable(cause)
    if isinstance(cause, ApiError):
        answer["extensions"] = dict(cause.extensions or {})
    elif passing is not None:
        log.warning("request_unavailable", request_id=request_id, path=error.path, fault=cause)
        answer |= {"message": passing.message, "extensions": dict(passing.extensions or {})}
    elif isinstance(cause, tuple(_CODES)):
        code = next(code for exception, code in _CODES.items() if isinstance(cause, exception))
        answer |= {"message": str(cause), "extensions": {"code": code.value}}
    elif isinstance(cause, StrawberryInputCoercionError):
        # The other sentences of this message are advice for the author of the schema. About null, the first one names a
        # class of Python too, or where it lies in memory.
        first = cause.message.partition(". ")[0].rstrip(".") + "."
        answer["message"] = NULL_MESSAGE if first.endswith(_FOUND_NULL) else first
        answer["extensions"] = {"code": Code.BAD_USER_INPUT.value}
    elif _is_about_the_request(error, cause):
        answer["extensions"] = {"code": Code.BAD_USER_INPUT.value}
    else:
        log.error("request_failed", request_id=request_id, path=error.path, exc_info=cause)
        answer |= _masked(request_id)
    return answer


def _cause(error: BaseException) -> BaseException:
    """Return the first exception that does not merely wrap another one for graphql-core."""
    cause = error
    while isinstance(cause, GraphQLError) and not isinstance(cause, ApiError):
        if cause.original_error is None:
            return cause
        cause = cause.original_error
    return cause


def _is_about_the_request(error: GraphQLError, cause: BaseException) -> bool:
    """Return whether graphql-core itself found a mistake in the document, its variables or its arguments.

    During execution, graphql-core also raises a bare GraphQLError when a resolver's value does not fit its scalar. That
    is our fault and not the client's. Only errors about arguments have nodes of their own.
    """
    if not isinstance(cause, GraphQLError):
        return False
    return error.path is None or bool(cause.nodes)
