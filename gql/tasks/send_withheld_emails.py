"""The mutation sendWithheldEmails, which sends the e-mails that a cancelled task keeps back (R9.5)."""

from typing import Annotated, TypeAlias

import strawberry

from attendance.actions.tasks.send_withheld_emails import WithheldSent, send_withheld_emails
from gql.fields.access import signed_in
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import decode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.vocabulary import Portal
from gql.tasks.background_task import BackgroundTask, find_task
from gql.tasks.task_refusals import BackgroundTaskNotEnded


@strawberry.input(description="The background task whose e-mails are to be sent.")
class SendWithheldEmailsInput:
    background_task_id: strawberry.ID = strawberry.field(
        description="The id of the background task, which was cancelled with `withdrawEmails`."
    )
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The e-mails wait to be sent.")
class SendWithheldEmailsSuccess:
    background_task: BackgroundTask = strawberry.field(description="The task, which keeps no e-mails back any more.")
    email_count: int = strawberry.field(
        description="How many e-mails were queued. 0 when the task keeps none back, for example because they were sent "
        "before."
    )


SendWithheldEmailsResult: TypeAlias = Annotated[
    SendWithheldEmailsSuccess | BackgroundTaskNotEnded,
    strawberry.union("SendWithheldEmailsResult", description="The task, or the reason why no e-mail was queued."),
]


async def resolve(
    info: Info,
    input: Annotated[SendWithheldEmailsInput, strawberry.argument(description="The background task.")],
) -> SendWithheldEmailsResult | None:
    task_id = decode_id(input.background_task_id, "BackgroundTask", "input.backgroundTaskId")
    async with act_once(
        info, input, WithheldSent, lambda uow, viewer, now: send_withheld_emails(uow, viewer.caller, task_id, now=now)
    ) as done:
        task = await find_task(done.reading, task_id)
    return SendWithheldEmailsSuccess(background_task=task, email_count=done.outcome.email_count)


field = strawberry.mutation(
    resolver=resolve,
    description="Send the e-mails that a background task keeps back since it was cancelled with `withdrawEmails`. An "
    "e-mail whose reason has gone meanwhile, for example because the occurrence was restored, is not sent. Repeating "
    "this is harmless. A task that has not ended is refused with BackgroundTaskNotEnded. Only in the Office and Staff "
    "Portal: owners for all tasks, other staff for the tasks that they started; any other task is NOT_FOUND.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF),
)
