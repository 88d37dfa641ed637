"""Renders exceptions for logs and terminals without any value (R16.4).

The text of an exception often holds what somebody has entered: PostgreSQL quotes the row that violates a constraint,
asyncpg the parameter, Python the key that is missing. So a trace has the frames, the classes and the facts that are
safe, and no other text.
"""

import sys
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import TypeAlias

ExcInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType | None]

# Python itself writes these texts, of names in the code.
_OF_CODE = (AttributeError, ImportError, NameError, NotImplementedError)
_OF_REDIS = {"AuthenticationError", "BusyLoadingError", "ConnectionError", "TimeoutError"}
# Classes of SQLSTATE whose message names objects of the schema or states of the server, and quotes no value.
_OF_POSTGRES = {"08", "28", "3D", "40", "42", "53", "55", "57", "58"}
_NAMES = ("constraint_name", "table_name", "column_name")
_MOST_MEMBERS = 10


def describe(fault: BaseException) -> str:
    """Return the class of an exception and what may be told of it, in one line."""
    told = "; ".join(part for part in _facts(fault) if part)
    return f"{_class(fault)}: {told}" if told else _class(fault)


def trace(fault: BaseException) -> str:
    """Return the trace of an exception and of those that led to it, the oldest first."""
    return "\n\n".join(_links(fault))


def trace_of(exc_info: ExcInfo) -> str:
    return trace(exc_info[1])


def report_uncaught(_: type[BaseException], fault: BaseException, __: TracebackType | None) -> None:
    """Print the trace of an exception that ends the program: for sys.excepthook."""
    print(trace(fault), file=sys.stderr)


def _links(fault: BaseException) -> Iterator[str]:
    seen: list[BaseException] = []
    link: BaseException | None = fault
    while link is not None and link not in seen:
        seen.append(link)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    for link in reversed(seen):
        frames = "".join(traceback.format_tb(link.__traceback__))
        yield f"Traceback (most recent call last):\n{frames}{describe(link)}"
    if isinstance(fault, BaseExceptionGroup):
        for member in fault.exceptions[:_MOST_MEMBERS]:
            yield f"One of the exceptions of the group:\n{trace(member)}"


def _class(fault: BaseException) -> str:
    kind = type(fault)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _facts(fault: BaseException) -> Iterator[str]:
    state = getattr(fault, "sqlstate", None)
    origin = getattr(fault, "orig", None)
    if isinstance(state, str):
        yield f"SQLSTATE {state}"
        if state[:2] in _OF_POSTGRES and fault.args:
            yield str(fault.args[0]).partition("\n")[0]
        yield from (f"{name} {getattr(fault, name)}" for name in _NAMES if getattr(fault, name, None))
    elif isinstance(origin, BaseException):
        yield describe(origin)
    elif isinstance(fault, OSError) and fault.errno is not None:
        yield f"errno {fault.errno}"
        yield fault.strerror or ""
    elif type(fault) in _OF_CODE or (
        type(fault).__module__ == "redis.exceptions" and type(fault).__name__ in _OF_REDIS
    ):
        yield str(fault).partition("\n")[0]
    elif isinstance(code := getattr(fault, "code", None), int):
        yield f"code {code}"


def _is_of_redis(fault: BaseException) -> bool:
    return type(fault).__module__ == "redis.exceptions" and type(fault).__name__ in _OF_REDIS
