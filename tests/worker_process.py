"""A worker as it runs in production: a process of its own, which tests may kill."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from commands.servers.process import spawn

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def worker_process(
    database_url: str, redis_url: str, *arguments: str, program: str = "rollbook.py worker"
) -> Iterator[subprocess.Popen[bytes]]:
    """A worker on these servers; whatever is left of it at the end is killed."""
    process = spawn(
        [sys.executable, *program.split(), *arguments],
        death_signal=signal.SIGKILL,
        output=subprocess.DEVNULL,
        environment=os.environ
        | {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "ROLLBOOK_SECRET": "for tests " * 4},
        folder=ROOT,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def at(instant: datetime) -> tuple[str, str]:
    """The arguments that move its clock."""
    return "--now", instant.isoformat()
