"""The query backgroundTasks, which lists the tasks that the viewer may see."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from db.tasks.background_tasks import list_tasks
from gql.fields.access import signed_in
from gql.fields.context import Info, reading
from gql.fields.listing_arguments import AFTER, FIRST
from gql.fields.pagination import Connection, Cursors, first_page, read_page
from gql.fields.vocabulary import Portal
from gql.tasks.background_task import BackgroundTask, created_by, show_task

_CURSORS = Cursors("backgroundTasks", (datetime, UUID))


async def resolve(
    info: Info,
    first: Annotated[int | None, FIRST] = None,
    after: Annotated[str | None, AFTER] = None,
) -> Connection[BackgroundTask]:
    page = read_page(_CURSORS, first=first, after=after)
    async with reading(info) as (source, viewer):
        caller = viewer.caller
        found = await list_tasks(
            source, caller.organization_id, created_by=created_by(caller), after=page.after, limit=page.size + 1
        )
    return first_page(
        found,
        page,
        node=show_task,
        cursor=lambda task: _CURSORS.encode(task.created_at, task.id),
    )


field = strawberry.field(
    resolver=resolve,
    description="The background tasks, newest first: those that have not ended, and those that have ended and are "
    "still kept. Only in the Office and Staff Portal: owners see all tasks, other staff the tasks that they started.",
    metadata=signed_in(Portal.OFFICE, Portal.STAFF),
)
