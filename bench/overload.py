"""Measures what two API processes do when they are asked for three times what they can do.

    python bench/overload.py [seconds] [--only overload,impatient,fairness,sustained] [--pinned] [--without]

Eight tenants ask for roll sheets of 30 rows (four requests of five) and submit attendance (one of five). It prints

capacity -- good answers a second to a dozen clients that have a request under way at all times (closed loop)
overload -- the same with requests that come at three times that rate, whatever becomes of those before (open loop)
impatient -- the same with clients that give up after 6 seconds and send the request again, up to three times; and what
    happens second by second after the load has fallen to 70 % of the capacity
fairness -- the times of seven tenants' requests while an eighth keeps to its share, and while it asks for ten times it
sustained -- three times the capacity for the whole time without a pause, then 70 % of it, and each criterion with its
    figure: `python bench/overload.py 120 --only sustained`. It runs only when it is named

`seconds` is the length of each load, 20 unless it is given. With --without the processes run without admission, to
compare. In the end it compares what clients were told of their submissions with the database, and audits the database.
Processes, database and load share the machine, so read the ratios. The load says how late its own event loop ran: what
it measures is as much too long. With --pinned there is one process, which has the first core for itself, and
the others have the rest, as if the API had a machine of its own.
"""

import argparse
import asyncio
import itertools
import os
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import orjson
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from strawberry import ID

from attendance.rules.vocabulary import Permission, Portal
from bench.machine import bench_servers, cpu_seconds
from bench.many_roll_sheets import resident_megabytes
from bench.roll_sheet import FULL, fill
from commands.servers.scratch import scratch_database
from db.audit.run import audit_organization
from db.engine import create_engine
from db.migrate import upgrade
from gql.fields.global_ids import encode_id
from tests.support.api_process import ApiProcess, api_process, sign_in
from tests.support.documents import mutation
from tests.support.factories import World, new_world

SUBMIT = mutation("submitAttendance", "occurrence { revision }")
TENANTS = 8
CLASSES = 4
# The changes that made the marks with which the sheets begin, so that the audit finds no fault in them.
HISTORY = (
    """INSERT INTO change (organization_id, timeslot_id, held_on, revision, kind, source, changed_at)
       SELECT organization_id, timeslot_id, held_on, 1, 'MARKS', max(source), max(marked_at) FROM mark
       WHERE organization_id = :o GROUP BY organization_id, timeslot_id, held_on""",
    """INSERT INTO changed_entry (organization_id, timeslot_id, held_on, revision, student_id, after_status,
           after_is_defaulted, after_source)
       SELECT organization_id, timeslot_id, held_on, 1, student_id, status, is_defaulted, source FROM mark
       WHERE organization_id = :o""",
)
ROUNDS = 4
GIVE_UP = 6.0
LONGEST = 60.0
# Less than the seconds after which the server closes a connection that is not used.
IDLE = 30.0
FIRST_CORE = 0
STATUSES = ["PRESENT", "TARDY", "ABSENT", "LEFT_EARLY"]


Send = Callable[["Tenant", "Tally"], Coroutine[Any, Any, object]]


class Connections:
    """Keeps connections to one process. An answer is its status and its body."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[tuple[float, asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        reader, writer = await self._connection()
        try:
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            body = await reader.readexactly(length)
        except BaseException:
            writer.close()
            raise
        self._free.append((time.perf_counter(), reader, writer))
        return int(head[9:12]), body

    async def _connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Return a connection that the server has not closed for being idle."""
        while self._free:
            used, reader, writer = self._free.pop()
            if time.perf_counter() - used < IDLE:
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", self._port)


