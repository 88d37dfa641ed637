"""API processes and workers as they run in production, each a process of its own that a test may kill.

They are forked from a server that has imported the program already. To start `rollbook.py` anew costs seconds of
computing for the imports alone; its command line is tested in tests/platform.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from multiprocessing.process import BaseProcess
from pathlib import Path

from commands.servers.process import die_with_parent

_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["tests.support.preloaded"])
Environment = Mapping[str, str]
SECRET = "a secret of the tests that is long enough for everybody"


class Process:
    """A started process, with the methods of subprocess.Popen that tests use."""

    def __init__(self, process: BaseProcess, log: Path) -> None:
        self._process = process
        self._log = log

    @property
    def pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """The exit status, negative for a signal; None while it runs."""
        return self._process.exitcode

    def wait(self, seconds: float | None = None) -> int:
        """The exit status. Raises subprocess.TimeoutExpired."""
        self._process.join(seconds)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("a forked process", seconds or 0)
        return self._process.exitcode

    def send_signal(self, sign: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, sign)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def stop(self, sign: signal.Signals, seconds: float) -> None:
        """Send the signal, wait, then SIGKILL."""
        self.send_signal(sign)
        try:
            self.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            self.wait()

    def close(self) -> None:
        """Kill it if it runs still, and forget what it said."""
        self.kill()
        self.wait()
        self._log.unlink(missing_ok=True)

    def said(self) -> str:
        """What it wrote to standard output and standard error."""
        return self._log.read_text(errors="replace")


def fork(target: Callable[..., None], *arguments: object, environment: Environment) -> Process:
    """Start a process that does `target(*arguments)` with this environment."""
    descriptor, log = tempfile.mkstemp(prefix="rollbook-process-")
    os.close(descriptor)
    process = _FORKS.Process(target=_do, args=(target, arguments, dict(environment), log), daemon=True)
    process.start()
    return Process(process, Path(log))


@contextmanager
def forked(target: Callable[..., None], *arguments: object, environment: Environment) -> Iterator[Process]:
    """The same; what is left of it at the end of the block is killed."""
    process = fork(target, *arguments, environment=environment)
    try:
        yield process
    finally:
        process.close()


@contextmanager
def worker_process(
    database_url: str,
    redis_url: str,
    *,
    now: datetime | None = None,
    burst: bool = False,
    target: Callable[..., None] | None = None,
    **settings: object,
) -> Iterator[Process]:
    """A worker on these servers, whose clock begins at `now`.

    target -- what to run with (now, burst) in place of the program's worker.
    settings -- fields of settings.Settings.
    """
    environment = program_environment(database_url, redis_url, **settings)
    with forked(target or worker, now, burst, environment=environment) as process:
        yield process


def program_environment(database_url: str, redis_url: str, **settings: object) -> dict[str, str]:
    """This process's environment with the program's settings, by their names in settings.Settings, and no others."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("ROLLBOOK_")}
    given |= {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "ROLLBOOK_SECRET": SECRET}
    return given | {f"ROLLBOOK_{name.upper()}": str(value) for name, value in settings.items()}


def _do(target: Callable[..., None], arguments: tuple[object, ...], environment: Environment, log: str) -> None:
    die_with_parent(signal.SIGKILL, os.getppid())
    # Its own session, as each program has that is started alone.
    os.setsid()
    written = os.open(log, os.O_WRONLY | os.O_APPEND)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(written, stream.fileno())
    os.environ.clear()
    os.environ.update(environment)
    target(*arguments)


def api(port: int) -> None:
    """`rollbook.py api --port ...`"""
    from commands.serve import run_api  # noqa: PLC0415

    run_api(host=None, port=port, descriptor=None)


def worker(now: datetime | None, burst: bool) -> None:
    """`rollbook.py worker [--now ...] [--burst]`"""
    from commands.serve import run_worker  # noqa: PLC0415

    run_worker(now=now, burst=burst)
