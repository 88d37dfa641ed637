"""The type BackgroundTask, as those who started a task and owners see it (R9.4 to R9.6)."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated
from uuid import UUID

import strawberry

from attendance.rules.organization.permissions import Caller
from attendance.rules.refusals import NothingFound
from attendance.rules.tasks.background_tasks import TaskFacts, sees_all_tasks
from attendance.rules.tasks.task_refusals import NO_SUCH_TASK
from db.tasks.background_tasks import read_tasks
from gql.fields.access import requires, signed_in
from gql.fields.context import Info, Reading
from gql.fields.global_ids import encode_id
from gql.fields.listing_arguments import AFTER, FIRST
from gql.fields.node import Node
from gql.fields.pagination import Connection
from gql.fields.vocabulary import Permission, Portal
from gql.people.people import StaffMember, show_staff_member
from gql.protocol.guard import weighs
from gql.reports.report_file import ReportFilePart, report_file_of
from gql.tasks.task_report import (
    BackgroundTaskException,
    BackgroundTaskItem,
    BackgroundTaskReport,
    exceptions_of,
    items_of,
    report_of,
)
from gql.tasks.vocabulary import TaskItemState, TaskKind, TaskState
from gql.tasks.withheld_emails import WithheldEmail, withheld_emails_of

_STAFF = signed_in(Portal.OFFICE, Portal.STAFF)


@strawberry.type(
    description="Work that continues after the mutation that started it has returned. A task consists of items; each "
    "item is done completely, its change together with its e-mail, or not at all. Owners see all tasks; other staff "
    "see the tasks that they started. The task is removed 60 days after it ended, 10 minutes after it was cancelled, "
    "or when it is deleted. A cancelled task that keeps e-mails back stays for 60 days."
)
class BackgroundTask(Node):
    revision: int = strawberry.field(
        description="A number that grows with each change of the task, not necessarily by one. Pass it to "
        "`backgroundTaskChanged` as `afterRevision`."
    )
    kind: TaskKind = strawberry.field(description="What the task does.")
    state: TaskState = strawberry.field(description="The state of the task.")
    done: int = strawberry.field(
        description="How many items are finished, whether they were done or could not be done. `report` tells these "
        "apart."
    )
    total: int | None = strawberry.field(
        description="The number of items. Null before a worker has begun, because they are not counted yet."
    )
    exception_count: int = strawberry.field(description="The number of `exceptions`.")
    created_by: StaffMember | None = strawberry.field(
        description="The person who started the task. Null when the system started it."
    )
    created_at: datetime = strawberry.field(description="When the mutation started the task.")
    started_at: datetime | None = strawberry.field(
        description="When a worker began the task. Null when none has begun."
    )
    ended_at: datetime | None = strawberry.field(description="When the task ended. Null when it has not ended.")
    error: str | None = strawberry.field(
        description="Why the task FAILED, as an English sentence. Null in every other state."
    )
    facts: strawberry.Private[TaskFacts]

    @strawberry.field(
        description="The report of the task: the number of items and e-mails in each state.", metadata=_STAFF
    )
    async def report(self, info: Info) -> BackgroundTaskReport:
        return await report_of(info, self.facts.id, self.facts.state)

    @strawberry.field(
        description="A part of the file that the task has written. Null for tasks of other kinds than WRITE_REPORT, "
        "before the task is COMPLETED, when there is no such part, and after somebody who may be named in the file was "
        "erased. Needs SEE_REPORTS.",
        metadata={**requires([Permission.SEE_REPORTS]), **weighs(1_000)},
    )
    async def report_file(
        self,
        info: Info,
        part: Annotated[int, strawberry.argument(description="The number of the part, from 1.")] = 1,
    ) -> ReportFilePart | None:
        return await report_file_of(info, self.facts.id, part)

    @strawberry.field(
        description="What staff need to know about single items, with the student it concerns, in the order of the "
        "items.",
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
        description="The e-mails that the task keeps back since it was cancelled with `withdrawEmails`, and with them "
        "the families that were not told. Empty once `sendWithheldEmails` has sent them.",
        metadata=_STAFF,
    )
    async def withheld_emails(
        self,
        info: Info,
        first: Annotated[int | None, FIRST] = None,
        after: Annotated[str | None, AFTER] = None,
    ) -> Connection[WithheldEmail]:
        return await withheld_emails_of(info, self.facts.id, first=first, after=after)

    @strawberry.field(
        description="The items of the task, in the order in which they are done. Empty before a worker has begun.",
        metadata=_STAFF,
    )
    async def items(
        self,
        info: Info,
        state: Annotated[
            TaskItemState | None,
            strawberry.argument(
                description="Only items in this state. When left out or null, items in all states are listed."
            ),
        ] = None,
        first: Annotated[int | None, FIRST] = None,
        after: Annotated[str | None, AFTER] = None,
    ) -> Connection[BackgroundTaskItem]:
        return await items_of(info, self.facts.id, state, first=first, after=after)


def created_by(caller: Caller) -> UUID | None:
    """Return the id of the person whose tasks the caller sees, or None when the caller sees all tasks."""
    return None if sees_all_tasks(caller) else caller.id


async def find_tasks(source: Reading, ids: Collection[UUID]) -> dict[UUID, BackgroundTask]:
    """Return the tasks with these ids that the viewer may see.

    This executes one statement, and none when the viewer may see no tasks.
    """
    caller = source.viewer.caller
    if caller.portal not in (Portal.OFFICE, Portal.STAFF) or not ids:
        return {}
    found = await read_tasks(source.connection, caller.organization_id, ids, created_by=created_by(caller))
    return {task_id: show_task(facts) for task_id, facts in found.items()}


async def find_task(source: Reading, task_id: UUID) -> BackgroundTask:
    """Return the task with this id. Raises NothingFound when the viewer may not see it."""
    found = await find_tasks(source, [task_id])
    if task_id not in found:
        raise NothingFound(NO_SUCH_TASK)
    return found[task_id]


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
