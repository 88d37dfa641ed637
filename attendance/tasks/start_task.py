"""Start a background task (R9.4). The caller's transaction commits it, and the workers begin at once."""

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
    """Create the task and return its id. It is QUEUED and belongs to the author, who may see, cancel and delete it."""
    task_id = new_id()
    inputs: dict[str, Any] = to_json(kind.given_type, given)
    await add_task(uow, task_id, kind.kind, inputs, author, now=now)
    uow.wake_ups.append(TaskQueued(uow.organization_id, task_id))
    return task_id
