"""Figures and spans of the API's edge. docs/operations.md says which question each figure answers.

Labels have few values: the names of root fields come from the schema and never from the client's document.
"""

import asyncio
import time
from functools import cache
from types import TracebackType

from graphql import FieldNode, OperationDefinitionNode
from prometheus_client import Counter, Gauge, Histogram

from tracing import operation_span

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)

LIVE_SUBSCRIPTIONS = Gauge("rollbook_live_subscriptions", "The number of subscriptions that are open in this process.")
LIVE_SOCKETS = Gauge("rollbook_live_sockets", "The number of WebSocket connections that are open in this process.")
RESPONSES = Counter("rollbook_http_responses", "Responses over HTTP, by status.", ["status"])
RESPONSE_SECONDS = Histogram(
    "rollbook_http_response_seconds",
    "Time from the arrival of a request to the end of its response, without event streams.",
    buckets=SECONDS,
)
OPERATIONS = Counter(
    "rollbook_operations",
    "Operations that were executed over HTTP or WebSocket, by root field and outcome.",
    ["kind", "operation", "outcome"],
)
OPERATION_SECONDS = Histogram(
    "rollbook_operation_seconds",
    "Time to execute a query or mutation, or to open the stream of a subscription.",
    ["kind", "operation"],
    buckets=SECONDS,
)
OPERATIONS_RUNNING = Gauge("rollbook_operations_running", "The number of operations that hold a slot.")
OPERATIONS_WAITING = Gauge("rollbook_operations_waiting", "The number of operations that wait for a slot.")
OPERATIONS_REFUSED = Counter(
    "rollbook_operations_refused",
    "Operations that were refused because the process had too much to do: on arrival, or after waiting in vain.",
    ["when"],
)
OPERATION_WAIT_SECONDS = Histogram(
    "rollbook_operation_wait_seconds", "Time for which operations waited for a slot before they ran.", buckets=SECONDS
)
ERRORS = Counter("rollbook_errors", "Errors that clients were told, by extensions.code.", ["code"])

SEVERAL = "several"

# `labels` takes as long as counting, so it is asked once for each of the few values.
responses_of = cache(RESPONSES.labels)
_operations_of = cache(OPERATIONS.labels)
_seconds_of = cache(OPERATION_SECONDS.labels)


def root_field(operation: OperationDefinitionNode) -> str:
    """Return the name in the schema of the operation's root field; SEVERAL when it has more, or fragments."""
    selections = operation.selection_set.selections
    if len(selections) == 1 and isinstance(selections[0], FieldNode):
        return selections[0].name.value
    names = {each.name.value for each in selections if isinstance(each, FieldNode)}
    only_fields = all(isinstance(each, FieldNode) for each in selections)
    return names.pop() if only_fields and len(names) == 1 else SEVERAL


class Execution:
    """A block that executes one operation, in a span. It counts the operation and its time, whatever ends the block.

    outcome -- what is counted when nothing was raised; the block may change it
    """

    __slots__ = ("_began", "_kind", "_name", "_span", "outcome")

    def __init__(self, operation: OperationDefinitionNode) -> None:
        self._kind = operation.operation.value
        self._name = root_field(operation)
        self.outcome = "ok"

    def __enter__(self) -> "Execution":
        self._began = time.perf_counter()
        self._span = operation_span(f"{self._kind} {self._name}")
        self._span.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._span.__exit__(kind, fault, trace)
        if fault is not None:
            self.outcome = _outcome_of(fault)
        _operations_of(self._kind, self._name, self.outcome).inc()
        _seconds_of(self._kind, self._name).observe(time.perf_counter() - self._began)


def _outcome_of(fault: BaseException) -> str:
    """Return "cancelled" for an operation that took too long or whose client has left, "unavailable" for a cause that
    may pass, and "refused" for an operation that was not run.
    """
    if isinstance(fault, asyncio.CancelledError):
        return "cancelled"
    return "unavailable" if getattr(fault, "code", None) == "UNAVAILABLE" else "refused"
