"""Measures what the reports of a year cost (R15.1): a page of 50 of each.

    python bench/reports.py [classes, 250 when left out]

The business has 52 weeks of attendance, twelve students for each class, and a makeup token for each absence. Printed
for each report: the medians of seven rounds of this process's CPU time and of PostgreSQL's. It uses a temporary
database on an embedded server, or on DATABASE_URL as a superuser.
"""

import asyncio
import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.vocabulary import Permission, ReportGroup, TokenReportGroup
from bench.machine import bench_servers, cpu_seconds
from commands.servers.scratch import scratch_database
from db.engine import Database, create_engine
from db.migrate import upgrade
from tests.support.api import Api, serving
from tests.support.factories import MONDAY, new_world
from tests.support.large_business import fill_business

ROUNDS, WEEKS = 7, 52
ATTENDANCE = """query($filter: ReportFilter!, $by: ReportGroup!) { attendanceReport(filter: $filter, groupBy: $by) {
  totals { total rate } rows { nodes { subjectId name counts { present absent total rate } } } } }"""
TOKENS = """query($filter: TokenReportFilter!, $by: TokenReportGroup!) { tokenReport(filter: $filter, groupBy: $by) {
  totals { issued } rows { nodes { subjectId name counts { issued used expired outstanding } } } } }"""
ABSENCES = """query($filter: ReportFilter!) { absenceReport(filter: $filter) {
  nodes { date offeringName studentName status token { state expiresOn } } } }"""
CAPACITY = """query($filter: CapacityReportFilter!) { capacityReport(filter: $filter) {
  nodes { name weekday startTime capacity taken free waiting } } }"""
_BACKENDS = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
_TOKENS = text("""
INSERT INTO makeup_token (organization_id, id, student_id, origin, timeslot_id, held_on, source, issued_at, issued_on,
                          expires_on, location_id)
SELECT m.organization_id, gen_random_uuid(), m.student_id, 'ABSENCE', m.timeslot_id, m.held_on, 'SYSTEM', m.marked_at,
       m.held_on, m.held_on + 60, CASE WHEN random() < 0.5 THEN CAST(:location_id AS uuid) END
FROM mark m WHERE m.organization_id = :of AND m.status IN ('ABSENT', 'EXCUSED_ABSENCE')
""")
_SIZE = text("""
SELECT (SELECT count(*) FROM mark), (SELECT count(*) FROM student), (SELECT count(*) FROM makeup_token)
""")


async def measure(owner: AsyncConnection, api: Api) -> None:
    span = {"from": str(MONDAY - timedelta(weeks=WEEKS)), "to": str(MONDAY)}
    asked: list[tuple[str, str, dict[str, Any]]] = [
        *((f"attendance by {by}", ATTENDANCE, {"filter": span, "by": by}) for by in ReportGroup),
        *((f"tokens by {by}", TOKENS, {"filter": span, "by": by}) for by in TokenReportGroup),
        ("absences", ABSENCES, {"filter": span}),
        ("places", CAPACITY, {"filter": {"date": str(MONDAY)}}),
    ]
    for name, query, given in asked:
        rounds = [await _run(owner, api, query, given) for _ in range(ROUNDS)]
        ours, databases = (statistics.median(times) for times in zip(*rounds, strict=True))
        print(f"  {name:<26} {ours:7.1f} ms of CPU, {databases:7.1f} ms of PostgreSQL", flush=True)


async def _run(owner: AsyncConnection, api: Api, query: str, given: dict[str, Any]) -> tuple[float, float]:
    backends = list((await owner.execute(_BACKENDS)).scalars())
    before, cpu = sum(map(cpu_seconds, backends)), time.process_time()
    await api.ask(query, **given)
    used = time.process_time() - cpu
    return 1000 * used, 1000 * (sum(map(cpu_seconds, backends)) - before)


async def run(server_url: str, classes: int) -> None:
    async with scratch_database(server_url) as url:
        await upgrade(url)
        database, owning = Database(create_engine(url, pool_size=1)), create_engine(url, role=None)
        try:
            async with (
                owning.execution_options(isolation_level="AUTOCOMMIT").connect() as owner,
                serving(database) as anybody,
            ):
                world = await new_world(owner, name="A year")
                await fill_business(world, classes=classes, weeks=WEEKS)
                await owner.execute(_TOKENS, {"of": world.organization_id, "location_id": world.location_id})
                await owner.execute(text("VACUUM ANALYZE"))
                marks, students, tokens = (await owner.execute(_SIZE)).one()
                print(f"{classes} classes, {students:,} students, {marks:,} marks, {tokens:,} tokens", flush=True)
                await measure(owner, await anybody.as_staff(world, Permission.OWNER))
        finally:
            await database.close()
            await owning.dispose()


def main() -> None:
    classes = int(sys.argv[1]) if len(sys.argv) > 1 else 250
    with bench_servers(needs_redis=False) as servers:
        asyncio.run(run(servers.database_url, classes))


if __name__ == "__main__":
    main()
