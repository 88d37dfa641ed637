"""Measures Rollbook beside the servers that somebody might build instead, on one PostgreSQL and one core a server.

    python bench/peers/run.py [--rounds 5] [--requests 300] [--warm-up 5] [--events 30]
                              [--only sheet,check-in,day,event] [--servers floor,rollbook] [--classes 200] [--weeks 30]

Each server is loaded for `--warm-up` seconds, since V8 compiles for thousands of requests. Then PostgreSQL looks at
what its tables hold by now, which lets all servers' statements be planned anew, and the servers take turns in rounds,
which alternate the order. Before anything is measured, the answers are compared by what they mean; the run ends when
they differ. Printed are, for each operation, the medians of the rounds: the milliseconds of CPU that the server and
PostgreSQL spend on a request, both also as a multiple of what the floor spent in the same round, and the median and the
99th percentile of the latency under eight connections; for an event, of the time from the commit to the last delivery.
The floor is Starlette and asyncpg without GraphQL, which passes the database's JSON text on; "bare sockets" only
forwards finished frames. It uses a temporary database on DATABASE_URL, and REDIS_URL, if they are set, otherwise
embedded servers.
"""

import argparse
import asyncio
import statistics
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.machine import bench_servers, cpu_seconds
from bench.peers.alike import difference
from bench.peers.business import Business, forget_check_ins, make_business
from bench.peers.events import changing, measure_events
from bench.peers.load import ask, load
from bench.peers.results import Cost, Results
from bench.peers.scenarios import SCENARIOS, Scenario
from bench.peers.servers import BARE, NAMES, Server, leave_first_core, started
from commands.servers.scratch import scratch_database
from db.engine import create_engine
from db.migrate import upgrade

APPLICATION = "bench"
_BACKENDS = text(
    "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
    f" AND application_name <> '{APPLICATION}'"
)


class Run:
    def __init__(self, owner: AsyncConnection, business: Business, servers: list[Server]) -> None:
        self._owner = owner
        self._business = business
        self._servers = servers

    async def compare(self, scenario: Scenario) -> None:
        """End the run unless all servers answer alike."""
        answers = []
        for server in self._servers:
            (body,) = scenario.bodies(self._business, server, 1)
            answers.append(await ask(server.port, server.token, body))
            await self._take_back(scenario)
        for server, answer in zip(self._servers, answers, strict=True):
            if found := difference(answers[0], answer):
                sys.exit(f"{scenario.name}: {self._servers[0].name} and {server.name} answer differently: {found}")

    async def measure(self, scenario: Scenario, given: argparse.Namespace) -> Results:
        for server in self._servers:
            _progress(f"{scenario.name}: warming up {server.name}")
            began = time.monotonic()
            while time.monotonic() - began < given.warm_up:
                await self._turn(scenario, server, given.requests)
        # Otherwise the first server would keep plans that are older than the statistics of what it has written.
        await self._owner.execute(text("ANALYZE"))
        for server in self._servers:
            await self._turn(scenario, server, given.requests)
        results = Results(scenario.name)
        for number in range(1, given.rounds + 1):
            for server in self._servers if number % 2 else self._servers[::-1]:
                _progress(f"{scenario.name}: round {number} of {given.rounds}, {server.name}")
                results.add(server.name, await self._turn(scenario, server, given.requests))
        _progress("")
        return results

    async def _turn(self, scenario: Scenario, server: Server, requests: int) -> Cost:
        bodies = scenario.bodies(self._business, server, scenario.requests or requests)
        cpu, before = server.cpu(), await self._backends()
        took = await load(server.port, server.token, bodies)
        cpu, after = server.cpu() - cpu, await self._backends()
        database = sum(spent - before.get(pid, 0) for pid, spent in after.items())
        await self._take_back(scenario)
        latency = statistics.quantiles(took, n=100)
        return Cost(*(1000 * figure for figure in (cpu / len(took), database / len(took), latency[49], latency[98])))

    async def _backends(self) -> dict[int, float]:
        """Return the CPU time of PostgreSQL's processes that serve the servers; 0 when it runs on another machine."""
        return {pid: cpu_seconds(pid) for pid in await self._owner.scalars(_BACKENDS)}

    async def _take_back(self, scenario: Scenario) -> None:
        if scenario.leaves_marks:
            await forget_check_ins(self._business)


def _progress(said: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{said}", end="", file=sys.stderr, flush=True)


async def run(database_url: str, redis_url: str, given: argparse.Namespace) -> None:
    async with scratch_database(database_url) as url, AsyncExitStack() as stack:
        await upgrade(url)
        engine = create_engine(url, role=None, pool_size=1, application=APPLICATION)
        stack.push_async_callback(engine.dispose)
        owner = await stack.enter_async_context(engine.execution_options(isolation_level="AUTOCOMMIT").connect())
        # It costs more than it saves on short statements, and the peers have no setting of their own for it.
        await owner.exec_driver_sql(f'ALTER DATABASE "{engine.url.database}" SET jit = off')
        business = await make_business(owner, classes=given.classes, weeks=given.weeks)
        marks = await owner.scalar(text("SELECT count(*) FROM mark"))
        print(f"{given.classes} classes of 30, {marks:,} marks, {given.rounds} rounds", flush=True)
        servers = [
            await stack.enter_async_context(started(name, url, redis_url, business))
            for name in NAMES
            if not given.servers or any(part in name for part in given.servers)
        ]
        measuring = Run(owner, business, [server for server in servers if server.name != BARE])
        for scenario in SCENARIOS:
            if not given.only or any(part in scenario.name for part in given.only):
                await measuring.compare(scenario)
                print("", *(await measuring.measure(scenario, given)).lines(), sep="\n", flush=True)
        if not given.only or any(part in "event" for part in given.only):
            async with changing(business, url, redis_url, APPLICATION) as changes:
                async for results in measure_events(changes, servers, given.rounds, given.events, _progress):
                    print("", *results.lines(), sep="\n", flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--warm-up", type=float, default=5)
    parser.add_argument("--events", type=int, default=30)
    parser.add_argument("--classes", type=int, default=200)
    parser.add_argument("--weeks", type=int, default=30)
    parser.add_argument("--only", type=lambda names: names.split(","), default=[])
    parser.add_argument("--servers", type=lambda names: names.split(","), default=[])
    return parser.parse_args()


def main() -> None:
    given: Any = _arguments()
    leave_first_core()
    with bench_servers() as servers:
        asyncio.run(run(servers.database_url, servers.redis_url, given))


if __name__ == "__main__":
    main()
