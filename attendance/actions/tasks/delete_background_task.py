"""Remove a background task that has ended from the list (R9.6)."""

from uuid import UUID

from attendance.actions.tasks.steps.lock_background_task import lock_background_task
from attendance.rules.organization.permissions import Caller
from attendance.rules.tasks.background_tasks import ENDED
from attendance.rules.tasks.task_refusals import BackgroundTaskNotEnded
from db.tasks.background_tasks import remove_tasks
from db.unit_of_work import UnitOfWork


async def delete_background_task(uow: UnitOfWork, caller: Caller, task_id: UUID) -> UUID:
    """Delete the task. What it did stays, and its e-mails are still sent, unless it was cancelled.

    Raises NothingFound and BackgroundTaskNotEnded.
    """
    task = await lock_background_task(uow, caller, task_id)
    if task.state not in ENDED:
        raise BackgroundTaskNotEnded(task_id, task.state)
    await remove_tasks(uow, [task_id])
    return task_id
