"""Measures what two API processes do when they are asked for three times what they can do.

    python bench/overload.py [seconds] [--only overload,impatient,fairness,sustained] [--pinned] [--without]

Eight tenants ask for roll sheets of 30 rows (four requests of five) and submit attendance (one of five). It prints

capacity -- good answers a second to a dozen clients that have a request under way at all times (closed loop)
overload -- the same with requests that come at three times that rate, whatever becomes of those before (open loop)
impatient -- the same with clients that give up after 6 seconds and send the request again, up to three times; and what
    happens second by second after the load has fallen to 70 % of the capacity
fairness -- the times of seven tenants' requests while an eighth keeps to its share, and while it asks for ten times it,
    in twelve pairs of a quarter of the length
sustained -- three times the capacity for the whole time without a pause, then 70 % of it, and each criterion with its
    figure: `python bench/overload.py 120 --only sustained`. It runs only when it is named

`seconds` is the length of each load, 20 unless it is given. With --without the processes run without admission, to
compare. In the end it compares what clients were told of their submissions with the database, and audits the database.
Processes, database and load share the machine, so read the ratios. The load runs before all others where it may have
real-time priority (as root, say), because it would take its own waiting for theirs. It says how late its event loop
ran: what it measures is as much too long. With --pinned there is one process, which has the first core for itself, and
the others have the rest, as if the API had a machine of its own.
"""

import argparse
import asyncio
import gc
import math
import os
import statistics
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bench.load_of_tenants import Connections, Load, Tally, Tenant, new_tenant
from bench.machine import bench_servers, cpu_seconds
from bench.many_roll_sheets import resident_megabytes
from commands.servers.scratch import scratch_database
from db.audit.run import audit_organization
from db.engine import create_engine
from db.migrate import upgrade
from tests.support.api_process import ApiProcess, api_process

TENANTS = 8
ROUNDS = 4
# A slow moment of the machine is in one of the two times of a pair, so many short pairs tell more than a few long ones.
PAIRS = 12
FIRST_CORE = 0


async def note_lag(lags: list[float]) -> None:
    """Note each ten milliseconds how late the event loop of the load runs."""
    while True:
        due = time.perf_counter() + 0.01
        await asyncio.sleep(0.01)
        lags.append(max(0.0, time.perf_counter() - due))


def late(times: list[float]) -> float:
    """Return the 99th percentile in milliseconds."""
    return 1000 * sorted(times)[int(len(times) * 0.99)] if times else 0.0


def run_before_all_others() -> None:
    """Let this process neither wait for a core nor stop to look through all its modules for garbage. Processes that it
    starts from now on would do the same.
    """
    gc.collect()
    gc.freeze()
    try:
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    except PermissionError:
        print("The load has no priority, because this user may not give it any: it measures its own waiting as well.")


def criterion(is_met: bool, told: str) -> None:
    print(f"           {'met   ' if is_met else 'MISSED'} {told}", flush=True)


async def looks(process: ApiProcess, seen: Counter[int]) -> None:
    """Ask each half second whether the process is ready, as a balancer does."""
    while True:
        with suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(5):
                status, _ = await Connections(process.port).ask(
                    b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                )
            seen[status] += 1
        await asyncio.sleep(0.5)


