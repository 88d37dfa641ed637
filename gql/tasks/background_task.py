"""Background tasks as those who started them and owners see them (R9.4 to R9.6)."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.organization.permissions import Caller
from attendance.rules.tasks.background_tasks import TaskFacts, sees_all_tasks
from db.tasks.background_tasks import read_tasks
from gql.fields.access import signed_in
from gql.fields.context import Info, Reading
from gql.fields.global_ids import encode_id
from gql.fields.listing_arguments import AFTER, FIRST
from gql.fields.node import Node
from gql.fields.pagination import Connection
from gql.fields.vocabulary import Portal
from gql.people.people import StaffMember, show_staff_member
from gql.tasks.task_report import (
    BackgroundTaskException,
    BackgroundTaskItem,
    BackgroundTaskReport,
    exceptions_of,
    items_of,
    report_of,
)
from gql.tasks.vocabulary import TaskItemState, TaskKind, TaskState

_STAFF = signed_in(Portal.OFFICE, Portal.STAFF)


@strawberry.type(
    description="Work that goes on after the mutation that started it has answered, item by item: each item is done "
    "whole, its change and its e-mail together, or not at all. Owners see all tasks, others those that they started. "
    "The entry goes 60 days after the task ended, 10 minutes after if it was cancelled, or when it is deleted."
)
class BackgroundTask(Node):
    revision: int = strawberry.field(
        description="Grows with each change of the task, not by one; `backgroundTaskChanged` goes on after it."
    )
    kind: TaskKind = strawberry.field(description="What it does.")
    state: TaskState = strawberry.field(description="How far it is.")
    done: int = strawberry.field(
        description="Progress: how many items are over, whether they were done or could not be. `report` tells which."
    )
    total: int | None = strawberry.field(
        description="How many items there are. Null: they are not counted yet, since no worker has begun."
    )
    exception_count: int = strawberry.field(description="How many `exceptions` there are.")
    created_by: StaffMember | None = strawberry.field(description="Who started it; null: the system.")
    created_at: datetime = strawberry.field(description="When it was started by the mutation.")
    started_at: datetime | None = strawberry.field(description="When a worker began; null: none has.")
    ended_at: datetime | None = strawberry.field(description="When it ended; null: it has not.")
    error: str | None = strawberry.field(description="Why it FAILED, in a sentence; null: it did not.")
    facts: strawberry.Private[TaskFacts]

    @strawberry.field(description="What was done and what was not, counted.", metadata=_STAFF)
    async def report(self, info: Info) -> BackgroundTaskReport:
        return await report_of(info, self.facts.id, self.facts.state)

    @strawberry.field(
        description="What staff must know of single items, by student where it is about one, in the items' order.",
        metadata=_STAFF,
    )
    async def exceptions(
        self,
        info: Info,
        first: Annotated[int | None, FIRST] = None,
        after: Annotated[str | None, AFTER] = None,
    ) -> Connection[BackgroundTaskException]:
        return await exceptions_of(info, self.facts.id, first=first, after=after)

    @strawberry.field(
        description="What it consists of, in the order in which it is done. Empty until a worker has begun.",
        metadata=_STAFF,
    )
    async def items(
        self,
        info: Info,
        state: Annotated[
            TaskItemState | None, strawberry.argument(description="Only those in this state. Left out or null: all.")
        ] = None,
        first: Annotated[int | None, FIRST] = None,
        after: Annotated[str | None, AFTER] = None,
    ) -> Connection[BackgroundTaskItem]:
        return await items_of(info, self.facts.id, state, first=first, after=after)


def created_by(caller: Caller) -> UUID | None:
    """Whose tasks the caller sees; None: all."""
    return None if sees_all_tasks(caller) else caller.id


async def find_tasks(source: Reading, ids: Collection[UUID]) -> dict[UUID, BackgroundTask]:
    """Those that the viewer sees; one statement, none for who sees none."""
    caller = source.viewer.caller
    if caller.portal not in (Portal.OFFICE, Portal.STAFF) or not ids:
        return {}
    found = await read_tasks(source.connection, caller.organization_id, ids, created_by=created_by(caller))
    return {task_id: show_task(facts) for task_id, facts in found.items()}


def show_task(facts: TaskFacts) -> BackgroundTask:
    return BackgroundTask(
        id=encode_id("BackgroundTask", facts.id),
        revision=facts.revision,
        kind=facts.kind,
        state=facts.state,
        done=facts.done,
        total=facts.total,
        exception_count=facts.exceptions,
        created_by=None if facts.created_by is None else show_staff_member(facts.created_by),
        created_at=facts.created_at,
        started_at=facts.started_at,
        ended_at=facts.ended_at,
        error=facts.error,
        facts=facts,
    )
