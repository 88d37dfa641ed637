"""Starts the servers that are measured, each of them one process on the first core."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.machine import cpu_seconds
from bench.peers.business import Business
from commands.servers.process import free_port, spawn, stop
from tests.support.api_process import api_process, sign_in, until

HERE = Path(__file__).parent
FLOOR, OURS, BARE = "floor", "rollbook", "bare sockets"
PROGRAMS = {
    FLOOR: "floor.py",
    BARE: "../forwarder.py",
    "mercurius": "mercurius.mjs",
    "yoga": "yoga.mjs",
    "apollo": "apollo.mjs",
    "strawberry, one statement": "strawberry_one_statement.py",
    "strawberry, tutorial": "strawberry_tutorial.py",
}
NAMES = (FLOOR, OURS, *list(PROGRAMS)[1:])


@dataclass(frozen=True)
class Server:
    name: str
    port: int
    pid: int
    token: str = ""

    @property
    def is_ours(self) -> bool:
        return self.name == OURS

    def cpu(self) -> float:
        return cpu_seconds(self.pid)


@asynccontextmanager
async def started(name: str, database_url: str, redis_url: str, business: Business) -> AsyncIterator[Server]:
    if name == OURS:
        async with api_process(
            database_url, redis_url, live_connections_per_sign_in=1000, queue_seconds=60, env="production"
        ) as api:
            pin(api.process.pid)
            yield Server(
                name, api.port, api.process.pid, await sign_in(business.world, business.staff_id, lifetime=86_400)
            )
        return
    port, program = free_port(), HERE / PROGRAMS[name]
    interpreter = sys.executable if program.suffix == ".py" else "node"
    url = database_url.replace("+asyncpg", "")
    given = (url, str(business.world.organization_id), str(business.staff_id))
    process = spawn(
        [interpreter, program, str(port), *((redis_url,) if name == BARE else given)],
        death_signal=signal.SIGKILL,
        environment={**os.environ, "NODE_ENV": "production"},
    )
    try:
        await until(lambda: process.poll() is not None or _listens(port), 60)
        if process.poll() is not None:
            raise RuntimeError(f"{program.name} has ended with status {process.returncode}")
        pin(process.pid)
        yield Server(name, port, process.pid)
    finally:
        await asyncio.to_thread(stop, process, signal.SIGTERM, 5)


def pin(pid: int) -> None:
    """Put a server on the first core, where nothing else of the run computes."""
    if hasattr(os, "sched_setaffinity"):
        for thread in os.listdir(f"/proc/{pid}/task"):
            os.sched_setaffinity(int(thread), _cores()[:1])


def leave_first_core() -> None:
    """Keep this process, and what it starts from now on, off the servers' core."""
    if len(_cores()) > 1:
        os.sched_setaffinity(0, _cores()[1:])


_CORES: list[int] = []


def _cores() -> list[int]:
    if not _CORES:
        _CORES.extend(sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else [0])
    return _CORES


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
