"""The mutation cancelBackgroundTask, which stops a task between items (R9.5)."""

from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from attendance.actions.tasks.cancel_background_task import cancel_background_task
from gql.fields.access import signed_in
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.vocabulary import Portal
from gql.tasks.background_task import BackgroundTask, find_task
from gql.tasks.task_refusals import BackgroundTaskEnded


@strawberry.input(description="The background task to cancel.")
class CancelBackgroundTaskInput:
    background_task_id: strawberry.ID = strawberry.field(description="The id of the background task.")
    withdraw_emails: bool = strawberry.field(
        default=False,
        description="Whether the e-mails of the task that have not left yet are kept back. `withheldEmails` of the "
        "task names the families that were not told, and `sendWithheldEmails` sends the e-mails later. When left out "
        "or false, the e-mails of items that are done are sent.",
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The task is cancelled. It begins no more items.")
class CancelBackgroundTaskSuccess:
    background_task: BackgroundTask = strawberry.field(
        description="The task in the state CANCELLED, or CANCELLING while a worker finishes the items that it has "
        "begun. Its `report` says what was done and what was not."
    )


CancelBackgroundTaskResult: TypeAlias = Annotated[
    CancelBackgroundTaskSuccess | BackgroundTaskEnded,
    strawberry.union("CancelBackgroundTaskResult", description="The task, or the reason why it was not cancelled."),
]


async def resolve(
    info: Info,
    input: Annotated[CancelBackgroundTaskInput, strawberry.argument(description="The background task to cancel.")],
) -> CancelBackgroundTaskResult | None:
    task_id = decode_id(input.background_task_id, "BackgroundTask", "input.backgroundTaskId")
    async with act_once(
        info,
        input,
        UUID,
        lambda uow, viewer, now: cancel_background_task(
            uow, viewer.caller, task_id, withdraw_emails=input.withdraw_emails, now=now
        ),
    ) as done:
        task = await find_task(done.reading, task_id)
    return CancelBackgroundTaskSuccess(background_task=task)


field = strawberry.mutation(
    resolver=resolve,
    description="Cancel a background task between items. Items that are done stay done, and no more items are begun. "
    "E-mails of items that are done are sent, unless `withdrawEmails` keeps back those that have not left yet. A task "
    "on which no worker is working is CANCELLED at once. Cancelling a task twice is harmless; the second time can "
    "still keep e-mails back. A task that has ended is refused with BackgroundTaskEnded. Only in "
    "the Office and Staff Portal: owners can cancel all tasks, other staff the tasks that they started; any other "
    "task is NOT_FOUND.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF),
)
