"""`backgroundTaskChanged`: a task's state, then how it goes on, until it has ended (R9.4)."""

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

# So soon a stream on which nothing happens notices that its viewer has lost the right to it.
_CHECK_SECONDS = 10.0


async def resolve(
    info: Info,
    id: Annotated[strawberry.ID, strawberry.argument(description="The background task to follow.")],
    after_revision: Annotated[
        int | None,
        strawberry.argument(
            description="The revision that the client has: the state comes first only if it is another by now. Left "
            "out or null: it has none, and the state comes first."
        ),
    ] = None,
) -> AsyncGenerator[BackgroundTask, None]:
    """The stream of one subscriber. What it is too slow for is skipped: each event is the state as it is then."""
    task_id = decode_id(id, "BackgroundTask", "id")
    if info.context.claims is None:
        raise NotAuthenticated("Sign in first: this needs an access token.")
    read = partial(_read, info, task_id)
    # Registered before the state is read: what is committed between the two is looked at again.
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
    """With the viewer's rights as they are now. Raises NotAuthenticated and Forbidden."""
    async with reading(info) as source:
        return (await find_tasks(source, [task_id])).get(task_id)


async def _is_there(info: Info, task_id: UUID) -> bool:
    async with reading(info) as (connection, viewer):
        return bool(await read_tasks(connection, viewer.caller.organization_id, [task_id], created_by=None))


field = strawberry.subscription(
    resolver=resolve,
    description="A background task as it goes on: first its state (with `afterRevision` only if it changed since), "
    "then its state whenever it has changed, a few times a second at most; what changed in between is left out, "
    "the last state never. The stream completes after the task has ended, or when its entry is deleted. The viewer's "
    "rights are looked at again for every event. Office and Staff Portal: owners any task, others those that they "
    "started; any other task is NOT_FOUND.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF),
)
