"""The mutation deleteBackgroundTask, which removes a task that has ended from the list (R9.6)."""

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


@strawberry.input(description="The background task to delete.")
class DeleteBackgroundTaskInput:
    background_task_id: strawberry.ID = strawberry.field(
        description="The id of the background task, which must have ended."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The task was removed from the list.")
class DeleteBackgroundTaskSuccess:
    deleted_id: strawberry.ID = strawberry.field(description="The id of the deleted task.")


DeleteBackgroundTaskResult: TypeAlias = Annotated[
    DeleteBackgroundTaskSuccess | BackgroundTaskNotEnded,
    strawberry.union(
        "DeleteBackgroundTaskResult", description="The id of the deleted task, or the reason why it was not deleted."
    ),
]


async def resolve(
    info: Info,
    input: Annotated[DeleteBackgroundTaskInput, strawberry.argument(description="The background task to delete.")],
) -> DeleteBackgroundTaskResult | None:
    task_id = decode_id(input.background_task_id, "BackgroundTask", "input.backgroundTaskId")
    async with act_once(
        info, input, UUID, lambda uow, viewer, now: delete_background_task(uow, viewer.caller, task_id)
    ) as done:
        return DeleteBackgroundTaskSuccess(deleted_id=encode_id("BackgroundTask", done.outcome))


field = strawberry.mutation(
    resolver=resolve,
    description="Remove a background task that is COMPLETED, FAILED or CANCELLED from the list, together with its "
    "report. What the task did stays, and e-mails that wait are still sent. E-mails that the task keeps back can never "
    "be sent then. A task that has not ended is refused with BackgroundTaskNotEnded; cancel it first. Only in the "
    "Office and Staff Portal: owners can delete all tasks, other staff the tasks that they started; any other task, "
    "and a task that was deleted before, is NOT_FOUND.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF),
)
