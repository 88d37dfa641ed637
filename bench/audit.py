"""Measures the audit of one large organization: ten million marks, of which a tenth are absences with a token.

    python bench/audit.py [marks]

It prints the time of each check that takes more than a hundredth of all, the largest memory of this process and of its
process in the database (with the pages of the shared buffers that it has touched, 128 MB), and what PostgreSQL wrote to
temporary files. Making the data takes several times as long as the audit. It uses a temporary database on DATABASE_URL
if that is set, otherwise an embedded server.
"""

import asyncio
import resource
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bench.machine import bench_servers
from commands.servers.scratch import scratch_database
from db.audit.check import Check
from db.audit.run import audit_organization
from db.engine import create_engine
from db.migrate import upgrade
from tests.support.factories import LONG_AGO, World, new_world

MARKS = 10_000_000
ROWS = 25
SLOTS = 200
STUDENTS = 5000
# Of mark number n: the occurrence is n / ROWS, its timeslot and date follow from it, and every tenth student is absent.
NUMBERED = f"""
    SELECT n, s.id AS timeslot_id, DATE '2000-01-01' + CAST(n / {ROWS * SLOTS} AS integer) AS held_on,
           u.id AS student_id, n % 10 = 0 AS is_absent
    FROM generate_series(CAST(:first AS bigint), :last) AS n
    JOIN slots s ON s.number = n / {ROWS} % {SLOTS}
    JOIN students u ON u.number = (n + n / {ROWS} * 7) % {STUDENTS}
"""
FILL = (
    f"""INSERT INTO occurrence (organization_id, timeslot_id, held_on, revision)
        SELECT :own, timeslot_id, held_on, 2 FROM ({NUMBERED}) m WHERE n % {ROWS} = 0""",
    f"""INSERT INTO change (organization_id, timeslot_id, held_on, revision, kind, source, changed_at)
        SELECT :own, timeslot_id, held_on, k.revision, k.kind, 'OFFICE', :at
        FROM ({NUMBERED}) m CROSS JOIN (VALUES (1, 'MARKS'), (2, 'TOKENS')) AS k (revision, kind)
        WHERE n % {ROWS} = 0""",
    f"""INSERT INTO changed_entry (organization_id, timeslot_id, held_on, revision, student_id, after_status,
            after_is_defaulted, after_source)
        SELECT :own, timeslot_id, held_on, 1, student_id, CASE WHEN is_absent THEN 'ABSENT' ELSE 'PRESENT' END, false,
            'OFFICE' FROM ({NUMBERED}) m""",
    f"""INSERT INTO mark (organization_id, timeslot_id, held_on, student_id, status, source, marked_at, revision)
        SELECT :own, timeslot_id, held_on, student_id, CASE WHEN is_absent THEN 'ABSENT' ELSE 'PRESENT' END, 'OFFICE',
            :at, 1 FROM ({NUMBERED}) m""",
    f"""INSERT INTO makeup_token (organization_id, id, student_id, origin, timeslot_id, held_on, source, issued_at,
            issued_on)
        SELECT :own, CAST(md5(n::text) AS uuid), student_id, 'ABSENCE', timeslot_id, held_on, 'OFFICE', :at, held_on
        FROM ({NUMBERED}) m WHERE is_absent""",
    f"""INSERT INTO makeup_token_entry (organization_id, id, student_id, makeup_token_id, timeslot_id, held_on, act,
            source, entered_at, facts)
        SELECT :own, gen_random_uuid(), student_id, CAST(md5(n::text) AS uuid), timeslot_id, held_on, 'ISSUED',
            'OFFICE', :at, jsonb_build_object('status', 'ABSENT') FROM ({NUMBERED}) m WHERE is_absent""",
)
BATCH = 500_000


async def fill(connection: AsyncConnection, marks: int) -> World:
    """Without triggers and foreign keys, as a restore."""
    world = await new_world(connection)
    offering = await world.offering()
    for statement in (
        "SET session_replication_role = replica",
        "SET synchronous_commit = off",
        "CREATE TEMPORARY TABLE slots AS SELECT n AS number, gen_random_uuid() AS id"
        f" FROM generate_series(0, {SLOTS - 1}) n",
        "CREATE TEMPORARY TABLE students AS SELECT n AS number, gen_random_uuid() AS id"
        f" FROM generate_series(0, {STUDENTS - 1}) n",
    ):
        await connection.execute(text(statement))
    own: dict[str, Any] = {"own": world.organization_id}
    await connection.execute(
        text(
            "INSERT INTO timeslot (organization_id, id, offering_id, starts_on, ends_on, start_time, duration_minutes)"
            " SELECT :own, id, :offering, '2000-01-01', '2099-01-01', '17:00', 45 FROM slots"
        ),
        own | {"offering": offering},
    )
    for first in range(0, marks, BATCH):
        given = own | {"first": first, "last": min(first + BATCH, marks) - 1}
        for statement in FILL:
            used = given | ({"at": LONG_AGO} if ":at" in statement else {})
            await connection.execute(text(statement), used)
        print(f"\r{given['last'] + 1:,} marks made", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    await connection.execute(text("ANALYZE"))
    return world


async def measure(url: str, marks: int) -> None:
    await upgrade(url)
    engine = create_engine(url, role=None, pool_size=1)
    async with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        world = await fill(connection, marks)
    await engine.dispose()
    engine = create_engine(url, role=None, pool_size=1)
    took: dict[str, float] = defaultdict(float)
    current: list[tuple[str, float]] = []

    def begins(check: Check) -> None:
        now = time.perf_counter()
        if current:
            took[current[-1][0]] = now - current[-1][1]
        current.append((check.name, now))

    before = time.perf_counter()
    async with engine.connect() as connection:
        pid = await connection.scalar(text("SELECT pg_backend_pid()"))
    # The pool has one connection, so the audit uses the same process of the database.
    found = [each async for each in audit_organization(engine, world.organization_id, now=LONG_AGO, begins=begins)]
    total = time.perf_counter() - before
    took[current[-1][0]] = time.perf_counter() - current[-1][1]
    own, server = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, high_water(pid)
    async with engine.connect() as connection:
        files = await connection.scalar(
            text("SELECT temp_bytes FROM pg_stat_database WHERE datname = current_database()")
        )
    await engine.dispose()
    assert not found, found[:3]
    print(
        f"{marks:,} marks: {total:.0f} s, {own:.0f} MB here, {server:.0f} MB in the database,"
        f" {files / 2**20:,.0f} MB of files"
    )
    for name, seconds in sorted(took.items(), key=lambda each: -each[1]):
        if seconds > total / 100:
            print(f"  {name:<24}{seconds:>8.1f} s")


def high_water(pid: int) -> float:
    """The largest memory of a process, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) / 1024


async def main(url: str, marks: int) -> None:
    async with scratch_database(url) as scratch:
        await measure(scratch, marks)


if __name__ == "__main__":
    with bench_servers(needs_redis=False) as servers:
        asyncio.run(main(servers.database_url, int(sys.argv[1]) if len(sys.argv) > 1 else MARKS))
