"""The leases of background tasks: who works on which task (R9.7).

Leases use the database's clock, because the clocks of workers may differ. Whoever has locked the row of a lease has the
task's items to itself, however long that takes; others skip it. The lease itself only says when somebody else may try.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Interval, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.vocabulary import Source, TaskKind, TaskState
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork
from db.wake_ups import TaskChanged

LEASE = timedelta(seconds=5)

_DUE = text("SELECT organization_id, background_task_id FROM due_background_tasks(:at_most)")
_CLAIM = text(
    """
    WITH claimed AS (
        UPDATE background_task_lease
        SET leased_by = :worker, lease_until = clock_timestamp() + :lease
        WHERE organization_id = :organization_id AND background_task_id IN (
            SELECT l.background_task_id
            FROM background_task_lease l
            JOIN background_task t ON t.organization_id = l.organization_id AND t.id = l.background_task_id
            WHERE l.organization_id = :organization_id AND l.background_task_id = :task_id
              AND l.lease_until <= clock_timestamp() AND t.kind = ANY (:kinds)
            FOR UPDATE OF l SKIP LOCKED
        )
        RETURNING background_task_id
    ), begun AS (
        UPDATE background_task
        SET state = 'RUNNING', started_at = :now, revision = revision + 1
        WHERE organization_id = :organization_id AND id IN (SELECT * FROM claimed) AND state = 'QUEUED'
        RETURNING id
    )
    SELECT c.background_task_id, b.id IS NOT NULL AS begun
    FROM claimed c LEFT JOIN begun b ON b.id = c.background_task_id
    """
).bindparams(bindparam("lease", type_=Interval), bindparam("kinds", type_=ARRAY(TEXT)))

_LOCK = text(
    """
    SELECT t.kind, t.state, t.input, t.source, t.created_by_id, t.created_at, t.total, t.attempts
    FROM background_task_lease l
    JOIN background_task t ON t.organization_id = l.organization_id AND t.id = l.background_task_id
    WHERE l.organization_id = :organization_id AND l.background_task_id = :task_id AND l.leased_by = :worker
    FOR UPDATE OF l
    """
)
_RELEASE = text(
    """
    UPDATE background_task_lease SET leased_by = NULL, lease_until = coalesce(:until, clock_timestamp())
    WHERE organization_id = :organization_id AND background_task_id = :task_id AND leased_by = :worker
    """
)
_TRY_LOCK = text(
    """
    SELECT 1 FROM background_task_lease
    WHERE organization_id = :organization_id AND background_task_id = :task_id
    FOR UPDATE SKIP LOCKED
    """
)


@dataclass(frozen=True, slots=True)
class Lease:
    """A claim to a task. `worker` belongs to this claim alone, so that an old claim cannot be mistaken for a
    new one.
    """

    organization_id: UUID
    task_id: UUID
    worker: str


@dataclass(frozen=True, slots=True)
class LeasedTask:
    """A task, as the holder of its lease reads it. Only its state may change meanwhile, to CANCELLING."""

    id: UUID
    kind: TaskKind
    state: TaskState
    input: dict[str, Any]
    author: Author
    created_at: datetime
    total: int | None
    attempts: int


async def due_tasks(connection: AsyncConnection, *, at_most: int) -> list[tuple[UUID, UUID]]:
    """Return the organization and id of tasks that wait for a worker, the longest waiting first.

    It needs no tenant: the function `due_background_tasks` passes row-level security.
    """
    found = await connection.execute(_DUE, {"at_most": at_most})
    return [(row.organization_id, row.background_task_id) for row in found]


async def claim(uow: UnitOfWork, lease: Lease, kinds: Collection[TaskKind], *, now: datetime) -> bool:
    """Claim the task if nobody works on it and its kind is among the given ones. A QUEUED task becomes RUNNING."""
    given = _names(lease) | {"lease": LEASE, "kinds": [kind.value for kind in kinds], "now": now}
    row = (await uow.connection.execute(_CLAIM, given)).one_or_none()
    if row is not None and row.begun:
        uow.wake_ups.append(TaskChanged(uow.organization_id, lease.task_id))
    return row is not None


async def lock_leased_task(uow: UnitOfWork, lease: Lease) -> LeasedTask | None:
    """Take the task for this transaction alone. None means that it has ended, or that another worker has taken
    it over.
    """
    row = (await uow.connection.execute(_LOCK, _names(lease))).one_or_none()
    if row is None:
        return None
    return LeasedTask(
        id=lease.task_id,
        kind=TaskKind(row.kind),
        state=TaskState(row.state),
        input=row.input,
        author=Author(Source(row.source), row.created_by_id),
        created_at=row.created_at,
        total=row.total,
        attempts=row.attempts,
    )


async def try_lock_lease(uow: UnitOfWork, task_id: UUID) -> bool:
    """Take the task for this transaction alone, unless a worker is in the middle of a batch of it."""
    given = {"organization_id": uow.organization_id, "task_id": task_id}
    return (await uow.connection.execute(_TRY_LOCK, given)).one_or_none() is not None


async def release(uow: UnitOfWork, lease: Lease, *, until: datetime | None = None) -> None:
    """Release the task to any worker, after those tasks that wait already, or from an instant of the database's clock
    on.
    """
    await uow.connection.execute(_RELEASE, _names(lease) | {"until": until})


def _names(lease: Lease) -> dict[str, Any]:
    return {"organization_id": lease.organization_id, "task_id": lease.task_id, "worker": lease.worker}
