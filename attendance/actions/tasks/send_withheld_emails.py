"""Send the e-mails that a cancelled background task keeps back (R9.5)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.actions.tasks.steps.lock_background_task import lock_background_task
from attendance.rules.organization.permissions import Caller
from attendance.rules.tasks.background_tasks import ENDED
from attendance.rules.tasks.task_refusals import BackgroundTaskNotEnded
from db.tasks.withheld_emails import send_withheld
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class WithheldSent:
    task_id: UUID
    email_count: int


async def send_withheld_emails(uow: UnitOfWork, caller: Caller, task_id: UUID, *, now: datetime) -> WithheldSent:
    """Queue the e-mails that the task keeps back, save those whose reason has gone meanwhile. When it is called again,
    there are none left.

    Raises NothingFound and BackgroundTaskNotEnded.
    """
    task = await lock_background_task(uow, caller, task_id)
    if task.state not in ENDED:
        raise BackgroundTaskNotEnded(
            task_id, task.state, "This background task has not ended yet. Its e-mails can be sent when it has ended."
        )
    return WithheldSent(task_id, await send_withheld(uow, task_id, now=now))
