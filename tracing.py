"""Traces of requests, statements and jobs with OpenTelemetry (R16.6). They are off unless an exporter is configured.

While they are off, no module of OpenTelemetry is imported and a span costs one function call. Spans hold names from the
schema and from statements, and never a value: no parameters, no variables, no message of an exception (R16.4).
"""

import re
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from importlib import import_module
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

Attributes: TypeAlias = Mapping[str, str | int]

_NOTHING: AbstractContextManager[None] = nullcontext()
_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_VERB = re.compile(r"\b(SELECT|INSERT|UPDATE|DELETE|BEGIN|COMMIT|ROLLBACK)\b", re.I)
_TABLE = re.compile(
    r"\bINTO\s+([a-z_]+)|\b(?:FROM|UPDATE|JOIN)\s+(?!ONLY\b|LATERAL\b|OF\b|SET\b)([a-z_]+)\b(?!\s*\()", re.I
)
_MOST_TABLES = 4
_SCOPE = "rollbook"

# The process's tracer, OpenTelemetry's modules `trace` and `context`, and the `trace` of its SDK. They are imported
# when traces are started.
_tracer: Any = None
_api: Any = None
_context: Any = None
_sdk: Any = None
# The instrumentation scope of all spans, and the status of those that have not failed.
_scope: Any = None
_no_status: Any = None


def exporter_of(environment: Mapping[str, str]) -> str | None:
    """Return "otlp" or "console" as the standard OTEL_ variables ask, or None when traces are off."""
    if environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return None
    named = environment.get("OTEL_TRACES_EXPORTER", "").strip().lower()
    if not named:
        return "otlp" if any(environment.get(name) for name in _ENDPOINTS) else None
    return named if named in ("otlp", "console") else None


def start_tracing(service: str, environment: Mapping[str, str]) -> "TracerProvider | None":
    """Trace this process if an exporter is configured. Call it before the first engine is created.

    service -- the name of the service, unless the environment gives one
    """
    exporter = exporter_of(environment)
    if exporter is None:
        return None
    from opentelemetry.sdk.resources import SERVICE_NAME, Resource  # noqa: PLC0415 - costs time and memory
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter, SpanExporter  # noqa: PLC0415

    is_named = environment.get("OTEL_SERVICE_NAME") or f"{SERVICE_NAME}=" in environment.get(
        "OTEL_RESOURCE_ATTRIBUTES", ""
    )
    provider = TracerProvider(resource=Resource.create({} if is_named else {SERVICE_NAME: service}))
    sink: SpanExporter = ConsoleSpanExporter()
    if exporter == "otlp":
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

        sink = OTLPSpanExporter()
    provider.add_span_processor(BatchSpanProcessor(sink))
    trace_with(provider)
    return provider


def trace_with(provider: "TracerProvider | None") -> None:
    """Send spans to this provider from now on. With None, traces are off."""
    global _tracer, _api, _context, _sdk, _scope, _no_status  # noqa: PLW0603 - a process has one tracer, as it has one log
    _api, _context = import_module("opentelemetry.trace"), import_module("opentelemetry.context")
    _sdk = import_module("opentelemetry.sdk.trace")
    _scope = import_module("opentelemetry.sdk.util.instrumentation").InstrumentationScope(_SCOPE, "", "")
    _no_status = _api.Status()
    _tracer = None if provider is None else provider.get_tracer(_SCOPE)


def is_tracing() -> bool:
    return _tracer is not None


def span(name: str, attributes: Attributes | None = None) -> AbstractContextManager[Any]:
    """Return a span for the block. What the block does in this task, and in those that it starts, belongs to it."""
    return _NOTHING if _tracer is None else _Span(name, attributes)


def request_span(name: str, headers: Mapping[str, str]) -> AbstractContextManager[Any]:
    """Return the span of a request, which continues the trace of its `traceparent` header."""
    if _tracer is None:
        return _NOTHING
    carried = {key: headers[key] for key in ("traceparent", "tracestate") if key in headers}
    return _Span(name, None, carried=carried, is_request=True)


def operation_span(name: str) -> AbstractContextManager[Any]:
    """Return the span of a GraphQL operation. Over HTTP it is that of the request, which gets the name of its only
    operation: a span of its own would cost a third more and say nothing more.
    """
    if _tracer is None:
        return _NOTHING
    current = _api.get_current_span()
    if current.is_recording() and current.kind is _api.SpanKind.SERVER:
        return _Named(current, name)
    return _Span(name, None)


