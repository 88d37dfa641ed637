"""Writes the logs of code that runs without an entry point, which would configure them, and its traces as plain text.

structlog's own choice is Rich, which takes up to a second of CPU to lay out one trace.
"""

import structlog


def pytest_configure() -> None:
    given = structlog.get_config()["processors"]
    rendered = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    structlog.configure(processors=[*given[:-1], rendered])
