"""Configures structured logs: one JSON object per line in production, readable lines elsewhere.

No line holds a value that somebody has entered (R16.4): exceptions are rendered by traces.py, wherever they stand, and
what libraries say is kept only as far as it cannot quote one.
"""

import json
import logging
import sys
from contextlib import suppress
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor

from exception_traces import describe, report_uncaught, trace_of
from tracing import ids

_FRAMES = ("Traceback ", "  File ")
_ENCODER = json.JSONEncoder(default=repr)


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
    structlog.configure(
        processors=[*shared, *last],
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
