"""What is refused about background tasks."""

from datetime import datetime

import strawberry

from attendance.rules.tasks import task_refusals as rules
from gql.fields.user_errors import UserError, refusal
from gql.tasks.vocabulary import TaskState

_TASK = "The background task."


@refusal(rules.BackgroundTaskEnded, description="The task is over: all of it was done, or failed. Nothing was changed.")
class BackgroundTaskEnded(UserError):
    background_task_id: strawberry.ID = strawberry.field(description=_TASK)
    state: TaskState = strawberry.field(description="COMPLETED or FAILED.")
    ended_at: datetime | None = strawberry.field(description="When it ended; null: it is not known.")


@refusal(rules.BackgroundTaskNotEnded, description="The task still runs, so its entry stays. Nothing was changed.")
class BackgroundTaskNotEnded(UserError):
    background_task_id: strawberry.ID = strawberry.field(description=_TASK)
    state: TaskState = strawberry.field(description="QUEUED, RUNNING or CANCELLING.")
