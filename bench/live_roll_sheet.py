"""Measures how fast open roll sheets receive a change: from the commit to the last of many subscribers, over real
sockets.

    python bench/live_roll_sheet.py [subscribers] [events]

The API is one process on one core; the subscribers, the writer and the databases share the other. Times are
milliseconds from the end of the writer's transaction. It prints the median time of each event's last delivery, the 99th
percentile of all deliveries, and the server's CPU time per event, with one changed row of 30, with half of them (about
8 kB) and with all. A server that only forwards the same frames (bench/forwarder.py) gets every event in turn, and the
ratio of the CPU times is printed. At the end all subscribers leave and come back at once, as after a restart. It uses a
temporary database on DATABASE_URL, and REDIS_URL, if they are set, otherwise embedded servers.
"""

import asyncio
import itertools
import os
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from redis.asyncio import Redis

from attendance.rules.vocabulary import AttendanceStatus
from bench.forwarder import CHANNEL
from bench.machine import bench_servers, cpu_seconds
from bench.raw_clients import Audience
from commands.servers.process import free_port, spawn, stop
from commands.servers.scratch import scratch_database
from db.engine import Database, create_engine
from db.migrate import upgrade
from tests.support.api_process import ApiProcess, answers, api_process, office_token, until
from tests.support.factories import new_world
from tests.support.live_sheet import LiveSheet, live_sheet
from tests.support.sockets import greeting
from tests.support.subscriber import WATCH

ROWS = 30
TURNS = itertools.cycle([AttendanceStatus.PRESENT, AttendanceStatus.TARDY, AttendanceStatus.LEFT_EARLY])


class Measured:
    """One server with its subscribers, and the measurements of its events."""

    def __init__(self, name: str, server: ApiProcess, audience: Audience) -> None:
        self.name, self.server, self.audience = name, server, audience
        self.last: list[float] = []
        self.every: list[float] = []
        self.cpu: list[float] = []

    def begin(self) -> None:
        self.audience.expect()
        self._cpu = cpu_seconds(self.server.process.pid)

    async def end(self, published: float) -> None:
        delays = [arrived - published for arrived in await self.audience.heard()]
        self.last.append(max(delays))
        self.every += delays
        # The work that the server does after the last delivery counts too.
        await asyncio.sleep(0.03)
        self.cpu.append(cpu_seconds(self.server.process.pid) - self._cpu)

    async def come_back(self) -> float:
        """Let all subscribers leave and come back at once. Return the CPU milliseconds for each until all have the
        state.
        """
        self.audience.leave()
        await asyncio.sleep(1)
        begun, cpu = time.perf_counter(), cpu_seconds(self.server.process.pid)
        await self.audience.join(self.server.port, pause=0)
        took, cpu = time.perf_counter() - begun, cpu_seconds(self.server.process.pid) - cpu
        each = 1000 * cpu / self.audience.size
        print(f"    {self.name:<9} all are back after {took:.2f} s; server CPU {each:.2f} ms for each")
        return each

    def tell(self) -> float:
        """Print the figures and return the mean CPU milliseconds of an event."""
        cpu = 1000 * statistics.fmean(self.cpu)
        print(
            f"    {self.name:<9} last delivery {1000 * statistics.median(self.last):5.1f} ms median; "
            f"any delivery {1000 * statistics.quantiles(self.every, n=100)[98]:5.1f} ms p99; "
            f"server CPU {cpu:5.1f} ms an event"
        )
        return cpu


async def measure(ours: Measured, theirs: Measured, redis: Redis, sheet: LiveSheet, names: list[str]) -> None:
    """Send one event to each server. The forwarder's frame is the one that Rollbook's subscribers received."""
    ours.begin()
    # The new value always differs from the old one, because otherwise there would be no change.
    await sheet.submit(**dict.fromkeys(names, next(TURNS)))
    await ours.end(time.perf_counter())
    theirs.begin()
    published = time.perf_counter()
    await redis.publish(CHANNEL, ours.audience.last)
    await theirs.end(published)


@asynccontextmanager
async def forwarder(redis_url: str) -> AsyncIterator[ApiProcess]:
    port = free_port()
    argv: list[str | Path] = [sys.executable, Path(__file__).with_name("forwarder.py"), str(port), redis_url]
    process = spawn(argv, death_signal=signal.SIGKILL, output=subprocess.DEVNULL)
    try:
        await until(lambda: answers(port), 20)
        yield ApiProcess(process, port)
    finally:
        await asyncio.to_thread(stop, process, signal.SIGTERM, 5)


def part_cores(*servers: ApiProcess) -> None:
    """Put the measured servers on one core and everything else on the others."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) > 1:
        os.sched_setaffinity(0, cores[1:])
        for server in servers:
            for thread in os.listdir(f"/proc/{server.process.pid}/task"):
                os.sched_setaffinity(int(thread), cores[:1])


async def run(database_url: str, redis_url: str, subscribers: int, events: int) -> None:
    async with scratch_database(database_url) as url, AsyncExitStack() as stack:
        await upgrade(url)
        owner_engine = create_engine(url, role=None, pool_size=1)
        owner = await stack.enter_async_context(owner_engine.execution_options(isolation_level="AUTOCOMMIT").connect())
        world = await new_world(owner, tokens_enabled=False)
        database = Database(create_engine(url, pool_size=2))
        names = [f"Student {number:02}" for number in range(ROWS)]
        sheet = await stack.enter_async_context(live_sheet(database, world, redis_url, *names))
        api = await stack.enter_async_context(api_process(url, redis_url, live_connections_per_sign_in=subscribers))
        bare = await stack.enter_async_context(forwarder(redis_url))
        part_cores(api, bare)
        query = {"query": WATCH, "variables": {"id": sheet.id}}
        opening = (greeting(await office_token(world)), {"id": "1", "type": "subscribe", "payload": query})
        audience, bare_audience = Audience(subscribers, *opening), Audience(subscribers, *opening)
        await audience.join(api.port)
        await bare_audience.join(bare.port)
        stack.callback(bare_audience.leave)
        stack.callback(audience.leave)
        print(f"{subscribers} subscribers of one roll sheet of {ROWS} rows, {events} events")
        async with Redis.from_url(redis_url) as redis:
            for changed in (names[:1], names[: ROWS // 2], names):
                ours, theirs = Measured("Rollbook", api, audience), Measured("forwarder", bare, bare_audience)
                for _ in range(events):
                    await measure(ours, theirs, redis, sheet, changed)
                rows = "row" if len(changed) == 1 else "rows"
                print(f"{len(changed)} changed {rows}, {len(audience.last) / 1000:.1f} kB each")
                print(f"    ratio of the CPU times {ours.tell() / theirs.tell():.2f}")
        print("all come back at once")
        print(f"    ratio of the CPU times {await ours.come_back() / await theirs.come_back():.2f}")
        await owner.close()
        await owner_engine.dispose()
        await database.close()


def main() -> None:
    subscribers = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    events = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    with bench_servers() as servers:
        asyncio.run(run(servers.database_url, servers.redis_url, subscribers, events))


if __name__ == "__main__":
    main()
