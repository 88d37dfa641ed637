"""Provides the benchmarks' servers: those of DATABASE_URL and REDIS_URL if they are set, otherwise embedded ones."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from commands.servers.start import Servers, locked, start_servers
from settings import asyncpg_url

_NO_REDIS = "redis://127.0.0.1/not-needed"


@contextmanager
def bench_servers(*, needs_redis: bool = True, durable: bool = False) -> Iterator[Servers]:
    """Run the servers for the block and suppress log output up to warnings. The folder of embedded servers is
    removed after a block without errors.
    """
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    given = os.environ.get("DATABASE_URL")
    folder = Path(tempfile.mkdtemp(prefix="rollbook-bench-"))
    # PostgreSQL, which may run as another user, must be able to reach its own folder inside.
    folder.chmod(0o711)
    with locked(folder):
        servers = start_servers(
            folder,
            durable=durable,
            database_url=asyncpg_url(given) if given else None,
            redis_url=(os.environ.get("REDIS_URL") or None) if needs_redis else _NO_REDIS,
        )
        try:
            yield servers
        finally:
            servers.stop()
    shutil.rmtree(folder, ignore_errors=True)


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that the process has used. Linux counts it in nanoseconds, whereas process_cpu_seconds_total
    has hundredths of a second and costs a request.
    """
    times = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/schedstat")]
    return sum(int(each.split()[0]) for each in times) / 1e9
