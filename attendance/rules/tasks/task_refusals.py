"""The refusals of mutations on background tasks (R9.5, R9.6)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.rules.refusals import Refusal
from attendance.rules.vocabulary import TaskState

NO_SUCH_TASK = "There is no such background task."


@dataclass(eq=False)
class BackgroundTaskEnded(Refusal):
    """The task has ended, so there is nothing to cancel (R9.5)."""

    background_task_id: UUID
    state: TaskState
    ended_at: datetime | None
    message: str = "This background task has ended; it cannot be cancelled any more."


@dataclass(eq=False)
class BackgroundTaskNotEnded(Refusal):
    """Only tasks that have ended can be deleted (R9.6)."""

    background_task_id: UUID
    state: TaskState
    message: str = "This background task has not ended yet; cancel it first, or wait until it has ended."
