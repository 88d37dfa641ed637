"""What a process writes to its log, as a test reads it."""

import io
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import structlog

from logs import configure_logs


@contextmanager
def written_logs(*, as_json: bool, level: str = "DEBUG") -> Iterator[io.StringIO]:
    """Everything that is written to standard error in the block, with the logs as an entry point configures them."""
    root, hook = logging.getLogger(), sys.excepthook
    before, root_level, configuration = root.handlers[:], root.level, structlog.get_config()
    written = io.StringIO()
    try:
        with patch.object(sys, "stderr", written):
            root.handlers = []
            configure_logs(level, as_json=as_json)
            # A logger that was cached would say nothing to the tests after this one.
            structlog.configure(cache_logger_on_first_use=False)
            yield written
    finally:
        root.handlers, sys.excepthook = before, hook
        root.setLevel(root_level)
        structlog.configure(**configuration)


@contextmanager
def quieted(level: int) -> Iterator[None]:
    """Nothing below the level is written in the block: thousands of requests would bury what a test prints itself."""
    configuration = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(level))
    try:
        yield
    finally:
        structlog.configure(**configuration)
