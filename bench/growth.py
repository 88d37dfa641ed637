"""Measures what the hot requests cost as the tables grow: with 1 and 10 million marks, for 200 and 2,000 classes.

    python bench/growth.py [millions of marks ...]

Each number of millions is reached by adding businesses with two years of attendance to the same database, beside the
two that are measured. 50 million marks take about 20 GB and half an hour. Printed for each request: the medians of the
best half of the rounds of this process's CPU time and of PostgreSQL's, and the longest time for which the event loop
was blocked by it. It uses a temporary database on an embedded server, or on DATABASE_URL as a superuser.
"""

import asyncio
import statistics
import sys
import time
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

ROUNDS = 25
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
    held: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{_best(self.api):7.2f} ms of CPU, {_best(self.database):7.2f} ms of PostgreSQL,"
            f" loop held {max(self.held):5.1f} ms"
        )


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


async def measure(business: Business, owner: AsyncConnection) -> None:
    today = {"on": str(MONDAY)}
    found = {"token": business.token, "from": str(MONDAY), "to": str(MONDAY + timedelta(59))}
    costs: dict[str, Cost] = {}
    for round_ in range(ROUNDS):
        sheet, student = business.class_on_monday(round_)
        for name, api, query, given in (
            ("sheet", business.api, FULL, {"id": sheet}),
            ("check-in", business.api, CHECK_IN, {"input": {"occurrenceId": sheet, "studentId": student}}),
            ("day's list of 50", business.api, DAY_LIST, today),
            ("student", business.api, STUDENT, {"id": student}),
            ("makeup search of 60 days", business.family, FIND, found),
        ):
            await _run(costs.setdefault(name, Cost()), owner, api, query, given)
    for name, cost in costs.items():
        print(f"  {business.classes:>5} classes  {name:<26} {cost}", flush=True)
    # The classes are open again for the next size.
    for table in ("feed_item", "feed", "changed_entry", "change", "token_run"):
        await owner.execute(text(f"TRUNCATE {table} CASCADE"))
    await owner.execute(text("DELETE FROM mark WHERE held_on = :monday"), {"monday": MONDAY})
    await owner.execute(text("DELETE FROM occurrence WHERE held_on = :monday"), {"monday": MONDAY})


async def _run(cost: Cost, owner: AsyncConnection, api: Api, query: str, given: dict[str, Any]) -> None:
    backends = list((await owner.execute(_BACKENDS)).scalars())
    before = sum(map(cpu_seconds, backends))
    cpu = time.process_time()
    await api.ask(query, **given)
    cost.api.append(1000 * (time.process_time() - cpu))
    cost.database.append(1000 * (sum(map(cpu_seconds, backends)) - before))
    if query is not CHECK_IN:
        async with watching_the_loop() as watch:
            await api.ask(query, **given)
    cost.held.append(0.0 if query is CHECK_IN else 1000 * watch.longest)


_BACKENDS = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
_MARKS = text("SELECT count(*) FROM mark")


async def grow(owner: AsyncConnection, marks: int) -> None:
    """Add businesses until the table has at least this many marks."""
    there = await owner.scalar(_MARKS) or 0
    while there < marks:
        there += await fill_business(await new_world(owner, name="Another"), **OTHERS)
    await owner.execute(text("VACUUM ANALYZE"))
    size = await owner.scalar(text("SELECT pg_size_pretty(pg_database_size(current_database()))"))
    print(f"{there:,} marks, {size}", flush=True)


async def run(server_url: str, millions: list[float]) -> None:
    async with scratch_database(server_url) as url:
        await upgrade(url)
        database, owning = Database(create_engine(url, pool_size=1)), create_engine(url, role=None)
        try:
            async with (
                owning.execution_options(isolation_level="AUTOCOMMIT").connect() as owner,
                serving(database) as anybody,
            ):
                businesses = [await open_business(owner, anybody, classes) for classes in WEEKS]
                for each in sorted(millions):
                    await grow(owner, int(each * 1_000_000))
                    for business in businesses:
                        await measure(business, owner)
        finally:
            await database.close()
            await owning.dispose()


def main() -> None:
    millions = [float(each) for each in sys.argv[1:]] or [1.0, 10.0]
    with bench_servers(needs_redis=False) as servers:
        asyncio.run(run(servers.database_url, millions))


if __name__ == "__main__":
    main()
