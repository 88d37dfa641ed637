"""The subscription backgroundTasksChanged, which follows the list of background tasks (R9.6, R10.3)."""

from collections.abc import AsyncGenerator, Sequence
from functools import partial
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.feed import fingerprint
from attendance.rules.tasks.background_tasks import TaskFacts, news_of_list
from db.tasks.background_tasks import list_tasks, read_tasks
from gql.fields.access import signed_in
from gql.fields.context import Info, reading
from gql.fields.global_ids import encode_id
from gql.fields.pagination import Cursors
from gql.fields.vocabulary import Portal
from gql.live.patience import patiently
from gql.protocol.errors import Forbidden, NotAuthenticated
from gql.tasks.background_task import BackgroundTask, created_by, show_task
from gql.tasks.vocabulary import BackgroundTasksEventKind

MOST = 100

# An idle stream reads the list this often: to find what no wake-up announced, and to check the viewer's rights.
_CHECK_SECONDS = 5.0
_CURSORS = Cursors("backgroundTasksChanged", (str,))


@strawberry.type(description="The list of background tasks, or what has changed in it.")
class BackgroundTasksEvent:
    kind: BackgroundTasksEventKind = strawberry.field(description="What the event contains.")
    cursor: str = strawberry.field(description="The cursor of the event, for `after` when the client comes back.")
    background_tasks: list[BackgroundTask] = strawberry.field(
        description=f"In a SNAPSHOT the newest {MOST} tasks that the viewer may see; otherwise those of them that are "
        "new or have changed. Newest first."
    )
    deleted_ids: list[strawberry.ID] = strawberry.field(
        description="The ids of the tasks that were deleted. Always empty in a SNAPSHOT."
    )


async def resolve(
    info: Info,
    after: Annotated[
        str | None,
        strawberry.argument(
            description="The cursor of the last event that the client has. The stream then starts with a SNAPSHOT only "
            "if the list has changed since. When left out or null, the stream starts with a SNAPSHOT."
        ),
    ] = None,
) -> AsyncGenerator[BackgroundTasksEvent, None]:
    """The stream of one subscriber. Each event has the states at the time of sending, so a slow subscriber skips what
    happened in between, and costs no memory.
    """
    last = None if after is None else _CURSORS.decode(after, "after")[0]
    if info.context.claims is None:
        raise NotAuthenticated("Sign in first: this needs an access token.")
    # The watcher is registered before the list is read, so whatever is committed between the two causes another read.
    with info.context.services.tasks.watch_list(info.context.claims.organization_id) as watcher:
        tasks = await patiently(partial(_read, info))
        if last != _fingerprint(tasks):
            yield _event(BackgroundTasksEventKind.SNAPSHOT, tasks, tasks)
        while True:
            told = {task.id: task for task in tasks}
            await watcher.change(_CHECK_SECONDS)
            tasks = await patiently(partial(_read, info))
            news = news_of_list(told, tasks, most=MOST)
            if news.missing:
                await patiently(partial(_require_deleted, info, news.missing))
            if news.changed or news.missing:
                yield _event(BackgroundTasksEventKind.CHANGED, tasks, news.changed, news.missing)


async def _read(info: Info) -> list[TaskFacts]:
    """Return the newest tasks, by the viewer's current permissions. Raises NotAuthenticated and Forbidden."""
    async with reading(info) as (connection, viewer):
        caller = viewer.caller
        return await list_tasks(
            connection, caller.organization_id, created_by=created_by(caller), after=None, limit=MOST
        )


async def _require_deleted(info: Info, missing: frozenset[UUID]) -> None:
    """Raise Forbidden when the tasks are missing because the viewer may no longer see them."""
    async with reading(info) as (connection, viewer):
        if await read_tasks(connection, viewer.caller.organization_id, missing, created_by=None):
            raise Forbidden("You may no longer see all of these background tasks.")


def _event(
    kind: BackgroundTasksEventKind,
    tasks: Sequence[TaskFacts],
    shown: Sequence[TaskFacts],
    deleted: frozenset[UUID] = frozenset(),
) -> BackgroundTasksEvent:
    return BackgroundTasksEvent(
        kind=kind,
        cursor=_CURSORS.encode(_fingerprint(tasks)),
        background_tasks=[show_task(task) for task in shown],
        deleted_ids=[encode_id("BackgroundTask", task_id) for task_id in sorted(deleted)],
    )


def _fingerprint(tasks: Sequence[TaskFacts]) -> str:
    return fingerprint((str(task.id), task.revision) for task in tasks)


field = strawberry.subscription(
    resolver=resolve,
    description=f"Follows the list of background tasks that the viewer may see, the newest {MOST}. The first event is "
    "a SNAPSHOT; every later event has the tasks that were started, that have changed or ended, and the ids of those "
    "that were deleted, by a person or because they are old. There are a few events a second at most; states in "
    "between may be skipped, but the last state is always sent. The viewer's permissions are checked again for every "
    "event. Only in the Office and Staff Portal: owners follow all tasks, other staff the tasks that they started; the "
    "stream ends with FORBIDDEN when a permission for a listed task is taken away.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF),
)
