"""Measures a check-in: the whole request (token, viewer, locks, marks, changes, answer) on a class of ten.

    python bench/check_in.py [rounds, 44 at most]

In each round the class has a new date. The first check-in marks the nine others absent by default, the second finds
them marked. Printed for each: the number of statements, and the medians of the best third of the rounds of wall time,
of the API's CPU time and of PostgreSQL's. It uses a temporary database on DATABASE_URL if that is set, otherwise an
embedded server.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.vocabulary import Permission, Portal
from bench.machine import bench_servers, cpu_seconds
from bench.roll_sheet import OTHER_STUDENTS, fill
from commands.servers.scratch import scratch_database
from db.engine import Database, create_engine
from db.migrate import upgrade
from gql.fields.global_ids import encode_id, encode_occurrence_id
from tests.support.api import Api, serving
from tests.support.factories import MONDAY, Lesson, World, new_world
from tests.support.viewers import DURING_CLASS

SIZE = 10
WEEKS_OF_THE_CLASS = 44
CHECK_IN = """mutation($input: CheckInInput!) { checkIn(input: $input) {
  __typename
  ... on CheckInSuccess {
    occurrence { id revision tally { present absent unmarked total } }
    changedEntries { id mark { status isDefaulted source markedAt revision } }
  }
} }"""


@dataclass
class Measured:
    """Seconds by kind of time, one for each round."""

    wall: list[float] = field(default_factory=list)
    api: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    statements: int = 0

    @contextmanager
    def one(self, backends: list[int]) -> Iterator[None]:
        before = sum(map(cpu_seconds, backends))
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall.append(time.perf_counter() - wall)
        self.api.append(time.process_time() - cpu)
        self.database.append(sum(map(cpu_seconds, backends)) - before)

    def __str__(self) -> str:
        figures = (f"{name} {_best(getattr(self, name)):5.2f} ms" for name in ("wall", "api", "database"))
        return f"{self.statements} statements   {'   '.join(figures)}"


def _best(times: list[float]) -> float:
    return 1000 * statistics.median(sorted(times)[: max(1, len(times) // 3)])


async def measure(api: Api, owner: AsyncConnection, lesson: Lesson, rounds: int) -> None:
    students = list((await owner.execute(_STUDENTS, {"offering": lesson.offering_id})).scalars())
    first, second = Measured(), Measured()
    backends: list[int] = []
    for weeks in reversed(range(rounds)):
        api.clock.now = DURING_CLASS - timedelta(weeks=weeks)
        occurrence_id = encode_occurrence_id(lesson.key(MONDAY - timedelta(weeks=weeks)))
        for measured, student in ((first, students[0]), (second, students[1])):
            given = {"occurrenceId": occurrence_id, "studentId": encode_id("Student", student)}
            api.statements.clear()
            with measured.one(backends):
                answer = await api.ask(CHECK_IN, input=given)
            assert answer["checkIn"]["__typename"] == "CheckInSuccess", answer
            measured.statements = len(api.statements)
        backends = backends or list((await owner.execute(_BACKENDS)).scalars())
    print(f"first check-in   {first}\nsecond check-in  {second}")


_STUDENTS = text("SELECT student_id FROM enrollment WHERE offering_id = :offering ORDER BY student_id")
_BACKENDS = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")


async def run(server_url: str, rounds: int) -> None:
    async with scratch_database(server_url) as url:
        await upgrade(url)
        database = Database(create_engine(url, pool_size=1))
        owning = create_engine(url, role=None)
        try:
            async with owning.execution_options(isolation_level="AUTOCOMMIT").connect() as owner:
                world, lesson = await _business(owner)
                async with serving(database) as anybody:
                    api = await _desk(anybody, world, rounds)
                    await measure(api, owner, lesson, rounds)
        finally:
            await database.close()
            await owning.dispose()


async def _business(owner: AsyncConnection) -> tuple[World, Lesson]:
    """Return an organization in check-in mode, and its class of ten beside a crowd of other students."""
    world = await new_world(owner)
    await world.change_settings(office_check_in_mode=True)
    lesson = await world.weekly_class()
    await fill(world, await world.weekly_class(name="The others"), OTHER_STUDENTS)
    await fill(world, lesson, SIZE)
    await owner.execute(text("DELETE FROM mark WHERE timeslot_id = :id").bindparams(id=lesson.timeslot_id))
    await owner.execute(text("DELETE FROM occurrence WHERE timeslot_id = :id").bindparams(id=lesson.timeslot_id))
    await owner.execute(text("ANALYZE"))
    return world, lesson


async def _desk(anybody: Api, world: World, rounds: int) -> Api:
    """Return the API of an owner who is signed in for as many weeks as there are rounds."""
    anybody.clock.now = DURING_CLASS - timedelta(weeks=rounds)
    person_id = await world.staff(Permission.OWNER)
    return await anybody.signed_in(world, person_id, Portal.OFFICE, lasting=timedelta(weeks=rounds + 1))


def main() -> None:
    rounds = min(int(sys.argv[1]) if len(sys.argv) > 1 else 40, WEEKS_OF_THE_CLASS)
    with bench_servers(needs_redis=False) as servers:
        asyncio.run(run(servers.database_url, rounds))


if __name__ == "__main__":
    main()
