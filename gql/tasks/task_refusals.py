"""What is refused about background tasks."""

from datetime import datetime

import strawberry

from attendance.rules.tasks import task_refusals
from attendance.rules.vocabulary import TaskState
from gql.fields.global_ids import encode_id
from gql.fields.user_errors import UserError
from gql.tasks import task_vocabulary  # noqa: F401 - describes the enumeration that these types speak

_TASK = "The background task."


@strawberry.type(description="The task is over: all of it was done, or failed. Nothing was changed.")
class BackgroundTaskEnded(UserError):
    background_task_id: strawberry.ID = strawberry.field(description=_TASK)
    state: TaskState = strawberry.field(description="COMPLETED or FAILED.")
    ended_at: datetime | None = strawberry.field(description="When it ended; null: it is not known.")

    @classmethod
    def of(cls, refusal: task_refusals.BackgroundTaskEnded) -> "BackgroundTaskEnded":
        return cls(
            message=refusal.message,
            background_task_id=encode_id("BackgroundTask", refusal.background_task_id),
            state=refusal.state,
            ended_at=refusal.ended_at,
        )


@strawberry.type(description="The task still runs, so its entry stays. Nothing was changed.")
class BackgroundTaskNotEnded(UserError):
    background_task_id: strawberry.ID = strawberry.field(description=_TASK)
    state: TaskState = strawberry.field(description="QUEUED, RUNNING or CANCELLING.")

    @classmethod
    def of(cls, refusal: task_refusals.BackgroundTaskNotEnded) -> "BackgroundTaskNotEnded":
        return cls(
            message=refusal.message,
            background_task_id=encode_id("BackgroundTask", refusal.background_task_id),
            state=refusal.state,
        )
