"""Configures structured logs: one JSON object per line in production, readable lines elsewhere.

No line holds a value that somebody has entered (R16.4): exceptions are rendered by traces.py, wherever they stand, and
what libraries say is kept only as far as it cannot quote one.
"""

import json
import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from json.encoder import encode_basestring_ascii as _quoted
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

from exception_traces import describe, report_uncaught, trace_of
from tracing import ids

_FRAMES = ("Traceback ", "  File ")
_ENCODER = json.JSONEncoder(default=repr)
_ACCESS = "rollbook.access"


def configure_logs(level: str, *, as_json: bool) -> None:
    """Configure the logs of this process for our own code and for the libraries that use `logging`. Call it once.

    Everything bound with `structlog.contextvars` (the request id, a job's id) appears on each line.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        _describe_exceptions,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_trace,
    ]
    rendered = structlog.processors.JSONRenderer(_encoded) if as_json else _readable()
    last: list[Processor] = [structlog.processors.ExceptionRenderer(trace_of), rendered]
    stream = sys.stderr
    processors = [*shared, *last]
    writes_json = as_json and logging.getLevelNamesMapping()[level] <= logging.INFO
    request_lines.write_directly(processors, _Logger(_ACCESS, stream).msg if writes_json else None)
    structlog.configure(
        processors=processors,
        logger_factory=lambda name="rollbook": _Logger(name, stream),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    handler.addFilter(_without_values)
    sys.excepthook = report_uncaught
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # We log every request ourselves, once, with its id.
    logging.getLogger("uvicorn.access").disabled = True
    for chatty in ("uvicorn.error", "websockets", "asyncio", "alembic", "arq"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLevelName(level)))


class _Logger:
    """A logger of structlog that writes Rollbook's own lines. A line that cannot be written causes no failure.

    Each request writes a line, and a record of the standard library would take most of its time.
    """

    def __init__(self, name: str, stream: TextIO) -> None:
        self.name = name
        self._stream = stream

    def msg(self, line: str) -> None:
        with suppress(OSError, ValueError):
            self._stream.write(f"{line}\n")
            self._stream.flush()

    debug = info = warning = error = critical = exception = msg


class RequestLines:
    """The access log, which has a line for each request.

    In production, these lines differ only by their values. One format makes them, because structlog's processors would
    take as long as a round trip to the database. It is used while structlog is as `configure_logs` has left it.
    """

    def __init__(self) -> None:
        self._log = structlog.get_logger(_ACCESS)
        self._processors: list[Processor] = []
        self._last: Processor | None = None
        self._write: Callable[[str], None] | None = None

    def write_directly(self, processors: list[Processor], write: Callable[[str], None] | None) -> None:
        """Write lines of JSON to `write` while structlog has these processors. With None, structlog writes all
        lines.
        """
        self._processors, self._last, self._write = processors, processors[-1], write

    def add(self, request_id: str, method: str, path: str, status: int, milliseconds: float) -> None:
        """Write the line of a request whose id is bound to the log."""
        if self._write is None or not self._is_configured():
            self._log.info("request", method=method, path=path, status=status, milliseconds=milliseconds)
            return
        now = datetime.now(UTC).replace(tzinfo=None)
        traced = "".join(f', "{name}": "{value}"' for name, value in ids().items())
        self._write(
            f'{{"method": {_quoted(method)}, "path": {_quoted(path)}, "status": {status}, '
            f'"milliseconds": {milliseconds}, "event": "request", "request_id": {_quoted(request_id)}, '
            f'"logger": "{_ACCESS}", "level": "info", "timestamp": "{now.isoformat()}Z"{traced}}}'
        )

    def _is_configured(self) -> bool:
        # Who captures lines puts another processor into the same list.
        processors = structlog.get_config()["processors"]
        return processors is self._processors and processors[-1:] == [self._last]


request_lines = RequestLines()


def _encoded(line: EventDict, **_: Any) -> str:
    return _ENCODER.encode(line)


def _describe_exceptions(_: Any, __: str, event: EventDict) -> EventDict:
    for key, value in event.items():
        if isinstance(value, BaseException) and key != "exc_info":
            event[key] = describe(value)
    return event


def _without_values(record: logging.LogRecord) -> bool:
    """Return whether a record is written, after cutting off what a library may have quoted.

    Libraries say nothing below warnings: SQLAlchemy would show the rows that it reads, and websockets each message.
    They put exceptions into the arguments of a message (arq), or their texts into its further lines (asyncio,
    Starlette).
    """
    if record.levelno < logging.WARNING:
        return False
    if isinstance(record.args, tuple):
        record.args = tuple(describe(it) if isinstance(it, BaseException) else it for it in record.args)
    first, *others = record.getMessage().splitlines() or [""]
    if record.name == "asyncio":
        # "Exception in callback act(...)": the arguments of the call.
        first = first.partition("(")[0]
    record.msg, record.args = "\n".join([first, *(line for line in others if line.startswith(_FRAMES))]), ()
    return True


def _with_trace(_: object, __: str, line: EventDict) -> EventDict:
    """Add the ids of the current trace and span, if there are any, so that a line leads to its trace."""
    line.update(ids())
    return line


def _readable() -> Processor:
    # The default formatter prints the variables of each frame, which can include passwords.
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
    )
