"""What background tasks did and did not do: counted, and item by item (R9.4, R9.5). A few statements for many tasks."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.tasks.background_tasks import TaskReport
from attendance.rules.vocabulary import EmailState, TaskItemState
from db import models

_ITEMS = text(
    """
    SELECT w.number, i.*
    FROM unnest(CAST(:tasks AS uuid[]), CAST(:after AS integer[]), CAST(:states AS text[]), CAST(:limits AS integer[]))
        WITH ORDINALITY AS w (task_id, after, state, most, number)
    CROSS JOIN LATERAL (
        SELECT i.position, i.title, i.state, i.student_id, i.done_at
        FROM background_task_item i
        WHERE i.organization_id = :organization_id AND i.background_task_id = w.task_id AND i.position > w.after
          AND (w.state IS NULL OR i.state = w.state)
        ORDER BY i.position
        LIMIT w.most
    ) AS i
    ORDER BY w.number, i.position
    """
)
_EXCEPTIONS = text(
    """
    SELECT w.ordinal, e.*
    FROM unnest(CAST(:tasks AS uuid[]), CAST(:after AS integer[]), CAST(:after_number AS integer[]),
                CAST(:limits AS integer[]))
        WITH ORDINALITY AS w (task_id, after, after_number, most, ordinal)
    CROSS JOIN LATERAL (
        SELECT e.position, e.number, i.title, i.state, e.student_id, e.message
        FROM background_task_exception e
        JOIN background_task_item i ON i.organization_id = e.organization_id
            AND i.background_task_id = e.background_task_id AND i.position = e.position
        WHERE e.organization_id = :organization_id AND e.background_task_id = w.task_id
          AND (e.position, e.number) > (w.after, w.after_number)
        ORDER BY e.position, e.number
        LIMIT w.most
    ) AS e
    ORDER BY w.ordinal, e.position, e.number
    """
)


@dataclass(frozen=True, slots=True)
class ItemsWanted:
    """A page of a task's items, of those in `state` if it is given."""

    task_id: UUID
    after: int
    limit: int
    state: TaskItemState | None


@dataclass(frozen=True, slots=True)
class ExceptionsWanted:
    """A page of a task's exceptions, after a position and a number."""

    task_id: UUID
    after: tuple[int, int]
    limit: int


@dataclass(frozen=True, slots=True)
class ReportedItem:
    position: int
    title: str
    state: TaskItemState
    student_id: UUID | None
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class ReportedException:
    """`number`: there may be several of an item."""

    position: int
    number: int
    title: str
    state: TaskItemState
    student_id: UUID | None
    message: str


async def read_reports(
    connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID]
) -> dict[UUID, TaskReport]:
    """Two statements. A task that is not there has an empty report."""
    items: dict[UUID, dict[TaskItemState, int]] = defaultdict(dict)
    emails: dict[UUID, dict[EmailState, int]] = defaultdict(dict)
    found: dict[type[Any], Any] = {models.BackgroundTaskItem: items, models.Email: emails}
    for table, counts in found.items():
        rows = await connection.execute(
            select(table.background_task_id, table.state, func.count())
            .where(table.organization_id == organization_id, table.background_task_id.in_(list(ids)))
            .group_by(table.background_task_id, table.state)
        )
        for task_id, state, count in rows:
            counts[task_id][state] = count
    return {task_id: TaskReport(items[task_id], emails[task_id]) for task_id in ids}


async def read_items(
    connection: AsyncConnection, organization_id: UUID, wanted: Sequence[ItemsWanted]
) -> list[list[ReportedItem]]:
    """In the order of `wanted`, in one statement."""
    given = {
        "organization_id": organization_id,
        "tasks": [each.task_id for each in wanted],
        "after": [each.after for each in wanted],
        "states": [each.state and each.state.value for each in wanted],
        "limits": [each.limit for each in wanted],
    }
    pages: list[list[ReportedItem]] = [[] for _ in wanted]
    for number, position, title, state, student_id, done_at in await connection.execute(_ITEMS, given):
        pages[number - 1].append(ReportedItem(position, title, TaskItemState(state), student_id, done_at))
    return pages


async def read_exceptions(
    connection: AsyncConnection, organization_id: UUID, wanted: Sequence[ExceptionsWanted]
) -> list[list[ReportedException]]:
    """In the order of `wanted`, in one statement."""
    given = {
        "organization_id": organization_id,
        "tasks": [each.task_id for each in wanted],
        "after": [each.after[0] for each in wanted],
        "after_number": [each.after[1] for each in wanted],
        "limits": [each.limit for each in wanted],
    }
    pages: list[list[ReportedException]] = [[] for _ in wanted]
    for row in await connection.execute(_EXCEPTIONS, given):
        told = ReportedException(
            row.position, row.number, row.title, TaskItemState(row.state), row.student_id, row.message
        )
        pages[row.ordinal - 1].append(told)
    return pages
