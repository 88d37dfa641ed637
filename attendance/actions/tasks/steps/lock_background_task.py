"""Find a background task that the caller wants to change, and lock it (R9.6, R11.3)."""

from uuid import UUID

from attendance.rules.organization.permissions import Caller
from attendance.rules.refusals import NothingFound
from attendance.rules.tasks.background_tasks import may_see_task
from attendance.rules.tasks.task_refusals import NO_SUCH_TASK
from db.tasks.background_tasks import LockedTask, lock_task
from db.unit_of_work import UnitOfWork


async def lock_background_task(uow: UnitOfWork, caller: Caller, task_id: UUID) -> LockedTask:
    """Return the task. Raises NothingFound, also for a task that the caller may not see."""
    task = await lock_task(uow, task_id)
    if task is None or not may_see_task(caller, task.created_by_id):
        raise NothingFound(NO_SUCH_TASK)
    return task
