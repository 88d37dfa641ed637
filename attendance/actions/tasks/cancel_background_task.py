"""Stop a background task between items (R9.5)."""

from datetime import datetime
from uuid import UUID

from attendance.actions.tasks.steps.lock_background_task import lock_background_task
from attendance.rules.organization.permissions import Caller
from attendance.rules.tasks.background_tasks import ENDED
from attendance.rules.tasks.task_refusals import BackgroundTaskEnded
from attendance.rules.vocabulary import TaskState
from db.tasks.background_tasks import mark_cancelling
from db.tasks.task_items import end_cancelled
from db.tasks.task_leases import try_lock_lease
from db.unit_of_work import UnitOfWork


async def cancel_background_task(uow: UnitOfWork, caller: Caller, task_id: UUID, *, now: datetime) -> UUID:
    """CANCELLED at once, unless a worker is in the middle of a batch: then CANCELLING, and the worker, or who takes
    over from it, ends it with the batch. Either way no more items are begun, and e-mail that was not sent is not sent.
    Called again, nothing changes.

    Raises NothingFound and BackgroundTaskEnded.
    """
    task = await lock_background_task(uow, caller, task_id)
    if task.state is TaskState.CANCELLED:
        return task_id
    if task.state in ENDED:
        raise BackgroundTaskEnded(task_id, task.state, task.ended_at)
    # A worker in a batch ends by changing the task's row, which is locked here: so nobody may wait for it.
    if await try_lock_lease(uow, task_id):
        await end_cancelled(uow, task_id, now=now)
    elif task.state is not TaskState.CANCELLING:
        await mark_cancelling(uow, task_id)
    return task_id
