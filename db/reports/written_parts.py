"""The parts of files to which background tasks write reports (R15.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.vocabulary import ReportFile, TaskState
from db import models
from db.people.erasing import import_lock_key
from db.unit_of_work import UnitOfWork

# A task that has ended has all parts, unless it failed, was cancelled or its text was erased.
_PARTS = text("""
SELECT b.id AS task_id, b.total AS parts, b.input->>'file' AS file, CAST(b.input->>'starts_on' AS date) AS starts_on,
       CAST(b.input->>'ends_on' AS date) AS ends_on, w.part, r.text
FROM unnest(CAST(:task_ids AS uuid[]), CAST(:parts AS integer[])) AS w (task_id, part)
JOIN background_task b ON b.organization_id = :organization_id AND b.id = w.task_id AND b.kind = 'WRITE_REPORT'
    AND b.state = :completed
JOIN report_part r ON r.organization_id = b.organization_id AND r.background_task_id = b.id AND r.position = w.part
""")


# Without this lock, a report could read a name before an erasure and store it afterwards.
_LOCK_CLASS = 7_065_514
_LOCK = text("SELECT pg_advisory_xact_lock(:lock_class, :key)")
_LOCK_SHARED = text("SELECT pg_advisory_xact_lock_shared(:lock_class, :key)")


@dataclass(frozen=True, slots=True)
class WrittenPart:
    """A part of a file, counted from 1, with its text. `parts` is how many the file has."""

    file: ReportFile
    starts_on: date
    ends_on: date
    part: int
    parts: int
    text: str


async def lock_names(uow: UnitOfWork, *, to_erase: bool) -> None:
    """Let no report be written while somebody is erased, until the transaction ends. Reports do not exclude each other.
    Erasures in other organizations do not exclude them.
    """
    given = {"lock_class": _LOCK_CLASS, "key": import_lock_key(uow.organization_id)}
    await uow.connection.execute(_LOCK if to_erase else _LOCK_SHARED, given)


async def add_part(uow: UnitOfWork, task_id: UUID, position: int, written: str) -> None:
    """Keep a part. The caller holds the task's lease and settles the item in the same transaction."""
    await uow.connection.execute(
        insert(models.ReportPart).values(
            organization_id=uow.organization_id, background_task_id=task_id, position=position, text=written
        )
    )


async def read_parts(
    connection: AsyncConnection, organization_id: UUID, wanted: Sequence[tuple[UUID, int]]
) -> dict[tuple[UUID, int], WrittenPart]:
    """Return the parts, each by its task and number, of tasks that have written their whole file."""
    given = {
        "organization_id": organization_id,
        "task_ids": [task_id for task_id, _ in wanted],
        "parts": [part for _, part in wanted],
        "completed": TaskState.COMPLETED,
    }
    return {
        (row.task_id, row.part): WrittenPart(
            ReportFile(row.file), row.starts_on, row.ends_on, row.part, row.parts, row.text
        )
        for row in await connection.execute(_PARTS, given)
    }
