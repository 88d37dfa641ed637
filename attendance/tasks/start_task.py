"""Leave work to the workers (R9.4): the caller's transaction commits the task, and they take it up at once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from attendance.tasks.given import to_json
from attendance.tasks.kind import GivenT, Kind
from db.ids import new_id
from db.marks.changes import Author
from db.tasks.background_tasks import add_task
from db.unit_of_work import UnitOfWork
from db.wake_ups import TaskQueued


async def start_task(
    uow: UnitOfWork, kind: type[Kind[GivenT]], given: GivenT, author: Author, *, now: datetime
) -> UUID:
    """The new task's id. It is QUEUED, and belongs to the author, who may see it, cancel it and delete it."""
    task_id = new_id()
    inputs: dict[str, Any] = to_json(kind.given_type, given)
    await add_task(uow, task_id, kind.kind, inputs, author, now=now)
    uow.wake_ups.append(TaskQueued(uow.organization_id, task_id))
    return task_id
