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
from db.tasks.withheld_emails import ask_to_withhold_emails, withhold_emails
from db.unit_of_work import UnitOfWork


async def cancel_background_task(
    uow: UnitOfWork, caller: Caller, task_id: UUID, *, withdraw_emails: bool = False, now: datetime
) -> UUID:
    """Cancel the task. When it is called again, nothing changes, save that e-mails can still be kept back.

    The task is CANCELLED at once, unless a worker is in the middle of a batch. Then it is CANCELLING, and the worker,
    or another one that takes over, ends it after the batch. In both cases no more items are begun. E-mails of items
    that are done are sent.

    withdraw_emails -- keep back the e-mails that have not left when the task ends, or now if it has been CANCELLED

    Raises NothingFound and BackgroundTaskEnded.
    """
    task = await lock_background_task(uow, caller, task_id)
    if task.state in ENDED - {TaskState.CANCELLED}:
        raise BackgroundTaskEnded(task_id, task.state, task.ended_at)
    if withdraw_emails:
        await ask_to_withhold_emails(uow, task_id)
    if task.state is TaskState.CANCELLED:
        await withhold_emails(uow, task_id)
    # A worker ends its batch by changing the task's row, which is locked here. So this must not wait for the worker.
    elif await try_lock_lease(uow, task_id):
        await end_cancelled(uow, task_id, now=now)
    elif task.state is not TaskState.CANCELLING:
        await mark_cancelling(uow, task_id)
    return task_id
