"""What background tasks did and did not do: counts and items (R9.4, R9.5), in few statements for many tasks."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.tasks.background_tasks import TaskReport
from attendance.rules.vocabulary import EmailState, TaskItemState

_COUNTED_ITEMS = text("""
SELECT i.background_task_id, i.state, count(*) AS counted FROM background_task_item i
WHERE i.organization_id = :organization_id AND i.background_task_id = ANY (CAST(:ids AS uuid[]))
GROUP BY i.background_task_id, i.state
""")
_COUNTED_EMAILS = text("""
SELECT e.background_task_id, e.state, count(*) AS counted, count(*) FILTER (WHERE e.is_withheld) AS withheld
FROM email e
WHERE e.organization_id = :organization_id AND e.background_task_id = ANY (CAST(:ids AS uuid[]))
GROUP BY e.background_task_id, e.state
""")
_ITEMS = text(
    """
    SELECT w.number, item.*
    FROM unnest(CAST(:tasks AS uuid[]), CAST(:after AS integer[]), CAST(:states AS text[]), CAST(:limits AS integer[]))
        WITH ORDINALITY AS w (task_id, after, state, most, number)
    CROSS JOIN LATERAL (
        SELECT i.position, i.title, i.state, i.student_id, i.done_at
        FROM background_task_item i
        WHERE i.organization_id = :organization_id AND i.background_task_id = w.task_id AND i.position > w.after
          AND (w.state IS NULL OR i.state = w.state)
        ORDER BY i.position
        LIMIT w.most
    ) AS item
    ORDER BY w.number, item.position
    """
)
_EXCEPTIONS = text(
    """
    SELECT w.ordinal, told.*
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
    ) AS told
    ORDER BY w.ordinal, told.position, told.number
    """
)


@dataclass(frozen=True, slots=True)
class ItemsWanted:
    """A page of a task's items; only those in `state` if it is given."""

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
    """An exception. `number` tells apart several exceptions of one item."""

    position: int
    number: int
    title: str
    state: TaskItemState
    student_id: UUID | None
    message: str


async def read_reports(
    connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID]
) -> dict[UUID, TaskReport]:
    """Return the reports, with two statements. A task that does not exist has an empty report."""
    given = {"organization_id": organization_id, "ids": list(ids)}
    items: dict[UUID, dict[TaskItemState, int]] = defaultdict(dict)
    for row in await connection.execute(_COUNTED_ITEMS, given):
        items[row.background_task_id][TaskItemState(row.state)] = row.counted
    emails: dict[UUID, dict[EmailState, int]] = defaultdict(dict)
    withheld: dict[UUID, int] = defaultdict(int)
    for row in await connection.execute(_COUNTED_EMAILS, given):
        emails[row.background_task_id][EmailState(row.state)] = row.counted
        withheld[row.background_task_id] += row.withheld
    return {task_id: TaskReport(items[task_id], emails[task_id], withheld[task_id]) for task_id in ids}


async def read_items(
    connection: AsyncConnection, organization_id: UUID, wanted: Sequence[ItemsWanted]
) -> list[list[ReportedItem]]:
    """Return the pages of exceptions in the order of `wanted`, in one statement."""
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
    """Return the pages of exceptions in the order of `wanted`, in one statement."""
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