def statement_span(statement: str) -> AbstractContextManager[Any]:
    """Return the span of a statement within a span that is recorded. Other statements, such as those that look for
    work every second, get none.
    """
    if _tracer is None:
        return _NOTHING
    current = _api.get_current_span()
    return _StatementSpan(statement, current.get_span_context()) if current.is_recording() else _NOTHING


@lru_cache(maxsize=2048)
def summary(statement: str) -> str:
    """Return the verb and the tables of a statement, such as "SELECT enrollment, student"."""
    verb = _VERB.search(statement)
    tables = list(dict.fromkeys("".join(names).lower() for names in _TABLE.findall(statement)))[:_MOST_TABLES]
    return f"{verb[1].upper() if verb else 'STATEMENT'} {', '.join(tables)}".rstrip()


def trace_parent() -> str | None:
    """Return the current span as the W3C's `traceparent`, to be stored with what it causes, or None when there is no
    span.
    """
    if _tracer is None:
        return None
    current = _api.get_current_span().get_span_context()
    if not current.is_valid:
        return None
    return f"00-{current.trace_id:032x}-{current.span_id:016x}-{current.trace_flags:02x}"


def link_to(parent: str | None) -> None:
    """Link the current span to the one that caused its work, in another process and maybe long ago."""
    if _tracer is None or not parent:
        return
    cause = _api.get_current_span(_extracted({"traceparent": parent})).get_span_context()
    if cause.is_valid:
        _api.get_current_span().add_link(cause)


def ids() -> dict[str, str]:
    """Return the ids of the current trace and span for a line of the log; empty without a span."""
    parent = trace_parent()
    return {} if parent is None else {"trace_id": parent[3:35], "span_id": parent[36:52]}


def _extracted(carried: Mapping[str, str]) -> Any:
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

    return TraceContextTextMapPropagator().extract(carried)


class _Span:
    """A span that is current during its block."""

    __slots__ = ("_span", "_token")

    def __init__(
        self,
        name: str,
        attributes: Attributes | None,
        *,
        carried: Mapping[str, str] | None = None,
        is_request: bool = False,
    ) -> None:
        context = _extracted(carried) if carried else None
        kind = _api.SpanKind.SERVER if is_request else _api.SpanKind.INTERNAL
        self._span = _tracer.start_span(name, context, kind=kind, attributes=attributes, record_exception=False)

    def __enter__(self) -> Any:
        self._token = _context.attach(_api.set_span_in_context(self._span))
        return self._span

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        _context.detach(self._token)
        _end(self._span, kind)


class _Named:
    """A span that has begun, named anew. It ends with the block in which it began."""

    __slots__ = ("_span",)

    def __init__(self, started: Any, name: str) -> None:
        started.update_name(name)
        self._span = started

    def __enter__(self) -> Any:
        return self._span

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        _note(self._span, kind)


class _StatementSpan:
    """A span without any below it, so it need not become the current one.

    It is made when it ends. The SDK's own way makes a span that other threads may write to meanwhile, with a lock and
    bounded lists of its own, and then a copy of it, which takes several times as long. Whether it is recorded was
    decided for its request.
    """

    __slots__ = ("_began", "_parent", "_statement", "_tracer")

    def __init__(self, statement: str, parent: Any) -> None:
        self._tracer, self._statement, self._parent = _tracer, statement, parent
        self._began = time.time_ns()

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        parent, tracer = self._parent, self._tracer
        number = tracer.id_generator.generate_span_id()
        ended = _sdk.ReadableSpan(
            summary(self._statement),
            _api.SpanContext(parent.trace_id, number, False, parent.trace_flags, parent.trace_state),
            parent,
            tracer.resource,
            None if kind is None else {"error.type": kind.__name__},
            kind=_api.SpanKind.CLIENT,
            status=_no_status if kind is None else _api.Status(_api.StatusCode.ERROR),
            start_time=self._began,
            end_time=time.time_ns(),
            instrumentation_scope=_scope,
        )
        tracer.span_processor.on_end(ended)


def _note(span: Any, fault: type[BaseException] | None) -> None:
    if fault is not None:
        # The message may hold values, such as those of a row that violates a constraint.
        span.set_attribute("error.type", fault.__name__)
        span.set_status(_api.StatusCode.ERROR)


def _end(span: Any, fault: type[BaseException] | None) -> None:
    _note(span, fault)
    span.end()
