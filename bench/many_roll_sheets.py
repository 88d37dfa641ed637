"""Measures many open roll sheets on one API process under constant check-ins: delays and memory.

    python bench/many_roll_sheets.py [connections] [sheets] [check-ins a second] [seconds]

The API is one process on one core; the subscribers, the writer and the databases share the other. It prints the
milliseconds from the end of a check-in's transaction to its delivery to each subscriber of the roll sheet; the resident
memory of the process before anybody joined, per connection, and minute by minute; and its share of a core. It counts
that every subscriber of a sheet gets each revision once. The tables have statistics, as those of an established
business have.
"""

import asyncio
import random
import re
import statistics
import sys
import time
from collections import defaultdict
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import text

from attendance.rules.vocabulary import AttendanceStatus
from bench.live_roll_sheet import part_cores
from bench.machine import bench_servers, cpu_seconds
from bench.raw_clients import Audience
from commands.servers.scratch import scratch_database
from db.engine import Database, create_engine
from db.migrate import upgrade
from tests.support.api_process import ApiProcess, api_process, office_token
from tests.support.factories import new_world
from tests.support.live_sheet import LiveSheet, live_sheet
from tests.support.sockets import greeting
from tests.support.subscriber import WATCH

NAMES = [f"Student {number}" for number in range(8)]
STATUSES = [AttendanceStatus.PRESENT, AttendanceStatus.TARDY, AttendanceStatus.LEFT_EARLY]
REVISION = re.compile(rb'"revision":(\d+)')


# The number of the writer's connections.
WRITERS = 6
DEFAULTS = (2000.0, 200.0, 50.0, 60.0)


@dataclass(frozen=True)
class Load:
    """The load. `rate` is the number of check-ins per second."""

    connections: int
    sheets: int
    rate: float
    seconds: float


class Deliveries:
    """The time of each revision's commit, and the delays of its deliveries."""

    def __init__(self) -> None:
        self.committed: dict[tuple[int, int], float] = {}
        self.early: dict[tuple[int, int], list[float]] = defaultdict(list)
        self.delays: list[float] = []

    def arrived(self, sheet: int, at: float, message: memoryview) -> None:
        found = REVISION.search(message)
        if found is None or b"SNAPSHOT" in bytes(message[:400]):
            return
        key = (sheet, int(found[1]))
        committed = self.committed.get(key)
        if committed is None:
            # The process's own subscribers may receive a change before the writer knows that it has committed.
            self.early[key].append(at)
        else:
            self.delays.append(at - committed)

    def commit(self, sheet: int, revision: int) -> None:
        at = self.committed[sheet, revision] = time.perf_counter()
        self.delays += [max(0.0, each - at) for each in self.early.pop((sheet, revision), [])]


