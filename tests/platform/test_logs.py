"""Logs: one JSON object a line in production, readable lines elsewhere, the request id on each."""

import json
import re
import subprocess
import sys

import pytest
import structlog
from structlog.contextvars import bound_contextvars

from logs import request_lines
from tests.support.written_logs import written_logs

SCRIPT = """
import logging, structlog
from logs import configure_logs
configure_logs("INFO", as_json={as_json})
with structlog.contextvars.bound_contextvars(request_id="abc"):
    structlog.stdlib.get_logger("ours").info("marked", student=7)
    structlog.stdlib.get_logger("ours").debug("hidden")
    try:
        1 / 0
    except ZeroDivisionError:
        logging.getLogger("library").exception("broke")
"""


def lines_of(*, as_json: bool) -> list[str]:
    script = SCRIPT.format(as_json=as_json)
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert result.stdout == ""
    return result.stderr.splitlines()


def test_production_logs_are_json_lines_with_the_request_id() -> None:
    ours, library = (json.loads(line) for line in lines_of(as_json=True))
    assert ours.pop("timestamp").endswith("Z")
    assert ours == {"event": "marked", "level": "info", "logger": "ours", "request_id": "abc", "student": 7}
    assert (library["event"], library["level"], library["request_id"]) == ("broke", "error", "abc")
    assert "ZeroDivisionError" in library["exception"]


def test_local_logs_are_readable() -> None:
    first, *rest = lines_of(as_json=False)
    assert "marked" in first
    assert "request_id=abc" in first
    assert "student=7" in first
    assert any("ZeroDivisionError" in line for line in rest)


@pytest.mark.parametrize("as_json", [True, False])
def test_a_line_that_cannot_be_written_fails_nobody(as_json: bool) -> None:
    with written_logs(as_json=as_json, level="INFO") as written:
        log = structlog.stdlib.get_logger("ours")
        log.info("marked", student=object())
        assert "marked" in written.getvalue()
        written.close()
        log.info("lost")


@pytest.mark.parametrize(
    ("path", "status", "milliseconds"),
    [("/graphql", 200, 1.5), ('/a"b\\c\u00e9\u2028\U0001f600\n', 404, 0.0), ("", 503, 123456.7)],
)
def test_the_line_of_a_request_is_what_structlog_would_write(path: str, status: int, milliseconds: float) -> None:
    with written_logs(as_json=True, level="INFO") as written, bound_contextvars(request_id="a-1"):
        request_lines.add("a-1", "POST", path, status, milliseconds)
        access = structlog.get_logger("rollbook.access")
        access.info("request", method="POST", path=path, status=status, milliseconds=milliseconds)
    time = r'"\d{4}-\d\d-\d\dT[\d:]{8}(\.\d{6})?Z"'
    ours, theirs = (re.sub(time, "now", line) for line in written.getvalue().splitlines())
    assert ours == theirs
    assert json.loads(ours.replace("now", "0"))["path"] == path


@pytest.mark.parametrize(("as_json", "level", "lines"), [(True, "WARNING", 0), (False, "INFO", 1), (True, "INFO", 1)])
def test_requests_have_lines_at_the_level_info(as_json: bool, level: str, lines: int) -> None:
    with written_logs(as_json=as_json, level=level) as written:
        request_lines.add("a-1", "GET", "/graphql", 200, 1.0)
    assert len(written.getvalue().splitlines()) == lines


def test_who_captures_lines_gets_those_of_requests_too() -> None:
    with written_logs(as_json=True, level="INFO") as written, structlog.testing.capture_logs() as lines:
        request_lines.add("a-1", "GET", "/graphql", 200, 1.0)
    assert (written.getvalue(), [line["event"] for line in lines]) == ("", ["request"])
