"""The refusals of mutations on background tasks."""

from datetime import datetime

import strawberry

from attendance.rules.tasks import task_refusals as rules
from gql.fields.user_errors import UserError, refusal
from gql.tasks.vocabulary import TaskState

_TASK = "The id of the background task."


@refusal(
    rules.BackgroundTaskEnded, description="The task has ended already: it is COMPLETED or FAILED. Nothing was changed."
)
class BackgroundTaskEnded(UserError):
    background_task_id: strawberry.ID = strawberry.field(description=_TASK)
    state: TaskState = strawberry.field(description="The state of the task: COMPLETED or FAILED.")
    ended_at: datetime | None = strawberry.field(description="When the task ended. Null when it is not known.")


@refusal(
    rules.BackgroundTaskNotEnded,
    description="The task has not ended, so it cannot be deleted, and its withheld e-mails cannot be sent. Nothing was "
    "changed.",
)
class BackgroundTaskNotEnded(UserError):
    background_task_id: strawberry.ID = strawberry.field(description=_TASK)
    state: TaskState = strawberry.field(description="The state of the task: QUEUED, RUNNING or CANCELLING.")
