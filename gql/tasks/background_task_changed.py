"""The subscription backgroundTaskChanged, which sends a task's state until the task has ended (R9.4)."""

from collections.abc import AsyncGenerator
from functools import partial
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.tasks.background_tasks import ENDED
from db.tasks.background_tasks import read_tasks
from gql.fields.access import signed_in
from gql.fields.context import Info, reading
from gql.fields.global_ids import decode_id
from gql.fields.vocabulary import Portal
from gql.live.patience import patiently
from gql.protocol.errors import Forbidden, NotAuthenticated, NotFound
from gql.tasks.background_task import BackgroundTask, find_tasks

# An idle stream notices within this time that its viewer has lost the right to see the task.
_CHECK_SECONDS = 10.0


async def resolve(
    info: Info,
    id: Annotated[strawberry.ID, strawberry.argument(description="The id of the background task to follow.")],
    after_revision: Annotated[
        int | None,
        strawberry.argument(
            description="The last revision that the client has. The stream then starts with the current state only if "
            "the task has changed since. When left out or null, the stream starts with the current state."
        ),
    ] = None,
) -> AsyncGenerator[BackgroundTask, None]:
    """The stream of one subscriber. Each event is the state at the time of sending, so a slow subscriber skips what
    happened in between.
    """
    task_id = decode_id(id, "BackgroundTask", "id")
    if info.context.claims is None:
        raise NotAuthenticated("Sign in first: this needs an access token.")
    read = partial(_read, info, task_id)
    # The watcher is registered before the state is read, so whatever is committed between the two causes another read.
    with info.context.services.tasks.watch(info.context.claims.organization_id, task_id) as watcher:
        watcher.told = after_revision
        task = await patiently(read)
        if task is None:
            raise NotFound('Argument "id" is the id of no background task that you may see.')
        while task is not None:
            if task.revision != watcher.told:
                watcher.told = task.revision
                yield task
            if task.state in ENDED:
                return
            await watcher.change(_CHECK_SECONDS)
            task = await patiently(read)
        if await patiently(partial(_is_there, info, task_id)):
            raise Forbidden("You may no longer see this background task.")


async def _read(info: Info, task_id: UUID) -> BackgroundTask | None:
    """Return the task, checked against the viewer's current permissions. Raises NotAuthenticated and Forbidden."""
    async with reading(info) as source:
        return (await find_tasks(source, [task_id])).get(task_id)


async def _is_there(info: Info, task_id: UUID) -> bool:
    async with reading(info) as (connection, viewer):
        return bool(await read_tasks(connection, viewer.caller.organization_id, [task_id], created_by=None))


field = strawberry.subscription(
    resolver=resolve,
    description="Follows one background task. The first event is its current state; with `afterRevision`, it is sent "
    "only if the task has changed since. Every later event is the new state after a change, a few times a second at "
    "most. States in between may be skipped, but the last state is always sent. The stream completes when the task "
    "has ended or has been deleted. The viewer's permissions are checked again for every event. Only in the Office "
    "and Staff Portal: owners can follow all tasks, other staff the tasks that they started; any other task is "
    "NOT_FOUND.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF),
)
