"""Measures a roll sheet: the whole request (token, viewer, head, roster, GraphQL, JSON) for 1, 30 and 100 rows.

    python bench/roll_sheet.py [rounds]

It compares with plain asyncpg, which reads the occurrence, its students and their marks on a pooled connection of the
same server and encodes a dict: without token, permissions and indicators. Both run in turns, in one process, and it
prints the medians of the best third of the rounds. It uses a temporary database on DATABASE_URL if that is set,
otherwise an embedded server.
"""

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import asyncpg
import orjson
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.vocabulary import AttendanceStatus, EnrollmentType, Permission, Source
from bench.machine import bench_servers
from commands.servers.scratch import scratch_database
from db import models
from db.engine import Database, create_engine
from db.ids import new_id
from db.migrate import upgrade
from gql.fields.global_ids import encode_occurrence_id
from tests.support.api import Api, serving
from tests.support.factories import LONG_AGO, MONDAY, Lesson, World, new_world

ROWS = (1, 30, 100)
WEEKS = 8
OTHER_STUDENTS = 600

LEAN = """query($id: ID!) { occurrence(id: $id) {
  id date startsAt state canRecordAttendance revision
  roster { id student { firstName lastName } mark { status isDefaulted } isSubdued }
} }"""
FULL = """query($id: ID!) { occurrence(id: $id) {
  id date startsAt endsAt state canRecordAttendance notRecordable { reason } revision attendanceState
  tally { present absent excusedAbsence unmarked total } offering { name } location { name } instructors { lastName }
  roster {
    id isSubdued attendanceRate student { id firstName lastName } enrollment { id type }
    mark { status isDefaulted source markedAt note revision }
    indicators { kind label detail }
  }
} }"""
HEAD = """
SELECT t.start_time, t.duration_minutes, o.name, l.name AS location, l.time_zone, coalesce(c.revision, 0) AS revision
FROM timeslot t JOIN offering o USING (organization_id) JOIN location l USING (organization_id)
LEFT JOIN occurrence c ON c.organization_id = t.organization_id AND c.timeslot_id = t.id AND c.held_on = $3
WHERE t.organization_id = $1 AND t.id = $2 AND o.id = t.offering_id AND l.id = o.location_id
"""
SHEET = """
SELECT s.id, s.first_name, s.last_name, m.status, m.is_defaulted
FROM enrollment e
JOIN student s ON s.organization_id = e.organization_id AND s.id = e.student_id
LEFT JOIN mark m ON m.organization_id = e.organization_id AND m.student_id = s.id
    AND m.timeslot_id = $3 AND m.held_on = $4
WHERE e.organization_id = $1 AND e.offering_id = $2 AND e.starts_on <= $4 AND (e.drop_on IS NULL OR e.drop_on >= $4)
ORDER BY s.last_name, s.first_name
"""


@dataclass
class Measured:
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    async def run(self, work: Callable[[], Awaitable[object]]) -> None:
        wall, cpu = time.perf_counter(), time.process_time()
        await work()
        self.wall.append(time.perf_counter() - wall)
        self.cpu.append(time.process_time() - cpu)

    def told(self) -> tuple[float, float]:
        """Return the milliseconds of wall time and of this process's CPU, as text."""
        return _best(self.wall), _best(self.cpu)


