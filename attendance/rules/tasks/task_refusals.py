"""What is refused about background tasks (R9.5, R9.6)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from attendance.rules.refusals import Refusal
from attendance.rules.vocabulary import TaskState

NO_SUCH_TASK = "There is no such background task."


@dataclass(eq=False)
class BackgroundTaskEnded(Refusal):
    """R9.5: everything was done that was to be done, so there is nothing to stop."""

    background_task_id: UUID
    state: TaskState
    ended_at: datetime | None
    message: str = "This background task has ended; it cannot be cancelled any more."


@dataclass(eq=False)
class BackgroundTaskNotEnded(Refusal):
    """R9.6: only the entries of tasks that have ended can be deleted."""

    background_task_id: UUID
    state: TaskState
    message: str = "This background task has not ended yet; cancel it first, or wait for its end."
