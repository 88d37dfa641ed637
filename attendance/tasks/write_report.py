"""Write a report as a file by a background task (R15.1). Each item is a part of the file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from attendance.actions.reports.write_report_part import write_report_part
from attendance.rules.calendar.timeslots import DateSpan, bounded
from attendance.rules.reports.report_files import parts_of
from attendance.rules.vocabulary import ReportFile, TaskKind
from attendance.tasks.kind import Item, ItemDraft, Kind, Task, TaskException
from db.reports.report_filter import ReportFilter
from db.reports.written_parts import add_part, lock_names
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class ReportGiven:
    """What the report is about. Ids that are None set no condition."""

    file: ReportFile
    starts_on: date
    ends_on: date
    offering_ids: tuple[UUID, ...] | None = None
    location_ids: tuple[UUID, ...] | None = None
    program_ids: tuple[UUID, ...] | None = None


class WriteReport(Kind[ReportGiven]):
    """Writes each part of the file in a transaction of its own, which reads the data of that moment."""

    kind: ClassVar = TaskKind.WRITE_REPORT
    given_type: ClassVar = ReportGiven
    batch_size: ClassVar = 1

    async def plan(self, uow: UnitOfWork, task: Task[ReportGiven], *, now: datetime) -> Sequence[ItemDraft]:
        given = task.given
        spans = [bounded(span) for span in parts_of(given.file, DateSpan(given.starts_on, given.ends_on))]
        return [
            ItemDraft(f"{first} to {last}", {"from": first.isoformat(), "to": last.isoformat()})
            for first, last in spans
        ]

    async def carry_out(
        self, uow: UnitOfWork, task: Task[ReportGiven], items: Sequence[Item], *, now: datetime
    ) -> Sequence[TaskException]:
        given = task.given
        await lock_names(uow, to_erase=False)
        for item in items:
            within = DateSpan(date.fromisoformat(item.given["from"]), date.fromisoformat(item.given["to"]))
            chosen = ReportFilter(within, given.offering_ids, given.location_ids, given.program_ids)
            text = await write_report_part(uow, given.file, chosen, is_first=item.position == 1, now=now)
            await add_part(uow, task.id, item.position, text)
        return []
