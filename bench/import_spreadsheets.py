"""Measures an import of plain spreadsheets: a business of so many students, loaded twice (R13.8).

python bench/import_spreadsheets.py [students]
"""

import asyncio
import csv
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.machine import bench_servers
from commands.servers.scratch import scratch_database
from db.ids import new_id
from db.migrate import upgrade
from importing.spreadsheets.run import Choices, import_spreadsheets

NOW = datetime(2026, 9, 30, 18, tzinfo=UTC)
PER_STUDENT = 2  # enrollments
PER_CLASS = 15  # students
Row = list[str]


def tables(students: int) -> dict[str, tuple[Row, Iterator[Row]]]:
    """Return the header and the rows of each file."""
    classes, families = max(1, students // PER_CLASS), students // 2 + 1
    return {
        "locations": (["id", "name", "time_zone"], iter([["north", "North", "America/Chicago"]])),
        "sessions": (["id", "name", "starts_on", "ends_on"], iter([["term", "Term", "2026-09-01", "2027-06-18"]])),
        "staff": (
            ["id", "first_name", "last_name", "email", "permissions"],
            ([f"t{n}", f"T{n}", "Eacher", f"t{n}@example.com", "SEE_REPORTS"] for n in range(classes // 5 + 1)),
        ),
        "classes": (
            ["id", "name", "location", "sessions", "instructors", "capacity"],
            ([f"k{n}", f"Class {n}", "north", "term", f"t{n // 5}", "40"] for n in range(classes)),
        ),
        "timeslots": (
            ["class", "weekday", "start_time", "minutes", "room"],
            ([f"k{n}", str(n % 6 + 1), f"{9 + n % 9}:30", "45", "Pool"] for n in range(classes)),
        ),
        "families": (
            ["id", "name", "email", "phone", "balance"],
            ([f"f{n}", f"Family{n}", f"f{n}@example.com", f"+1 512 55{n:05}", "12.50"] for n in range(families)),
        ),
        "guardians": (
            ["id", "family", "first_name", "last_name", "email", "phones"],
            (
                [f"g{n}", f"f{n}", f"Parent{n}", f"Family{n}", f"g{n}@example.com", f"+1 512 66{n:05}"]
                for n in range(families)
            ),
        ),
        "students": (
            ["id", "family", "first_name", "last_name", "birth_on", "medical_alert"],
            ([f"s{n}", f"f{n // 2}", f"Given{n}", f"Family{n // 2}", "2018-05-04", ""] for n in range(students)),
        ),
        "enrollments": (
            ["student", "class", "type", "starts_on"],
            (
                [f"s{n}", f"k{(n + turn * 7) % classes}", "ACTIVE", "2026-09-01"]
                for n in range(students)
                for turn in range(PER_STUDENT)
            ),
        ),
    }


def write_files(folder: Path, students: int) -> int:
    """Write the files and return the number of their rows."""
    rows = 0
    for name, (header, content) in tables(students).items():
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            for row in content:
                writer.writerow(row)
                rows += 1
    return rows


async def measure(url: str, folder: Path, rows: int) -> None:
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    organization_id = new_id()
    await connection.execute("INSERT INTO organization (organization_id, name) VALUES ($1, 'Bench')", organization_id)
    await connection.execute("INSERT INTO settings (organization_id) VALUES ($1)", organization_id)
    await connection.close()
    for turn in ("first import", "second import"):
        began = time.perf_counter()
        report = await import_spreadsheets(url, folder, Choices(), now=NOW)
        took = time.perf_counter() - began
        if report.problems or not report.is_kept:
            raise SystemExit(f"The import failed: {report.problems[:3]}")
        print(f"{turn}: {rows:,} rows in {took:.1f} s, {report.changes:,} rows written")


async def run(server_url: str, students: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows = write_files(Path(folder), students)
        async with scratch_database(server_url) as url:
            await upgrade(url)
            await measure(url, Path(folder), rows)


def main() -> None:
    students = int(sys.argv[1]) if len(sys.argv) > 1 else 3_000
    with bench_servers(needs_redis=False, durable=True) as servers:
        asyncio.run(run(servers.database_url, students))


if __name__ == "__main__":
    main()
