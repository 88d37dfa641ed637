"""Background tasks: starting, reading and deleting them (R9.4, R9.6)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, func, insert, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import PersonFacts
from attendance.rules.tasks.background_tasks import TaskFacts
from attendance.rules.vocabulary import TaskKind, TaskState
from db import models
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork
from db.wake_ups import TaskChanged

_TASKS = """
SELECT t.id, t.kind, t.state, t.revision, t.done, t.total, t.exceptions, t.created_at, t.started_at, t.ended_at,
       t.error, p.id AS creator_id, p.first_name, p.last_name
FROM background_task t
LEFT JOIN person p ON p.organization_id = t.organization_id AND p.id = t.created_by_id
WHERE t.organization_id = :organization_id
  AND (CAST(:created_by AS uuid) IS NULL OR t.created_by_id = :created_by)
"""
_BY_ID = text(_TASKS + "  AND t.id = ANY (CAST(:ids AS uuid[]))")
_LISTED = text(
    _TASKS
    + """
  AND (CAST(:after_at AS timestamptz) IS NULL OR (t.created_at, t.id) < (:after_at, CAST(:after_id AS uuid)))
ORDER BY t.created_at DESC, t.id DESC
LIMIT :limit
"""
)


# Rows that refer to the task, such as a worker's e-mails, may be added meanwhile.
_LOCK = text("""
SELECT t.state, t.created_by_id, t.ended_at FROM background_task t
WHERE t.organization_id = :organization_id AND t.id = :id FOR NO KEY UPDATE
""")
_OLD = text("""
SELECT organization_id, background_task_id FROM old_background_tasks(:cancelled_by, :others_by, :at_most)
""")
_REVISIONS = text("""
SELECT organization_id, background_task_id, revision
FROM background_task_revisions(CAST(:organization_ids AS uuid[]), CAST(:task_ids AS uuid[]))
""")


@dataclass(frozen=True, slots=True)
class LockedTask:
    """Lock the task's state until the transaction ends. The lock does not stop what its worker is doing."""

    state: TaskState
    created_by_id: UUID | None
    ended_at: datetime | None


async def add_task(
    uow: UnitOfWork, task_id: UUID, kind: TaskKind, given: dict[str, Any], author: Author, *, now: datetime
) -> None:
    """Add a task in the state QUEUED, which a worker begins at once."""
    await uow.connection.execute(
        insert(models.BackgroundTask).values(
            organization_id=uow.organization_id,
            id=task_id,
            kind=kind,
            state=TaskState.QUEUED,
            input=given,
            source=author.source,
            created_by_id=author.person_id,
            created_at=now,
        )
    )
    await uow.connection.execute(
        insert(models.BackgroundTaskLease).values(
            organization_id=uow.organization_id, background_task_id=task_id, lease_until=func.clock_timestamp()
        )
    )
    uow.wake_ups.append(TaskChanged(uow.organization_id, task_id))


async def read_tasks(
    connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID], *, created_by: UUID | None
) -> dict[UUID, TaskFacts]:
    """Return the tasks by id. `created_by` None means those of all people."""
    given = {"organization_id": organization_id, "ids": list(ids), "created_by": created_by}
    return {row.id: _facts(row) for row in await connection.execute(_BY_ID, given)}


async def list_tasks(
    connection: AsyncConnection,
    organization_id: UUID,
    *,
    created_by: UUID | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[TaskFacts]:
    """Return the tasks after the position, newest first. `created_by` None means those of all people."""
    given = {
        "organization_id": organization_id,
        "created_by": created_by,
        "after_at": after[0] if after else None,
        "after_id": after[1] if after else None,
        "limit": limit,
    }
    return [_facts(row) for row in await connection.execute(_LISTED, given)]


async def lock_task(uow: UnitOfWork, task_id: UUID) -> LockedTask | None:
    found = await uow.connection.execute(_LOCK, {"organization_id": uow.organization_id, "id": task_id})
    row = found.one_or_none()
    return None if row is None else LockedTask(TaskState(row.state), row.created_by_id, row.ended_at)


async def mark_cancelling(uow: UnitOfWork, task_id: UUID) -> None:
    """Ask the task's worker to end it. The caller has locked the task, which is RUNNING."""
    task = models.BackgroundTask
    await uow.connection.execute(
        update(task)
        .where(task.organization_id == uow.organization_id, task.id == task_id)
        .values(state=TaskState.CANCELLING, revision=task.revision + 1)
    )
    uow.wake_ups.append(TaskChanged(uow.organization_id, task_id))


async def remove_tasks(uow: UnitOfWork, ids: Collection[UUID]) -> None:
    """Delete tasks that have ended, with their items. Their e-mails stay."""
    email, tasks = models.Email, sorted(ids)
    await uow.connection.execute(
        update(email)
        .where(email.organization_id == uow.organization_id, email.background_task_id.in_(tasks))
        .values(background_task_id=None)
    )
    for table in (models.BackgroundTaskException, models.ReportPart, models.BackgroundTaskItem):
        await uow.connection.execute(
            delete(table).where(table.organization_id == uow.organization_id, table.background_task_id.in_(tasks))
        )
    await uow.connection.execute(
        delete(models.BackgroundTask).where(
            models.BackgroundTask.organization_id == uow.organization_id, models.BackgroundTask.id.in_(tasks)
        )
    )
    uow.wake_ups += [TaskChanged(uow.organization_id, task_id) for task_id in tasks]


async def old_tasks(
    connection: AsyncConnection, *, cancelled_by: datetime, others_by: datetime, at_most: int
) -> list[tuple[UUID, UUID]]:
    """Return the organization and id of tasks that ended long enough ago.

    It needs no tenant: the function `old_background_tasks` passes row-level security.
    """
    given = {"cancelled_by": cancelled_by, "others_by": others_by, "at_most": at_most}
    return [(row.organization_id, row.background_task_id) for row in await connection.execute(_OLD, given)]


async def current_revisions(
    connection: AsyncConnection, tasks: Collection[tuple[UUID, UUID]]
) -> dict[tuple[UUID, UUID], int]:
    """Return the revisions of those of the tasks (organization and id) that exist, in one statement for all tenants."""
    given = {
        "organization_ids": [organization_id for organization_id, _ in tasks],
        "task_ids": [task_id for _, task_id in tasks],
    }
    found = await connection.execute(_REVISIONS, given)
    return {(row.organization_id, row.background_task_id): row.revision for row in found}


def _facts(row: Row[Any]) -> TaskFacts:
    return TaskFacts(
        id=row.id,
        kind=TaskKind(row.kind),
        state=TaskState(row.state),
        revision=row.revision,
        done=row.done,
        total=row.total,
        exceptions=row.exceptions,
        created_by=None if row.creator_id is None else PersonFacts(row.creator_id, row.first_name, row.last_name),
        created_at=row.created_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        error=row.error,
    )
