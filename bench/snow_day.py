"""Measures a snow day: one worker cancels every class of a day with tokens and e-mails while roll sheets are read.

    python bench/snow_day.py [classes] [students in each]

The default is 200 classes of 30. The worker is a process of its own, as in production. One client repeatedly asks for a
roll sheet of another class, with a pause in between. It prints medians and 95th percentiles with the worker idle and
with the worker busy, which are measured in turns of a second: the worker is stopped (SIGSTOP) in every other turn, so
whatever else the machine does affects both. The time of the task excludes those turns. Then it measures the same while
the e-mails are sent, for at most 20 seconds. It uses DATABASE_URL and REDIS_URL if they are set, otherwise embedded
servers.
"""

import asyncio
import os
import signal
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.vocabulary import EnrollmentType, Permission
from bench.machine import bench_servers
from commands.servers.scratch import scratch_database
from db import models
from db.engine import Database, create_engine
from db.ids import new_id
from db.migrate import upgrade
from gql.fields.global_ids import encode_occurrence_id
from tests.support.api import Api, serving
from tests.support.factories import JANUARY, MONDAY, Lesson, World, new_world
from tests.support.processes import Process, worker_process

TURN_SECONDS = 1.0
MAIL_SECONDS = 20.0
PAUSE_SECONDS = 0.02
SHEET = """query($id: ID!) { occurrence(id: $id) {
  state revision attendanceState tally { present absent unmarked total }
  roster { id student { firstName lastName } enrollment { type } mark { status } indicators { kind label } isSubdued }
} }"""
PREVIEW = """query($input: CancelOccurrencesInput!) { cancellationPreview(input: $input) {
  occurrenceCount studentCount tokensToCreate emailCount overLimitCount } }"""
CANCEL = """mutation($input: CancelOccurrencesInput!) { cancelOccurrences(input: $input) { __typename
  ... on CancelOccurrencesSuccess { occurrenceCount } } }"""
TASK = text("SELECT state, done, total, extract(epoch FROM ended_at - created_at) AS seconds FROM background_task")
WAITING = text("SELECT count(*) FROM email WHERE state = 'QUEUED'")
CAME = text("""SELECT (SELECT count(*) FROM makeup_token WHERE origin = 'CANCELLATION') AS tokens,
    (SELECT count(*) FROM email) AS emails, (SELECT count(*) FROM occurrence WHERE cancelled_at IS NOT NULL) AS off""")


async def put(owner: AsyncConnection, model: type[Any], rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), 1000):
        await owner.execute(insert(model), rows[start : start + 1000])