@dataclass
class Bench:
    """The processes under load, and what was seen of them."""

    load: Load
    tenants: list[Tenant]
    apis: list[ApiProcess]
    seconds: float
    ready: Counter[int] = field(default_factory=Counter)
    capacity: float = 0.0

    def cpu(self) -> float:
        return sum(cpu_seconds(api.process.pid) for api in self.apis)

    def memory(self) -> str:
        return " and ".join(f"{resident_megabytes(api):.0f}" for api in self.apis)

    async def measure_capacity(self, seconds: float) -> tuple[int, float]:
        """Return the good answers to a closed loop, and the CPU seconds of the processes for them."""
        cpu = self.cpu()
        tally = await self.load.closed(self.tenants, 12, seconds)
        good = len(tally.times())
        self.capacity = good / seconds
        return good, self.cpu() - cpu

    async def overload(self) -> None:
        """Ask for what the processes can do, and for three times as much, in turns."""
        memory, tally, seconds = self.memory(), Tally(), self.seconds / ROUNDS
        good, cpu, outlived, good_before, cpu_before = 0, 0.0, 0.0, 0, 0.0
        for _ in range(ROUNDS):
            found, used = await self.measure_capacity(seconds)
            good_before, cpu_before = good_before + found, cpu_before + used
            turn, used = Tally(), self.cpu()
            await self.load.open([3 * self.capacity / TENANTS] * TENANTS, self.tenants, seconds, [turn] * TENANTS)
            outlived = max(outlived, time.perf_counter() - turn.began - seconds)
            cpu += self.cpu() - used
            good += sum(len(times) for second, times in turn.good.items() if second < seconds)
            tally.add(turn)
        print(f"capacity   {good_before / self.seconds:6.1f} good/s")
        print(f"overload   {tally.told(self.seconds)}")
        print(f"           {100 * good / good_before:.0f} % of the capacity by the clock, ", end="")
        print(
            f"{100 * len(tally.times()) / cpu / (good_before / cpu_before):.0f} % by the CPU time of the API; ", end=""
        )
        print(f"the queue outlived the load by {outlived:.1f} s")
        if tally.refused:
            print(f"           refusals took {1000 * statistics.median(tally.refused):.0f} ms (median)")
        print(
            f"           memory {memory} MB before, {self.memory()} MB after; /health/ready: {dict(self.ready)}",
            flush=True,
        )

    async def impatience(self) -> None:
        """The same with clients that come back, until the load falls to 70 % of the capacity."""
        await self.measure_capacity(5)
        tally = Tally()
        tallies, wait = [tally] * TENANTS, False
        await self.load.open(
            [3 * self.capacity / TENANTS] * TENANTS, self.tenants, self.seconds, tallies, self.load.impatient, wait=wait
        )
        fell = tally.second()
        rates = [0.7 * self.capacity / TENANTS] * TENANTS
        await self.load.open(rates, self.tenants, 30, tallies, self.load.impatient, wait=wait)
        print(f"impatient  {tally.told(tally.second())}")
        seen = [(len(tally.good.get(at, [])), tally.sent[at]) for at in range(fell, tally.second() - 1)]
        late = [at for at, (good, sent) in enumerate(seen) if good < 0.8 * sent]
        print(f"           {late[-1] + 1 if late else 0} s after the load fell, all is well again; ", end="")
        print("good answers of attempts, second by second:", *(f"{good}/{sent}" for good, sent in seen))
        print(f"           memory {self.memory()} MB; /health/ready: {dict(self.ready)}", flush=True)
        await asyncio.sleep(5)

    async def sustained(self) -> None:
        """Ask for three times the capacity without a pause, then for 70 % of it."""
        good_before, _ = await self.measure_capacity(20)
        before = [resident_megabytes(api) for api in self.apis]
        most, self.ready = list(before), Counter()
        watching = [asyncio.create_task(looks(api, self.ready)) for api in self.apis]
        watching.append(asyncio.create_task(self._note_most(most)))
        tally = Tally()
        tallies = [tally] * TENANTS
        await self.load.open([3 * self.capacity / TENANTS] * TENANTS, self.tenants, self.seconds, tallies, wait=False)
        fell, served = tally.second(), len(tally.times())
        refused = Counter(tally.outcomes)
        await self.load.open([0.7 * self.capacity / TENANTS] * TENANTS, self.tenants, 15, tallies)
        for task in watching:
            task.cancel()
        print(f"sustained  the capacity is {good_before / 20:.1f} good/s; {3 * self.capacity:.1f} are asked for")
        goodput = 100 * served / self.seconds / self.capacity
        criterion(goodput >= 80, f"goodput {goodput:.0f} % of the capacity (wanted: 80 % or more)")
        grown = max(each - first for each, first in zip(most, before, strict=True))
        told = " and ".join(f"{first:.0f} to {each:.0f}" for first, each in zip(before, most, strict=True))
        criterion(grown <= 30, f"memory of the processes {told} MB at most (wanted: at most 30 MB more)")
        others, proper = refused.total() - refused["good"], refused["UNAVAILABLE"]
        criterion(
            others == proper,
            f"{proper} of {others} refusals have 503, UNAVAILABLE and retryAfter (wanted: all)",
        )
        seen = [(len(tally.good.get(at, [])), tally.sent[at]) for at in range(fell, fell + 14)]
        slow = [at for at, (good, sent) in enumerate(seen) if good < 0.8 * sent]
        well = slow[-1] + 1 if slow else 0
        criterion(well <= 5, f"all is well {well} s after the load has fallen (wanted: 5 s at most)")
        print("           good answers of attempts, second by second:", *(f"{good}/{sent}" for good, sent in seen))
        criterion(set(self.ready) == {200}, f"/health/ready answers {dict(self.ready)} (wanted: 200 each time)")

    async def _note_most(self, most: list[float]) -> None:
        while True:
            most[:] = [max(each, resident_megabytes(api)) for each, api in zip(most, self.apis, strict=True)]
            await asyncio.sleep(1)

    async def fairness(self) -> None:
        """Let one of eight tenants, which ask for 80 % of the capacity together, ask for ten times as much.

        The seven others ask for the same at the same moments both times, and the two take turns to be the first. By
        chance alone, the percentile of one time may be several times that of another, so many pairs are compared.
        """
        others, seconds = self.tenants[1:], self.seconds / ROUNDS
        even, crowded, greedy = Tally(), Tally(), Tally()
        by_turn: list[tuple[float, float]] = []
        lags: tuple[list[float], list[float]] = ([], [])
        for number in range(PAIRS):
            await self.measure_capacity(3)
            share = 0.1 * self.capacity
            turns = Tally(), Tally()
            times = [
                (share, [Tally()] + [turns[0]] * len(others), lags[0]),
                (10 * share, [greedy] + [turns[1]] * len(others), lags[1]),
            ]
            for eighth, tallies, late_by in times if number % 2 else reversed(times):
                self.seed(number)
                watching = asyncio.create_task(note_lag(late_by))
                await self.load.open([eighth] + [share] * len(others), self.tenants, seconds, tallies)
                watching.cancel()
            even.add(turns[0])
            crowded.add(turns[1])
            by_turn.append((late(turns[0].times()), late(turns[1].times())))
        whole = PAIRS * seconds
        print(f"fairness   {even.told(whole)} (seven tenants, each at 10 % of the capacity, beside an eighth)")
        print(f"           {crowded.told(whole)} (the same seven while the eighth asks for ten times as much)")
        print(f"           {greedy.told(whole)} (the eighth)")
        moves = [math.log(beside / alone) for alone, beside in by_turn]
        moved, error = statistics.mean(moves), statistics.stdev(moves) / math.sqrt(PAIRS)
        low, middle, high = (100 * (math.exp(each) - 1) for each in (moved - error, moved, moved + error))
        criterion(
            middle <= 20,
            f"p99 of the seven moves by {middle:+.0f} % (geometric mean of {PAIRS} pairs; with one standard error "
            f"{low:+.0f} to {high:+.0f} %; wanted: at most 20 %)",
        )
        print("           pair by pair:", ", ".join(f"{alone:.0f} and {beside:.0f}" for alone, beside in by_turn), "ms")
        print(
            f"           {len(even.times())} and {len(crowded.times())} answers; the load's own loop ran late by "
            f"{late(lags[0]):.0f} and {late(lags[1]):.0f} ms (p99)",
            flush=True,
        )

    def seed(self, number: int) -> None:
        """Let all tenants ask for the same from here on as after the last call with this number."""
        for place, tenant in enumerate(self.tenants):
            tenant.dice.seed(number * TENANTS + place)

    async def run(self, parts: Sequence[str]) -> None:
        looking = [asyncio.create_task(looks(api, self.ready)) for api in self.apis]
        await self.load.closed(self.tenants, 8, 5)
        loads = {"overload": self.overload, "impatient": self.impatience, "fairness": self.fairness}
        loads["sustained"] = self.sustained
        for part in parts:
            await loads[part]()
        for task in looking:
            task.cancel()