@dataclass
class Tenant:
    """A business whose staff asks for roll sheets and submits them."""

    world: World
    token: str
    sheets: list[tuple[str, list[ID]]]
    keys: "itertools.count[int]" = field(default_factory=itertools.count)

    def request(self, dice: random.Random) -> tuple[bytes, str | None]:
        """Return a request, and the idempotency key of a submission."""
        sheet, students = dice.choice(self.sheets)
        if dice.random() < 0.8:
            return self._encoded(FULL, {"id": sheet}), None
        key = f"key {next(self.keys)}"
        mark = {"studentId": dice.choice(students), "status": dice.choice(STATUSES)}
        given = {"occurrenceId": sheet, "marks": [mark], "idempotencyKey": key}
        return self._encoded(SUBMIT, {"input": given}), key

    def _encoded(self, query: str, variables: object) -> bytes:
        body = orjson.dumps({"query": query, "variables": variables})
        head = (
            "POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Authorization: Bearer {self.token}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


@dataclass
class Tally:
    """What became of requests. `good` has, by the second of its end, the time of each good answer."""

    began: float = field(default_factory=time.perf_counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    sent: Counter[int] = field(default_factory=Counter)
    good: dict[int, list[float]] = field(default_factory=dict)
    refused: list[float] = field(default_factory=list)

    def second(self) -> int:
        return int(time.perf_counter() - self.began)

    def add(self, other: "Tally") -> None:
        self.outcomes += other.outcomes
        self.refused += other.refused
        for second, times in other.good.items():
            self.good.setdefault(second, []).extend(times)

    def times(self) -> list[float]:
        return [each for times in self.good.values() for each in times]

    def told(self, seconds: float) -> str:
        times = sorted(self.times()) or [0.0]
        median, late = 1000 * statistics.median(times), 1000 * times[int(len(times) * 0.99)]
        others = ", ".join(f"{count} {name}" for name, count in self.outcomes.most_common() if name != "good")
        return (
            f"{len(times) / seconds:6.1f} good/s, median {median:5.0f} ms, p99 {late:5.0f} ms; {others or 'all good'}"
        )


@dataclass
class Load:
    """Sends requests of tenants to the processes."""

    processes: list[Connections]
    dice: random.Random = field(default_factory=lambda: random.Random(7))
    submitted: dict[tuple[UUID, str], str] = field(default_factory=dict)

    async def one(self, tenant: Tenant, tally: Tally) -> str:
        request, key = tenant.request(self.dice)
        return await self._send(tenant, request, key, tally, LONGEST)

    async def _send(self, tenant: Tenant, request: bytes, key: str | None, tally: Tally, patience: float) -> str:
        began = time.perf_counter()
        tally.sent[tally.second()] += 1
        try:
            async with asyncio.timeout(patience):
                status, body = await self.dice.choice(self.processes).ask(request)
            outcome = _outcome(status, body)
        except TimeoutError:
            outcome = "given up"
        except (OSError, asyncio.IncompleteReadError):
            outcome = "broken"
        took = time.perf_counter() - began
        tally.outcomes[outcome] += 1
        if outcome == "good":
            tally.good.setdefault(tally.second(), []).append(took)
        elif outcome == "UNAVAILABLE":
            tally.refused.append(took)
        if key is not None:
            self.submitted[tenant.world.organization_id, key] = outcome
        return outcome

    async def impatient(self, tenant: Tenant, tally: Tally) -> None:
        """Send a request up to three times: again at once when 6 seconds bring no answer, and after a refusal when it
        says.
        """
        request, key = tenant.request(self.dice)
        for _ in range(3):
            outcome = await self._send(tenant, request, key, tally, GIVE_UP)
            if outcome == "good":
                return
            if outcome != "given up":
                await asyncio.sleep(self.dice.uniform(1, 3))

    async def closed(self, tenants: list[Tenant], clients: int, seconds: float) -> Tally:
        tally = Tally()

        async def client(tenant: Tenant) -> None:
            while time.perf_counter() - tally.began < seconds:
                await self.one(tenant, tally)

        await asyncio.gather(*(client(tenants[number % len(tenants)]) for number in range(clients)))
        return tally

    async def open(
        self,
        rates: list[float],
        tenants: list[Tenant],
        seconds: float,
        tallies: list[Tally] | None = None,
        send: Send | None = None,
        *,
        wait: bool = True,
    ) -> list[Tally]:
        """Send requests of each tenant at its rate, at random moments, and tell what became of them by tenant.

        wait -- whether to wait for the last answers
        """
        tallies = tallies or [Tally() for _ in tenants]
        tasks: set[asyncio.Task[object]] = set()

        async def sender(tenant: Tenant, rate: float, tally: Tally) -> None:
            began = due = time.perf_counter()
            while (due := due + self.dice.expovariate(rate)) < began + seconds:
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                task = asyncio.create_task((send or self.one)(tenant, tally))
                tasks.add(task)
                task.add_done_callback(tasks.discard)

        await asyncio.gather(*map(sender, tenants, rates, tallies))
        if wait and tasks:
            await asyncio.gather(*tasks)
        return tallies


def _outcome(status: int, body: bytes) -> str:
    if status == 200 and b'"errors"' not in body:
        return "good"
    if b'"UNAVAILABLE"' in body:
        return "UNAVAILABLE" if b'"retryAfter"' in body and status == 503 else "UNAVAILABLE without retryAfter"
    return "INTERNAL" if b'"INTERNAL"' in body else f"status {status}"


async def note_lag(lags: list[float]) -> None:
    """Note each ten milliseconds how late the event loop of the load runs."""
    while True:
        due = time.perf_counter() + 0.01
        await asyncio.sleep(0.01)
        lags.append(max(0.0, time.perf_counter() - due))


def late(times: list[float]) -> float:
    """Return the 99th percentile in milliseconds."""
    return 1000 * sorted(times)[int(len(times) * 0.99)] if times else 0.0


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


async def new_tenant(owner: AsyncConnection, name: str) -> Tenant:
    world = await new_world(owner, name=name, tokens_enabled=False)
    sheets = []
    for number in range(CLASSES):
        lesson = await world.weekly_class(name=f"Class {number}")
        await fill(world, lesson, 30)
        rows = await owner.execute(
            text("SELECT student_id FROM enrollment WHERE organization_id = :o AND offering_id = :f"),
            {"o": world.organization_id, "f": lesson.offering_id},
        )
        sheets.append((lesson.sheet_id(), [encode_id("Student", row.student_id) for row in rows]))
    for statement in HISTORY:
        await owner.execute(text(statement), {"o": world.organization_id})
    token = await sign_in(world, await world.staff(Permission.OWNER), Portal.OFFICE, lifetime=24 * 3600)
    return Tenant(world, token, sheets)


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
        """Let one of eight tenants, which ask for 80 % of the capacity together, ask for ten times as much."""
        others, seconds = self.tenants[1:], self.seconds / ROUNDS
        even, crowded, greedy = Tally(), Tally(), Tally()
        lags: tuple[list[float], list[float]] = ([], [])
        for _ in range(ROUNDS):
            await self.measure_capacity(5)
            share = 0.1 * self.capacity
            watching = asyncio.create_task(note_lag(lags[0]))
            await self.load.open([share] * TENANTS, self.tenants, seconds, [Tally()] + [even] * len(others))
            watching.cancel()
            rates = [10 * share] + [share] * len(others)
            watching = asyncio.create_task(note_lag(lags[1]))
            await self.load.open(rates, self.tenants, seconds, [greedy] + [crowded] * len(others))
            watching.cancel()
        print(f"fairness   {even.told(self.seconds)} (seven tenants, each at 10 % of the capacity, beside an eighth)")
        print(f"           {crowded.told(self.seconds)} (the same seven while the eighth asks for ten times as much)")
        print(f"           {greedy.told(self.seconds)} (the eighth)")
        moved = 100 * (late(crowded.times()) / late(even.times()) - 1)
        criterion(moved <= 20, f"p99 of the seven moves by {moved:+.0f} % (wanted: at most 20 %)")
        print(
            f"           {len(even.times())} and {len(crowded.times())} answers; the load's own loop ran late by "
            f"{late(lags[0]):.0f} and {late(lags[1]):.0f} ms (p99)",
            flush=True,
        )

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