def resident_megabytes(api: ApiProcess) -> float:
    status = Path(f"/proc/{api.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


@dataclass
class Writer:
    """Checks students in, over its connections.

    waited -- the longest time in seconds for which a check-in waited for a connection; a long wait means that the
      machine was busy with something else
    """

    sheets: list[LiveSheet]
    deliveries: Deliveries
    connections: asyncio.Semaphore
    waited: float = 0.0

    async def check_in(self, number: int, turn: int) -> None:
        name = NAMES[turn % len(NAMES)]
        status = STATUSES[(turn // len(NAMES)) % len(STATUSES)]
        due = time.perf_counter()
        async with self.connections:
            self.waited = max(self.waited, time.perf_counter() - due)
            revision = await self.sheets[number].submit(**{name: status})
            self.deliveries.commit(number, revision)


async def drive(writer: Writer, load: Load, api: ApiProcess) -> None:
    """Send check-ins at an even rate and print the memory each minute."""
    turns = [0] * len(writer.sheets)
    tasks: set[asyncio.Task[None]] = set()
    began = last = time.perf_counter()
    dice = random.Random(1)
    for count in range(round(load.rate * load.seconds)):
        await asyncio.sleep(max(0.0, began + count / load.rate - time.perf_counter()))
        number = dice.randrange(len(turns))
        task = asyncio.create_task(writer.check_in(number, turns[number]))
        turns[number] += 1
        tasks.add(task)
        task.add_done_callback(tasks.discard)
        if time.perf_counter() - last >= 60:
            last = time.perf_counter()
            print(f"    after {last - began:4.0f} s: {resident_megabytes(api):6.1f} MB", flush=True)
    await asyncio.gather(*tasks)
    await asyncio.sleep(3)


async def run(database_url: str, redis_url: str, load: Load) -> None:
    async with scratch_database(database_url) as url, AsyncExitStack() as stack:
        await upgrade(url)
        owner_engine = create_engine(url, role=None, pool_size=1)
        owner = await stack.enter_async_context(owner_engine.execution_options(isolation_level="AUTOCOMMIT").connect())
        world = await new_world(owner, tokens_enabled=False)
        database = Database(create_engine(url, pool_size=WRITERS))
        sheets = [
            await stack.enter_async_context(live_sheet(database, world, redis_url, *NAMES)) for _ in range(load.sheets)
        ]
        for sheet in sheets:
            await sheet.submit(**{NAMES[0]: AttendanceStatus.LEFT_EARLY})
        await owner.execute(text("ANALYZE"))
        api = await stack.enter_async_context(
            api_process(url, redis_url, live_connections_per_sign_in=load.connections)
        )
        part_cores(api)
        token = await office_token(world)
        deliveries = Deliveries()
        before = resident_megabytes(api)
        each = load.connections // load.sheets
        for number, sheet in enumerate(sheets):
            query = {"query": WATCH, "variables": {"id": sheet.id}}
            opening = (greeting(token), {"id": "1", "type": "subscribe", "payload": query})
            audience = Audience(each, *opening, on_message=partial(deliveries.arrived, number))
            await audience.join(api.port)
            audience.expect(0)
            stack.callback(audience.leave)
        joined = resident_megabytes(api)
        total = each * load.sheets
        print(
            f"{total} connections on {load.sheets} roll sheets, {load.rate:g} check-ins a second for {load.seconds:g} s"
        )
        kilobytes = 1000 * (joined - before) / total
        print(f"    memory {before:.1f} MB before, {joined:.1f} MB joined: {kilobytes:.1f} kB each")
        cpu = cpu_seconds(api.process.pid)
        writer = Writer(sheets, deliveries, asyncio.Semaphore(WRITERS))
        await drive(writer, load, api)
        cpu = cpu_seconds(api.process.pid) - cpu
        expected = len(deliveries.committed) * each
        late = [1000 * delay for delay in deliveries.delays]
        print(f"    memory {resident_megabytes(api):.1f} MB at the end; {100 * cpu / load.seconds:.0f} % of a core")
        print(
            f"    {len(late)} deliveries of {expected}: median {statistics.median(late):.1f} ms, "
            f"p99 {statistics.quantiles(late, n=100)[98]:.1f} ms, last {max(late):.1f} ms"
        )
        print(f"    a check-in waited {1000 * writer.waited:.0f} ms at most for a connection of the writer's own")
        await owner.close()
        await owner_engine.dispose()
        await database.close()
        if len(late) != expected:
            raise SystemExit("Not each revision was delivered once to each subscriber.")


def main() -> None:
    connections, sheets, rate, seconds = (*map(float, sys.argv[1:]), *DEFAULTS[len(sys.argv) - 1 :])
    load = Load(int(connections), int(sheets), rate, seconds)
    # Autovacuum is on: without it minutes of check-ins accumulate dead rows, and each statement gets slower.
    with bench_servers(durable=True) as servers:
        asyncio.run(run(servers.database_url, servers.redis_url, load))


if __name__ == "__main__":
    main()
