"""The mutation writeReport, which writes a report as a file by a background task (R15.1)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, TypeAlias
from uuid import UUID

import strawberry

from attendance.rules.calendar.timeslots import bounded
from attendance.rules.organization.permissions import Viewer
from attendance.tasks.start_task import start_task
from attendance.tasks.write_report import ReportGiven, WriteReport
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork
from gql.fields.access import requires
from gql.fields.act_once import act_once
from gql.fields.context import Info
from gql.fields.global_ids import encode_id
from gql.fields.idempotency import KEY_DESCRIPTION
from gql.fields.user_errors import PermissionDenied
from gql.fields.vocabulary import Permission
from gql.reports.report_filter import ReportFilter, chosen_sheets
from gql.reports.vocabulary import ReportFile
from gql.tasks.background_task import BackgroundTask, find_tasks


@strawberry.input(description="What the report is about.")
class WriteReportInput:
    file: ReportFile = strawberry.field(description="The report to write.")
    filter: ReportFilter = strawberry.field(description="The dates, and the roll sheets, tokens or places.")
    idempotency_key: str | None = strawberry.field(default=None, description=KEY_DESCRIPTION)


@strawberry.type(description="The background task was created and starts at once. It writes the file.")
class WriteReportSuccess:
    background_task_id: strawberry.ID = strawberry.field(description="The id of the background task.")
    background_task: BackgroundTask | None = strawberry.field(
        description="The background task. When it is COMPLETED, `reportFile` has the file. Null when this is the "
        "answer to a retry and the task has been deleted since."
    )


WriteReportResult: TypeAlias = Annotated[
    WriteReportSuccess | PermissionDenied,
    strawberry.union("WriteReportResult", description="The background task, or the reason why none was started."),
]


@dataclass(frozen=True, slots=True)
class Started:
    task_id: UUID


async def resolve(
    info: Info, input: Annotated[WriteReportInput, strawberry.argument(description="What the report is about.")]
) -> WriteReportResult | None:
    chosen = chosen_sheets(input.filter, "input.filter")
    starts_on, ends_on = bounded(chosen.within)
    given = ReportGiven(
        input.file,
        starts_on,
        ends_on,
        offering_ids=_given(chosen.offering_ids),
        location_ids=_given(chosen.location_ids),
        program_ids=_given(chosen.program_ids),
    )

    async def start(uow: UnitOfWork, viewer: Viewer, now: datetime) -> Started:
        return Started(await start_task(uow, WriteReport, given, Author.of(viewer.caller), now=now))

    async with act_once(info, input, Started, start) as done:
        tasks = await find_tasks(done.reading, [done.outcome.task_id])
    return WriteReportSuccess(
        background_task_id=encode_id("BackgroundTask", done.outcome.task_id),
        background_task=tasks.get(done.outcome.task_id),
    )


def _given(ids: Collection[UUID] | None) -> tuple[UUID, ...] | None:
    return None if ids is None else tuple(ids)


field = strawberry.mutation(
    resolver=resolve,
    description="Start a background task that writes a report as a CSV file. `backgroundTask.reportFile` returns the "
    "file for as long as the task is kept. The caller and owners can read it. Needs SEE_REPORTS, in the Office Portal "
    "or the Staff Portal.",
    metadata=requires([Permission.SEE_REPORTS]),
)