def _best(times: list[float]) -> float:
    return 1000 * statistics.median(sorted(times)[: max(1, len(times) // 3)])


async def put(owner: AsyncConnection, model: type[Any], rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), 1000):
        await owner.execute(insert(model), rows[start : start + 1000])


async def fill(world: World, lesson: Lesson, size: int) -> None:
    """Make a class of this size with eight weeks of marks, today's among them, and causes for some indicators."""
    families, students, enrollments, notes, marks = [], [], [], [], []
    of = {"organization_id": world.organization_id}
    for number in range(size):
        family, student, enrollment = new_id(), new_id(), new_id()
        families.append({**of, "id": family, "name": f"Family {number}", "balance": number % 3})
        students.append(
            {
                **of,
                "id": student,
                "family_id": family,
                "first_name": f"Given {number}",
                "last_name": f"Family {number}",
                "birth_on": date(2018, 1 + number % 12, 1 + number % 28),
                "medical_alert": "Nuts" if number % 10 == 0 else "none",
            }
        )
        enrollments.append(
            {
                **of,
                "id": enrollment,
                "student_id": student,
                "offering_id": lesson.offering_id,
                "type": EnrollmentType.ACTIVE,
                "starts_on": LONG_AGO.date(),
            }
        )
        if number % 5 == 0:
            notes.append({**of, "id": new_id(), "student_id": student, "body": "A note", "written_at": LONG_AGO})
        marks += [_mark(world, lesson, student, enrollment, week) for week in range(WEEKS)]
    for week in range(WEEKS):
        await world.occurrence(lesson.timeslot_id, MONDAY - timedelta(7 * week), revision=1)
    await put(world.owner, models.Family, families)
    await put(world.owner, models.Student, students)
    await put(world.owner, models.Enrollment, enrollments)
    if notes:
        await put(world.owner, models.StudentNote, notes)
    await put(world.owner, models.Mark, marks)


def _mark(world: World, lesson: Lesson, student: UUID, enrollment: UUID, week: int) -> dict[str, Any]:
    return {
        "organization_id": world.organization_id,
        "timeslot_id": lesson.timeslot_id,
        "held_on": MONDAY - timedelta(7 * week),
        "student_id": student,
        "enrollment_id": enrollment,
        "status": AttendanceStatus.PRESENT,
        "source": Source.OFFICE,
        "marked_at": LONG_AGO,
        "revision": 1,
    }


async def by_hand(pool: "asyncpg.Pool[Any]", world: World, lesson: Lesson) -> bytes:
    async with pool.acquire() as connection:
        head = await connection.fetchrow(HEAD, world.organization_id, lesson.timeslot_id, MONDAY)
        rows = await connection.fetch(SHEET, world.organization_id, lesson.offering_id, lesson.timeslot_id, MONDAY)
    roster = [
        {
            "student": {"firstName": row["first_name"], "lastName": row["last_name"]},
            "mark": row["status"] and {"status": row["status"], "isDefaulted": row["is_defaulted"]},
        }
        for row in rows
    ]
    answer = {"name": head["name"], "revision": head["revision"], "date": str(MONDAY), "roster": roster}
    return orjson.dumps({"data": {"occurrence": answer}})


async def compare(api: Api, pool: "asyncpg.Pool[Any]", world: World, sheet: tuple[int, Lesson], rounds: int) -> None:
    size, lesson = sheet
    wanted = encode_occurrence_id(OccurrenceKey(lesson.timeslot_id, MONDAY))
    ways: dict[str, tuple[Measured, Callable[[], Awaitable[object]]]] = {
        "asyncpg alone": (Measured(), lambda: by_hand(pool, world, lesson)),
        "the API, names and marks": (Measured(), lambda: api.ask(LEAN, id=wanted)),
        "the API, everything": (Measured(), lambda: api.ask(FULL, id=wanted)),
    }
    for turn in range(rounds + 10):
        for measured, work in ways.values():
            await (measured.run(work) if turn >= 10 else work())
    floor_wall, floor_cpu = ways["asyncpg alone"][0].told()
    for name, (measured, _) in ways.items():
        wall, cpu = measured.told()
        print(
            f"{size:>4} rows  {name:<26} {wall:7.2f} ms {cpu:7.2f} ms CPU"
            f"   {wall / floor_wall:5.1f} x {cpu / floor_cpu:5.1f} x CPU"
        )


async def measure(url: str, rounds: int) -> None:
    owning = create_engine(url, role=None, pool_size=1)
    database = Database(create_engine(url))
    pool = await asyncpg.create_pool(url.replace("+asyncpg", ""), min_size=2, max_size=4)
    try:
        async with owning.execution_options(isolation_level="AUTOCOMMIT").connect() as owner:
            world = await new_world(owner)
            lessons = {size: await world.weekly_class(name=f"Class of {size}") for size in ROWS}
            for size, lesson in lessons.items():
                await fill(world, lesson, size)
            await fill(world, await world.weekly_class(name="The others"), OTHER_STUDENTS)
            await owner.execute(text("ANALYZE"))
            async with serving(database) as anybody:
                api = await anybody.as_staff(world, Permission.OWNER)
                for sheet in lessons.items():
                    await compare(api, pool, world, sheet, rounds)
    finally:
        await pool.close()
        await database.close()
        await owning.dispose()


async def run(server_url: str, rounds: int) -> None:
    async with scratch_database(server_url) as url:
        await upgrade(url)
        await measure(url, rounds)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    with bench_servers(needs_redis=False) as servers:
        asyncio.run(run(servers.database_url, rounds))


if __name__ == "__main__":
    main()
