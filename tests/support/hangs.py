"""Reports what a test waits for that has run for long: a test that hangs would otherwise end without its cause.

The report is made while the test still waits, and is printed if the test fails: where each asyncio task stands, which
sockets the event loop watches, where bytes wait, and what the sessions of the PostgreSQL server do.

It also sees to it that the end of its time ends the test, whatever its event loop does at that moment.
"""

import asyncio
import gc
import io
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import asyncpg
import pytest

from commands.servers.start import Servers

SECONDS = 30
_SESSIONS = """
SELECT pid, datname, state, wait_event_type, wait_event, pg_blocking_pids(pid) AS blocked_by,
       clock_timestamp() - xact_start AS in_transaction, left(query, 200) AS query
FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


class OutOfTimeError(SystemExit):
    """The time of a test is over.

    pytest-timeout raises an exception in whatever code runs at that moment. asyncio keeps it in the task or callback
    that it has interrupted, and the test waits on if it does not wait for that one. A SystemExit leaves the loop.
    """


@pytest.hookimpl(wrapper=True)
def pytest_timeout_set_timer(settings: Any) -> Iterator[None]:
    given = yield
    fail = signal.getsignal(signal.SIGALRM)
    if callable(fail):

        def leave_the_loop(number: int, frame: FrameType | None) -> None:
            try:
                fail(number, frame)
            except pytest.fail.Exception as failure:
                raise OutOfTimeError(str(failure)) from failure

        signal.signal(signal.SIGALRM, leave_the_loop)
        # Once more, for a fixture that waits for what the test has left behind.
        signal.setitimer(signal.ITIMER_REAL, settings.timeout, settings.timeout)
    return given


@dataclass
class _Watch:
    """The test that runs, and the time of the monotonic clock at which it counts as long; None between tests."""

    running: tuple[pytest.Item, float] | None = None


_WATCH = _Watch()


def pytest_sessionstart() -> None:
    # One thread for all tests: to start one for each takes a test of a rule as long as what it tests.
    threading.Thread(target=_keep_watching, name="hangs", daemon=True).start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    _WATCH.running = (item, time.monotonic() + SECONDS)
    try:
        yield
    finally:
        _WATCH.running = None


def _keep_watching() -> None:
    reported = None
    while True:
        time.sleep(1)
        running = _WATCH.running
        if running is not None and running is not reported and time.monotonic() >= running[1]:
            reported = running
            _report(running[0])


def _report(item: pytest.Item) -> None:
    lines = [*_tasks(), *_full_queues()]
    servers: Servers | None = getattr(item, "funcargs", {}).get("servers")
    if servers is not None:
        lines += asyncio.run(_sessions(servers.database_url))
    item.add_report_section("call", f"state after {SECONDS} seconds", "\n".join(lines))


def _tasks() -> Iterator[str]:
    # isinstance() raises ReferenceError for a weak proxy whose object is gone.
    tasks = [found for found in gc.get_objects() if issubclass(type(found), asyncio.Task) and not found.done()]
    for task in tasks:
        stack = io.StringIO()
        task.print_stack(file=stack)
        yield stack.getvalue()
    for loop in {task.get_loop() for task in tasks}:
        selector = getattr(loop, "_selector", None)
        watched = [(key.events, key.fileobj) for key in selector.get_map().values()] if selector else []
        yield f"{loop} watches {watched}"


def _full_queues() -> Iterator[str]:
    """Yield the line of /proc/net/tcp of each connection on which bytes wait to be sent or to be read."""
    table = Path("/proc/net/tcp")
    for line in table.read_text().splitlines()[1:] if table.exists() else ():
        if line.split()[4] != "00000000:00000000":
            yield line


async def _sessions(url: str) -> list[str]:
    try:
        connection = await asyncpg.connect(url.replace("+asyncpg", ""), timeout=10)
        try:
            return [str(dict(row)) for row in await connection.fetch(_SESSIONS, timeout=10)]
        finally:
            await connection.close(timeout=10)
    except (OSError, TimeoutError, asyncpg.PostgresError) as fault:
        return [f"The server does not say what its sessions do: {fault!r}"]
