"""Measures how fast a OneRoster bundle loads: makes one with 50,000 enrollments, imports it, and imports it again.

    python bench/import_oneroster.py [enrollments]

It uses a temporary database on DATABASE_URL if that is set, otherwise an embedded server.
"""

import asyncio
import csv
import io
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.machine import bench_servers
from commands.servers.scratch import scratch_database
from db.migrate import upgrade
from importing.oneroster.run import Choices, import_oneroster

NOW = datetime(2026, 11, 16, 18, tzinfo=UTC)
CLASSES_OF_A_STUDENT = 5
STUDENTS_OF_A_CLASS = 25
SCHOOLS = 20
Row = list[str]
Table = tuple[Row, Iterable[Row]]


def tables(enrollments: int) -> dict[str, Table]:
    """Return a district: five classes for each student, 25 students in each class, and one parent for every two
    students.
    """
    students, classes = enrollments // CLASSES_OF_A_STUDENT, enrollments // STUDENTS_OF_A_CLASS
    dates = ("2026-08-17", "2027-06-04")
    orgs = [["d", "Bench District", "district"], *([f"s{n}", f"School {n}", "school"] for n in range(SCHOOLS))]
    terms = [["t", "Year", "schoolYear", *dates, "2027"]]
    courses = ([f"c{n}", f"Course {n}", "d"] for n in range(100))
    sections = ([f"k{n}", f"Class {n}", f"c{n % 100}", "scheduled", f"s{n % SCHOOLS}", "t"] for n in range(classes))
    return {
        "orgs": (["sourcedId", "name", "type"], orgs),
        "academicSessions": (["sourcedId", "title", "type", "startDate", "endDate", "schoolYear"], terms),
        "courses": (["sourcedId", "title", "orgSourcedId"], courses),
        "classes": (
            ["sourcedId", "title", "courseSourcedId", "classType", "schoolSourcedId", "termSourcedIds"],
            sections,
        ),
        "users": (
            [
                *("sourcedId", "enabledUser", "orgSourcedIds", "role", "username", "givenName", "familyName"),
                *("email", "phone", "agentSourcedIds"),
            ],
            _users(students, classes),
        ),
        "demographics": (
            ["sourcedId", "birthDate", "sex"],
            ([f"u{n}", f"{2008 + n % 12}-0{n % 9 + 1}-1{n % 9}", "female"] for n in range(students)),
        ),
        "enrollments": (
            ["sourcedId", "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "beginDate", "endDate"],
            _enrollments(enrollments, students, classes),
        ),
    }


def _users(students: int, classes: int) -> Iterator[Row]:
    for n in range(students):
        names = [f"Given{n}", f"Family{n // 2}"]
        yield [f"u{n}", "true", f"s{n % SCHOOLS}", "student", f"u{n}", *names, "", "", f"g{n // 2}"]
    for n in range((students + 1) // 2):
        reach = [f"g{n}@example.com", f"555{n:07}"]
        yield [f"g{n}", "true", f"s{n % SCHOOLS}", "parent", f"g{n}", f"Parent{n}", f"Family{n}", *reach, ""]
    for n in range(max(1, classes // 5)):
        reach = [f"t{n}@example.com", ""]
        yield [f"t{n}", "true", f"s{n % SCHOOLS}", "teacher", f"t{n}", f"T{n}", f"Eacher{n}", *reach, ""]


def _enrollments(enrollments: int, students: int, classes: int) -> Iterator[Row]:
    for n in range(enrollments):
        section = (n * 7 + n // students) % classes
        yield [f"e{n}", f"k{section}", f"s{section % SCHOOLS}", f"u{n % students}", "student", "2026-08-17", ""]
    for n in range(classes):
        yield [f"x{n}", f"k{n}", f"s{n % SCHOOLS}", f"t{n % max(1, classes // 5)}", "teacher", "", ""]


def make_bundle(path: Path, enrollments: int) -> int:
    """Write the zip file and return the number of its rows."""
    rows = 0
    found = tables(enrollments)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        manifest = ["propertyName,value", "manifest.version,1.0", "oneroster.version,1.1"]
        archive.writestr("manifest.csv", "\n".join([*manifest, *(f"file.{name},bulk" for name in found)]))
        for name, (header, content) in found.items():
            text = io.StringIO()
            writer = csv.writer(text)
            writer.writerow(header)
            for row in content:
                writer.writerow(row)
                rows += 1
            archive.writestr(f"{name}.csv", text.getvalue())
    return rows


async def measure(url: str, path: Path, rows: int, enrollments: int) -> None:
    steps: list[tuple[str, float]] = []

    def progress(what: str, _: int, __: int) -> None:
        if not steps or steps[-1][0] != what:
            steps.append((what, time.perf_counter()))

    choices = Choices(time_zone="America/Chicago")
    for turn in ("first import", "second import"):
        steps.clear()
        began = time.perf_counter()
        report = await import_oneroster(url, path, choices, now=NOW, progress=progress)
        took = time.perf_counter() - began
        if report.problems or not report.is_kept:
            raise SystemExit(f"The import failed: {report.problems[:3]}")
        print(
            f"{turn}: {rows:,} rows, {enrollments:,} enrollments in {took:.1f} s = {rows / took:,.0f} rows/s, "
            f"{report.changes:,} rows written"
        )
        ends = [at for _, at in steps[1:]] + [began + took]
        for (what, at), end in zip(steps, ends, strict=True):
            if end - at >= 0.1:
                print(f"    {what:<34}{end - at:6.1f} s")


async def run(server_url: str, enrollments: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.zip"
        rows = make_bundle(path, enrollments)
        print(f"a bundle of {path.stat().st_size / 1e6:.1f} MB")
        async with scratch_database(server_url) as url:
            await upgrade(url)
            await measure(url, path, rows, enrollments)


def main() -> None:
    enrollments = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    with bench_servers(needs_redis=False, durable=True) as servers:
        asyncio.run(run(servers.database_url, enrollments))


if __name__ == "__main__":
    main()
