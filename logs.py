"""Configures structured logs: one JSON object per line in production, readable lines elsewhere."""

import logging
import sys

import structlog
from structlog.typing import Processor


def configure_logs(level: str, *, as_json: bool) -> None:
    """Configure the logs of this process for our own code and for the libraries that use `logging`. Call it once.

    Everything bound with `structlog.contextvars` (the request id, a job's id) appears on each line.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    as_lines_of_json = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    last = as_lines_of_json if as_json else [_readable()]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # We log every request ourselves, once, with its id.
    logging.getLogger("uvicorn.access").disabled = True
    for chatty in ("uvicorn.error", "websockets", "asyncio", "alembic", "arq"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.getLevelName(level)))


def _readable() -> Processor:
    # The default formatter prints the variables of each frame, which can include passwords.
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
    )
