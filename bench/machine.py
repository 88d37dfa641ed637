"""What the benchmarks run on: the servers of DATABASE_URL and REDIS_URL if they are set, else servers of their own."""

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
    """For the block, with warnings and less kept out of the output. Those of its own are in a folder that is removed
    after a block that went well.
    """
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    given = os.environ.get("DATABASE_URL")
    folder = Path(tempfile.mkdtemp(prefix="rollbook-bench-"))
    # PostgreSQL of another user must reach its own folder inside.
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
    """What the process has used of its cores so far. Linux counts it in nanoseconds, where process_cpu_seconds_total
    knows hundredths of a second and costs a request.
    """
    times = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/schedstat")]
    return sum(int(each.split()[0]) for each in times) / 1e9