async def fill(world: World, classes: int, size: int) -> Lesson:
    """Put each student into two of Monday's classes, and return a class on Tuesday."""
    of: dict[str, Any] = {"organization_id": world.organization_id}
    lessons = [await world.weekly_class(name=f"Class {number}") for number in range(classes)]
    other = await world.weekly_class(name="Tuesday", weekday=2)
    students: list[dict[str, Any]] = []
    families: list[dict[str, Any]] = []
    enrollments: list[dict[str, Any]] = []
    for number in range(max(classes * size // 2, size)):
        family_id = new_id()
        families.append({**of, "id": family_id, "name": f"Family {number}", "email": f"family{number}@example.org"})
        names = {"first_name": f"Given {number}", "last_name": f"Family {number}"}
        students.append({**of, "id": new_id(), "family_id": family_id, **names})
    for place, lesson in enumerate([*lessons, other]):
        for seat in range(size):
            student = students[(place * size + seat) % len(students)]
            enrollments.append(
                {
                    **of,
                    "id": new_id(),
                    "student_id": student["id"],
                    "offering_id": lesson.offering_id,
                    "type": EnrollmentType.ACTIVE,
                    "starts_on": JANUARY,
                }
            )
    await put(world.owner, models.Family, families)
    await put(world.owner, models.Student, students)
    await put(world.owner, models.Enrollment, enrollments)
    await world.owner.execute(text("ANALYZE"))
    return other


@dataclass
class Turns:
    """Response times of roll sheets with the worker stopped and busy, in milliseconds. `seconds` is the time it was
    busy.
    """

    api: Api
    sheet: str
    worker: Process
    idle: list[float] = field(default_factory=list)
    busy: list[float] = field(default_factory=list)
    seconds: float = 0

    async def until(self, is_over: Callable[[], Awaitable[bool]]) -> "Turns":
        while not await is_over():
            self.worker.send_signal(signal.SIGSTOP)
            await self._turn(self.idle)
            self.worker.send_signal(signal.SIGCONT)
            began = time.perf_counter()
            await self._turn(self.busy, is_over)
            self.seconds += time.perf_counter() - began
        return self

    async def _turn(self, times: list[float], is_over: Callable[[], Awaitable[bool]] | None = None) -> None:
        until = time.perf_counter() + TURN_SECONDS
        while time.perf_counter() < until and not (is_over and await is_over()):
            began = time.perf_counter()
            await self.api.ask(SHEET, id=self.sheet)
            times.append(1000 * (time.perf_counter() - began))
            await asyncio.sleep(PAUSE_SECONDS)

    def tell(self) -> None:
        print(f"roll sheet, idle       {told(self.idle)}   {len(self.idle)} queries")
        print(f"roll sheet, meanwhile  {told(self.busy)}   {len(self.busy)} queries")
        ratio = statistics.median(self.busy) / statistics.median(self.idle)
        print(f"meanwhile / idle       {ratio:.2f} x   (load {os.getloadavg()[0]:.1f})")


def told(times: list[float]) -> str:
    ordered = sorted(times)
    return f"median {statistics.median(ordered):6.1f} ms   95% {ordered[int(len(ordered) * 0.95)]:6.1f} ms"


async def snow_day(api: Api, world: World, other: Lesson, worker: Process) -> None:
    sheet = encode_occurrence_id(OccurrenceKey(other.timeslot_id, MONDAY + timedelta(days=1)))
    given = {
        "range": {"from": MONDAY.isoformat(), "to": MONDAY.isoformat()},
        "comment": "Snow.",
        "notify": True,
        "createTokens": {"sendEmails": True},
    }
    began = time.perf_counter()
    preview = (await api.ask(PREVIEW, input=given))["cancellationPreview"]
    print(f"dry run    {time.perf_counter() - began:6.2f} s    {preview}")
    for _ in range(20):
        await api.ask(SHEET, id=sheet)
    began = time.perf_counter()
    await api.ask(CANCEL, input=given)
    print(f"mutation   {time.perf_counter() - began:6.2f} s")

    async def is_ended() -> bool:
        return (await world.owner.execute(TASK)).one().state not in ("QUEUED", "RUNNING")

    task = await Turns(api, sheet, worker).until(is_ended)
    row = (await world.owner.execute(TASK)).one()
    print(f"task       {task.seconds:6.2f} s    {row.state}, {row.done} of {row.total}")
    came = (await world.owner.execute(CAME)).one()
    print(f"           {came.off} classes, {came.tokens} tokens, {came.emails} e-mails")
    task.tell()
    mail = Turns(api, sheet, worker)
    waiting = (await world.owner.execute(WAITING)).scalar_one()

    async def is_sent() -> bool:
        return mail.seconds > MAIL_SECONDS or not (await world.owner.execute(WAITING)).scalar_one()

    await mail.until(is_sent)
    left = (await world.owner.execute(WAITING)).scalar_one()
    print(f"mail       {mail.seconds:6.2f} s    {waiting - left} of {waiting}")
    mail.tell()


async def measure(url: str, redis_url: str, classes: int, size: int) -> None:
    owning = create_engine(url, role=None, pool_size=1)
    database = Database(create_engine(url))
    try:
        async with owning.execution_options(isolation_level="AUTOCOMMIT").connect() as owner:
            world = await new_world(owner, token_limit=10, consecutive_absences_notice=3)
            other = await fill(world, classes, size)
            async with serving(database) as anybody:
                api = await anybody.as_staff(world, Permission.OWNER)
                with worker_process(url, redis_url, now=anybody.clock.now) as worker:
                    await asyncio.sleep(3)
                    await snow_day(api, world, other, worker)
    finally:
        await database.close()
        await owning.dispose()


async def run(server_url: str, redis_url: str, classes: int, size: int) -> None:
    async with scratch_database(server_url) as url:
        await upgrade(url)
        await measure(url, redis_url, classes, size)


def main() -> None:
    classes, size = (int(sys.argv[place]) if len(sys.argv) > place else usual for place, usual in ((1, 200), (2, 30)))
    with bench_servers() as servers:
        asyncio.run(run(servers.database_url, servers.redis_url, classes, size))


if __name__ == "__main__":
    main()
