"""Background tasks as they are started, looked at and forgotten (R9.4, R9.6)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert

from attendance.rules.vocabulary import TaskKind, TaskState
from db import models
from db.changes import Author
from db.unit_of_work import UnitOfWork


async def add_task(
    uow: UnitOfWork, task_id: UUID, kind: TaskKind, given: dict[str, Any], author: Author, *, now: datetime
) -> None:
    """QUEUED, to be taken up at once."""
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
