"""Measures what the hot requests cost as the tables grow: with 1, 10 and 50 million marks, for 200 and 2,000 classes.

    python bench/growth.py [millions of marks ...]

Each number of millions is a database of its own: the two businesses that are measured, and as many others with two
years of attendance as it takes. All of them are filled first, row by row with their indexes in place, since an index
that is built over a full table is denser than one that has grown. Then the databases take turns in rounds, so that
other work on the machine weighs on all of them alike. Printed for each request and number of marks: the medians of the
best half of the rounds of this process's CPU time, of PostgreSQL's and of the wall time, each also as a multiple of
that of the fewest marks, and the longest time for which the event loop was blocked. 50 million marks take 18 GB and 10
to 20 minutes. It uses temporary databases on an embedded server, or on DATABASE_URL as a superuser.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.vocabulary import Permission, Portal
from bench.check_in import CHECK_IN
from bench.eligible_makeups import FIND
from bench.machine import bench_servers, cpu_seconds
from bench.roll_sheet import FULL
from commands.servers.scratch import scratch_database
from db.engine import Database, create_engine
from db.migrate import upgrade
from gql.fields.global_ids import encode_id, encode_occurrence_id
from tests.support.api import Api, serving
from tests.support.factories import MONDAY, World, new_world
from tests.support.large_business import fill_business, slot_of, student_of
from tests.support.loop_watch import watching_the_loop

ROUNDS = 30
_SILENCE = 20.0
"""How many seconds a load says nothing of its progress."""
WEEKS = {200: 104, 2000: 8}
"""The weeks of attendance of each business that is measured, by its number of classes."""
OTHERS = {"classes": 100, "weeks": 104}
DAY_LIST = """query($on: Date!) { occurrences(filter: {from: $on, to: $on}, first: 50) {
  nodes { id date startsAt endsAt state attendanceState revision tally { present absent unmarked total }
    offering { name } location { name } instructors { lastName } }
  pageInfo { hasNextPage endCursor }
} }"""
STUDENT = """query($id: ID!) { student(id: $id) { firstName attendance(first: 50) {
  nodes { occurrence { id date offering { name } } mark { status markedAt } }
} } }"""


@dataclass
class Cost:
    """Milliseconds of each round."""

    api: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    held: list[float] = field(default_factory=list)

    def figures(self) -> tuple[float, float, float]:
        return _best(self.api), _best(self.database), _best(self.wall)


def _best(times: list[float]) -> float:
    return statistics.median(sorted(times)[: max(1, len(times) // 2)])


@dataclass
class Business:
    world: World
    classes: int
    api: Api
    family: Api
    token: str

    def class_on_monday(self, number: int) -> tuple[str, str]:
        """Return the ids of today's occurrence of a class, and of one of its students."""
        number = 6 * number % self.classes // 6 * 6
        slot, student = slot_of(self.world, number), student_of(self.world, number)
        return encode_occurrence_id(OccurrenceKey(slot, MONDAY)), encode_id("Student", student)


async def open_business(owner: AsyncConnection, anybody: Api, classes: int) -> Business:
    world = await new_world(owner, name=f"{classes} classes", office_check_in_mode=True, makeup_horizon_days=365)
    await fill_business(world, classes=classes, weeks=WEEKS[classes])
    family = await world.family(name="Baker")
    ann = await world.student(family_id=family)
    return Business(
        world,
        classes,
        await anybody.as_staff(world, Permission.OWNER),
        await anybody.signed_in(world, await world.guardian(family), Portal.CUSTOMER),
        encode_id("MakeupToken", await world.makeup_token(ann)),
    )


