"""Measures a search for makeups: the whole request over 90 days, for 10, 200 and 2,000 weekly classes of 12 students.

    python bench/eligible_makeups.py [rounds]

There are three searches: a family's first page of 50; a family's search that finds nothing because all classes are
full, so that every occurrence is examined (about 13 for each class); and the first page of all occurrences with the
reasons against each, as staff see it. It prints the median and the worst value of the response time and of the longest
time for which the event loop was blocked, the CPU time of this process per response, and its number of SQL statements.
A tenth of the students has expected absences on some of the days. It uses a temporary database on DATABASE_URL if that
is set, otherwise an embedded server.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import time as wall_time
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import insert, text, update

from attendance.rules.vocabulary import EnrollmentType, ExpectedAbsenceState, OfferingKind, Permission, Portal, Source
from bench.machine import bench_servers
from commands.servers.scratch import scratch_database
from db import models
from db.engine import Database, create_engine
from db.ids import new_id
from db.migrate import upgrade
from gql.fields.global_ids import encode_id
from tests.support.api import Api, serving
from tests.support.factories import LONG_AGO, MONDAY, World, new_world

CLASSES = (10, 200, 2000)
STUDENTS = 12
DAYS = 90
FIND = """query($token: ID!, $from: Date!, $to: Date!, $rejected: Boolean = false) {
  eligibleMakeups(tokenId: $token, from: $from, to: $to, includeRejected: $rejected) {
    nodes { isEligible openings reasons { reason message }
      occurrence { id date startsAt offering { name } location { name } } }
    pageInfo { hasNextPage endCursor }
  }
}"""


@dataclass
class Business:
    """An organization with that many classes, and the people who search."""

    family: Api
    staff: Api
    token: str
    classes: int

    def given(self, *, rejected: bool) -> dict[str, Any]:
        until = MONDAY + timedelta(DAYS - 1)
        return {"token": self.token, "from": str(MONDAY), "to": str(until), "rejected": rejected}


@dataclass
class Held:
    """Measures the longest time between two turns of a task that asks for one each millisecond."""

    seconds: float = 0.0


@asynccontextmanager
async def watching() -> AsyncIterator[Held]:
    held = Held()

    async def watch() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            held.seconds = max(held.seconds, time.perf_counter() - before - 0.001)

    task = asyncio.create_task(watch())
    try:
        yield held
    finally:
        task.cancel()


async def open_business(world: World, anybody: Api, classes: int) -> Business:
    family_id = await world.family()
    ann = await world.student(family_id=family_id, birth_on=MONDAY.replace(year=2019))
    rows = _Rows(world, ann)
    locations = [world.location_id, await world.location(), await world.location(name="Third Street")]
    for number in range(classes):
        rows.add_class(number, locations[number % 3])
    await rows.put()
    return Business(
        await anybody.signed_in(world, await world.guardian(family_id), Portal.CUSTOMER),
        await anybody.as_staff(world, Permission.OWNER),
        encode_id("MakeupToken", await world.makeup_token(ann)),
        classes,
    )


class _Rows:
    """The rows: for each class its timeslot, its students with their enrollments, and the absences of a tenth of
    them.
    """

    def __init__(self, world: World, ann: UUID) -> None:
        self.world = world
        self.of = {"organization_id": world.organization_id}
        self.family = {**self.of, "id": new_id(), "name": "Others"}
        self.rows: dict[type[Any], list[dict[str, Any]]] = {
            model: []
            for model in (
                models.Offering,
                models.Timeslot,
                models.Student,
                models.Enrollment,
                models.ExpectedAbsence,
            )
        }

    def add_class(self, number: int, location_id: UUID) -> None:
        offering_id = self._add(
            models.Offering,
            kind=OfferingKind.CLASS,
            name=f"Class {number}",
            location_id=location_id,
            capacity=STUDENTS + 1,
            min_age_months=48,
            max_age_months=119,
        )
        self._add(
            models.Timeslot,
            offering_id=offering_id,
            weekday=1 + number % 6,
            start_time=wall_time(9 + number % 11, 15 * (number % 4)),
            duration_minutes=45,
        )
        for place in range(STUDENTS):
            self._add_student(offering_id, number * STUDENTS + place)

    def _add_student(self, offering_id: UUID, number: int) -> None:
        student_id = self._add(
            models.Student, family_id=self.family["id"], first_name=f"Given {number}", last_name="Other"
        )
        self._add(
            models.Enrollment,
            student_id=student_id,
            offering_id=offering_id,
            type=EnrollmentType.ACTIVE,
            starts_on=LONG_AGO.date(),
        )
        if number % 10 == 0:
            self._add(
                models.ExpectedAbsence,
                student_id=student_id,
                starts_on=MONDAY + timedelta(number % DAYS),
                ends_on=MONDAY + timedelta(number % DAYS + 7),
                state=ExpectedAbsenceState.APPROVED,
                source=Source.OFFICE,
                requested_at=LONG_AGO,
            )

    def _add(self, model: type[Any], **values: Any) -> UUID:
        row_id = new_id()
        self.rows[model].append({**self.of, "id": row_id, **values})
        return row_id

    async def put(self) -> None:
        owner = self.world.owner
        await owner.execute(insert(models.Family).values(**self.family))
        for model, rows in self.rows.items():
            for start in range(0, len(rows), 1000):
                await owner.execute(insert(model), rows[start : start + 1000])


async def compare(business: Business, world: World, rounds: int) -> None:
    print(f"{business.classes} classes")
    await tell("a family's first page", business.family, business.given(rejected=False), rounds)
    await tell("all, with what is against each", business.staff, business.given(rejected=True), rounds)
    full = update(models.Offering).where(models.Offering.organization_id == world.organization_id)
    await world.owner.execute(full.values(capacity=STUDENTS - 4))
    await tell("a family's search, all being full", business.family, business.given(rejected=False), rounds)


async def tell(name: str, api: Api, given: dict[str, Any], rounds: int) -> None:
    for _ in range(5):
        await api.ask(FIND, **given)
    times, busy, waits = [], [], []
    for _ in range(rounds):
        api.statements.clear()
        async with watching() as held:
            wall, cpu = time.perf_counter(), time.process_time()
            found = await api.ask(FIND, **given)
            times.append(1000 * (time.perf_counter() - wall))
            busy.append(1000 * (time.process_time() - cpu))
        waits.append(1000 * held.seconds)
    print(
        f"  {name:<36} {statistics.median(times):7.1f} ms (worst {max(times):7.1f}),"
        f" {statistics.median(busy):7.1f} ms CPU,"
        f" loop held {statistics.median(waits):6.1f} ms (worst {max(waits):6.1f}),"
        f" {len(api.statements)} statements, {len(found['eligibleMakeups']['nodes'])} found"
    )


async def measure(url: str, rounds: int) -> None:
    owning = create_engine(url, role=None, pool_size=1)
    database = Database(create_engine(url))
    try:
        async with (
            owning.execution_options(isolation_level="AUTOCOMMIT").connect() as owner,
            serving(database) as anybody,
        ):
            for classes in CLASSES:
                world = await new_world(owner, name=f"{classes} classes", makeup_horizon_days=365)
                business = await open_business(world, anybody, classes)
                await owner.execute(text("ANALYZE"))
                await compare(business, world, rounds)
    finally:
        await database.close()
        await owning.dispose()


async def run(server_url: str, rounds: int) -> None:
    async with scratch_database(server_url) as url:
        await upgrade(url)
        await measure(url, rounds)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with bench_servers(needs_redis=False) as servers:
        asyncio.run(run(servers.database_url, rounds))


if __name__ == "__main__":
    main()
