"""deleteBackgroundTask: remove the entry of a task that has ended (R9.6)."""

from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from attendance.actions.tasks.delete_background_task import delete_background_task
from gql.fields.access import signed_in
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id, encode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.vocabulary import Portal
from gql.tasks.task_refusals import BackgroundTaskNotEnded


@strawberry.input(description="A background task whose entry is to go.")
class DeleteBackgroundTaskInput:
    background_task_id: strawberry.ID = strawberry.field(description="The task; it must have ended.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The entry is gone.")
class DeleteBackgroundTaskSuccess:
    deleted_id: strawberry.ID = strawberry.field(description="The id that the task had.")


DeleteBackgroundTaskResult: TypeAlias = Annotated[
    DeleteBackgroundTaskSuccess | BackgroundTaskNotEnded,
    strawberry.union("DeleteBackgroundTaskResult", description="What was deleted, or why it was not."),
]


async def resolve(
    info: Info, input: Annotated[DeleteBackgroundTaskInput, strawberry.argument(description="Which task.")]
) -> DeleteBackgroundTaskResult | None:
    task_id = decode_id(input.background_task_id, "BackgroundTask", "input.backgroundTaskId")
    async with act_once(
        info, input, UUID, lambda uow, viewer, now: delete_background_task(uow, viewer.caller, task_id)
    ) as done:
        return DeleteBackgroundTaskSuccess(deleted_id=encode_id("BackgroundTask", done.outcome))


field = strawberry.mutation(
    resolver=resolve,
    description="Remove the entry of a background task that is COMPLETED, FAILED or CANCELLED, with its report. What "
    "the task did stays, and e-mail of a task that was not cancelled still goes out. One that runs is refused as "
    "BackgroundTaskNotEnded: cancel it first. Office and Staff Portal: owners any task, others those that they "
    "started; any other task, and one that is deleted already, is NOT_FOUND.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF),
)