class Grown:
    """A database with its businesses, and what their requests have cost, by the number of classes and the request."""

    def __init__(self, owner: AsyncConnection, businesses: list[Business]) -> None:
        self._owner = owner
        self._businesses = businesses
        self.costs: dict[tuple[int, str], Cost] = {}

    async def take_turn(self, round_: int) -> None:
        for business in self._businesses:
            sheet, student = business.class_on_monday(round_)
            found = {"token": business.token, "from": str(MONDAY), "to": str(MONDAY + timedelta(59))}
            for name, api, query, given in (
                ("sheet", business.api, FULL, {"id": sheet}),
                ("check-in", business.api, CHECK_IN, {"input": {"occurrenceId": sheet, "studentId": student}}),
                ("day's list of 50", business.api, DAY_LIST, {"on": str(MONDAY)}),
                ("student", business.api, STUDENT, {"id": student}),
                ("makeup search of 60 days", business.family, FIND, found),
            ):
                await self._run(self.costs.setdefault((business.classes, name), Cost()), api, query, given)

    async def _run(self, cost: Cost, api: Api, query: str, given: dict[str, Any]) -> None:
        backends = list((await self._owner.execute(_BACKENDS)).scalars())
        before = sum(map(cpu_seconds, backends))
        wall, cpu = time.perf_counter(), time.process_time()
        await api.ask(query, **given)
        cost.api.append(1000 * (time.process_time() - cpu))
        cost.wall.append(1000 * (time.perf_counter() - wall))
        cost.database.append(1000 * (sum(map(cpu_seconds, backends)) - before))
        if query is not CHECK_IN:
            async with watching_the_loop() as watch:
                await api.ask(query, **given)
            cost.held.append(1000 * watch.longest)


_BACKENDS = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
_MARKS = text("SELECT count(*) FROM mark")


async def grow(owner: AsyncConnection, marks: int) -> None:
    """Add businesses until the table has at least this many marks."""
    there, began = await owner.scalar(_MARKS) or 0, time.monotonic()
    said = began
    while there < marks:
        there += await fill_business(await new_world(owner, name="Another"), **OTHERS)
        if time.monotonic() - said > _SILENCE:
            said = time.monotonic()
            print(f"  {there:,} marks after {said - began:.0f} s", flush=True)
    filled = time.monotonic()
    # Like tables that grew over years, they are vacuumed and have statistics, and nothing of the load is still being
    # written.
    await owner.execute(text("VACUUM ANALYZE"))
    await owner.execute(text("CHECKPOINT"))
    size = await owner.scalar(text("SELECT pg_size_pretty(pg_database_size(current_database()))"))
    done = time.monotonic()
    print(f"{there:,} marks, {size}; filled in {filled - began:.0f} s, vacuumed in {done - filled:.0f} s", flush=True)


@asynccontextmanager
async def grown(server_url: str, marks: int) -> AsyncIterator[Grown]:
    async with scratch_database(server_url) as url:
        await upgrade(url)
        database, owning = Database(create_engine(url, pool_size=1)), create_engine(url, role=None)
        try:
            async with (
                owning.execution_options(isolation_level="AUTOCOMMIT").connect() as owner,
                serving(database) as anybody,
            ):
                businesses = [await open_business(owner, anybody, classes) for classes in WEEKS]
                await grow(owner, marks)
                yield Grown(owner, businesses)
        finally:
            await database.close()
            await owning.dispose()


async def run(server_url: str, millions: list[float]) -> None:
    async with AsyncExitStack() as stack:
        sizes = {
            each: await stack.enter_async_context(grown(server_url, int(each * 1_000_000))) for each in sorted(millions)
        }
        for round_ in range(ROUNDS):
            # The order stays, so that none has two turns on end and finds its rows in the processor's caches.
            for each in sizes.values():
                await each.take_turn(round_)
            if (round_ + 1) % 10 == 0:
                print(f"  {round_ + 1} of {ROUNDS} rounds", flush=True)
        _tell({each: size.costs for each, size in sizes.items()})


def _tell(costs: dict[float, dict[tuple[int, str], Cost]]) -> None:
    fewest = next(iter(costs.values()))
    for (classes, name), least in fewest.items():
        for millions, of_size in costs.items():
            cost = of_size[classes, name]
            api, database, wall = (
                f"{figure:6.2f} ms ({figure / before:.2f})"
                for figure, before in zip(cost.figures(), least.figures(), strict=True)
            )
            held = f"; loop held {max(cost.held):.1f} ms" if cost.held else ""
            print(
                f"{classes:>5} classes  {name:<25}{millions:>4g} m  CPU {api}  PostgreSQL {database}  wall {wall}{held}"
            )


def main() -> None:
    millions = [float(each) for each in sys.argv[1:]] or [1.0, 10.0]
    with bench_servers(needs_redis=False) as servers:
        asyncio.run(run(servers.database_url, millions))


if __name__ == "__main__":
    main()
