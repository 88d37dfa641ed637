"""Cancel a background task between items (R9.5)."""

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
    """Cancel the task. When it is called again, nothing changes.

    The task is CANCELLED at once, unless a worker is in the middle of a batch. Then it is CANCELLING, and the worker,
    or another one that takes over, ends it after the batch. In both cases no more items are begun, and e-mails that
    were not sent yet are not sent.

    Raises NothingFound and BackgroundTaskEnded.
    """
    task = await lock_background_task(uow, caller, task_id)
    if task.state is TaskState.CANCELLED:
        return task_id
    if task.state in ENDED:
        raise BackgroundTaskEnded(task_id, task.state, task.ended_at)
    # A worker ends its batch by changing the task's row, which is locked here. So this must not wait for the worker.
    if await try_lock_lease(uow, task_id):
        await end_cancelled(uow, task_id, now=now)
    elif task.state is not TaskState.CANCELLING:
        await mark_cancelling(uow, task_id)
    return task_id