async def check(owner: AsyncConnection, tenants: list[Tenant], load: Load) -> None:
    """Compare what clients were told of their submissions with what the database remembers of them."""
    kept = {
        (row.organization_id, row.key)
        for row in await owner.execute(text("SELECT organization_id, key FROM idempotency_key"))
    }
    told: Counter[str] = Counter()
    for (organization_id, key), outcome in load.submitted.items():
        told[f"{outcome}, {'kept' if (organization_id, key) in kept else 'not kept'}"] += 1
    print(f"submissions: {dict(told)}")
    if told["good, not kept"]:
        raise SystemExit("Something was told to be done and is not in the database.")
    kept_though = told["UNAVAILABLE, kept"]
    criterion(not kept_though, f"{kept_though} refused submissions were kept (wanted: none)")


async def audit(engine: AsyncEngine, tenants: list[Tenant]) -> None:
    """Check that nothing is half done."""
    found = [
        finding
        for tenant in tenants
        async for finding in audit_organization(engine, tenant.world.organization_id, now=datetime.now(UTC))
    ]
    criterion(not found, f"the audit has {len(found)} findings (wanted: none)")
    for finding in found[:10]:
        print(f"           {finding}")


async def run(database_url: str, redis_url: str, given: argparse.Namespace) -> None:
    settings: dict[str, Any] = {"concurrent_operations": 10_000, "queue_seconds": 60.0} if given.without else {}
    async with scratch_database(database_url) as url, AsyncExitStack() as stack:
        await upgrade(url)
        engine = create_engine(url, role=None, pool_size=2)
        owner = await stack.enter_async_context(engine.execution_options(isolation_level="AUTOCOMMIT").connect())
        tenants = [await new_tenant(owner, name) for name in map("Business {}".format, range(TENANTS))]
        await owner.execute(text("ANALYZE"))
        count = 1 if given.pinned else 2
        apis = [await stack.enter_async_context(api_process(url, redis_url, **settings)) for _ in range(count)]
        if given.pinned:
            os.sched_setaffinity(apis[0].process.pid, {FIRST_CORE})
        run_before_all_others()
        load = Load([Connections(api.port) for api in apis])
        await Bench(load, tenants, apis, given.seconds).run(given.only.split(","))
        await check(owner, tenants, load)
        await audit(engine, tenants)
        await owner.close()
        await engine.dispose()


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure API processes that are asked for too much.")
    parser.add_argument("seconds", nargs="?", type=float, default=20.0, help="the length of each load")
    parser.add_argument("--only", default="overload,impatient,fairness", help="the loads, separated by commas")
    parser.add_argument("--pinned", action="store_true", help="one process, with a core of its own")
    parser.add_argument("--without", action="store_true", help="without admission")
    given = parser.parse_args()
    if given.pinned:
        os.sched_setaffinity(0, os.sched_getaffinity(0) - {FIRST_CORE})
    with bench_servers(durable=True) as servers:
        asyncio.run(run(servers.database_url, servers.redis_url, given))


if __name__ == "__main__":
    main()
