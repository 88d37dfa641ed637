"""Writes rows to a table: COPY into a temporary table, then one statement that inserts, updates or leaves unchanged."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import asyncpg

from db.names import KEYED, keys_of

Row = tuple[Any, ...]
_KEYS = ("sort_key", "search_key")


@dataclass(frozen=True)
class Target:
    """The columns of a table that the import writes, without organization_id, in the order of the rows.

    once -- columns that are never changed on existing rows
    """

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...] = ("id",)
    once: frozenset[str] = frozenset()


LOCATIONS = Target("location", ("id", "name", "time_zone", "source_id", "deleted_at"))
SESSIONS = Target("session", ("id", "name", "starts_on", "ends_on", "source_id", "deleted_at"))
PROGRAMS = Target("program", ("id", "name", "deleted_at"))
OFFERINGS = Target(
    "offering",
    ("id", "kind", "name", "location_id", "program_id", "source_id", "deleted_at"),
    once=frozenset({"kind"}),
)
OFFERING_SESSIONS = Target("offering_session", ("offering_id", "session_id"), key=("offering_id", "session_id"))
INSTRUCTORS = Target(
    "offering_instructor",
    ("offering_id", "person_id", "starts_on"),
    key=("offering_id", "person_id"),
    once=frozenset({"starts_on"}),
)
# New ones alone: those that are known are moved and ended from a date on (db/calendar/history.py).
TIMESLOTS = Target(
    "timeslot",
    ("id", "offering_id", "weekday", "start_time", "duration_minutes", "room", "source_id", "starts_on"),
    once=frozenset({"offering_id", "weekday", "start_time", "duration_minutes", "room", "source_id", "starts_on"}),
)
# The fields of known families follow the source one by one (follow_families.py).
FAMILIES = Target(
    "family",
    ("id", "name", "phone", "email", "balance", "source_id", "deleted_at"),
    once=frozenset({"name", "phone", "email", "balance", "source_id"}),
)
IMPORTED_FAMILIES = Target("imported_family", ("family_id", "name", "phone", "email", "balance"), key=("family_id",))
STUDENTS = Target("student", ("id", "family_id", "first_name", "last_name", "source_id", "deleted_at"))
PERSONS = Target(
    "person",
    ("id", "kind", "first_name", "last_name", "email", "family_id", "permissions", "source_id", "ended_at"),
    once=frozenset({"kind", "permissions"}),
)
# The office may turn an enrollment into a trial.
ENROLLMENTS = Target(
    "enrollment",
    ("id", "student_id", "offering_id", "type", "starts_on", "drop_on", "end_cause", "source_id", "deleted_at"),
    once=frozenset({"type"}),
)
IMPORTED_ENROLLMENTS = Target(
    "imported_enrollment",
    ("enrollment_id", "said", "starts_on", "drop_on", "end_cause"),
    key=("enrollment_id",),
)


async def stage(
    connection: asyncpg.Connection, table: str, columns: Sequence[str], rows: Sequence[Row], name: str
) -> None:
    """Create a temporary table of these rows with the column types of the target. It is dropped with the
    transaction.
    """
    listed = ", ".join(columns)
    await connection.execute(
        f"CREATE TEMP TABLE {name} ON COMMIT DROP AS SELECT {listed} FROM {table} WITH NO DATA"  # noqa: S608
    )
    await connection.copy_records_to_table(name, records=rows, columns=list(columns))


async def upsert(
    connection: asyncpg.Connection, organization_id: UUID, target: Target, rows: Sequence[Row]
) -> tuple[int, int]:
    """Return the number of rows added and changed. Rows that are already correct are not written.

    Rows are processed in the order of their keys, so that two transactions cannot deadlock.
    """
    if not rows:
        return 0, 0
    target, rows = _with_keys(target, rows)
    staged = f"staged_{target.table}"
    await connection.execute(f"DROP TABLE IF EXISTS {staged}")
    await stage(connection, target.table, target.columns, rows, staged)
    found = await connection.fetchrow(_upsert_sql(target, staged), organization_id)
    return found["added"], found["changed"]


def _with_keys(target: Target, rows: Sequence[Row]) -> tuple[Target, Sequence[Row]]:
    """Return the target and the rows with the keys of names, if the table has them (R3.2). They change when the names
    may.
    """
    names = KEYED.get(target.table)
    if names is None:
        return target, rows
    once = target.once.union(_KEYS) if target.once.issuperset(names) else target.once
    keyed = [(*row, *keys_of(target.table, dict(zip(target.columns, row, strict=True)))) for row in rows]
    return replace(target, columns=(*target.columns, *_KEYS), once=once), keyed


def _upsert_sql(target: Target, staged: str) -> str:
    listed, key = ", ".join(target.columns), ", ".join(target.key)
    written = {
        column: f"excluded.{column}"
        for column in target.columns
        if column not in target.key and column not in target.once
    }
    update = "NOTHING"
    if written:
        update = (
            f"UPDATE SET {', '.join(f'{column} = {value}' for column, value in written.items())} "
            f"WHERE ROW({', '.join(f'existing.{column}' for column in written)}) "
            f"IS DISTINCT FROM ROW({', '.join(written.values())})"
        )
    # xmax is 0 only in a row version that nobody has locked or replaced, which is one that was just inserted.
    return (
        f"WITH done AS (INSERT INTO {target.table} AS existing (organization_id, {listed}) "  # noqa: S608
        f"SELECT $1, {listed} FROM {staged} ORDER BY {key} "
        f"ON CONFLICT (organization_id, {key}) DO {update} RETURNING existing.xmax = 0 AS is_new) "
        "SELECT count(*) FILTER (WHERE is_new) AS added, count(*) FILTER (WHERE NOT is_new) AS changed FROM done"
    )
