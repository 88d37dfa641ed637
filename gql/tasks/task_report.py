"""What a background task did and did not do: counted, its exceptions, and item by item (R9.4, R9.5)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import strawberry

from attendance.rules.tasks.background_tasks import TaskReport, summary
from attendance.rules.vocabulary import EmailState
from db.tasks.task_reports import (
    ExceptionsWanted,
    ItemsWanted,
    ReportedException,
    ReportedItem,
    read_exceptions,
    read_items,
    read_reports,
)
from gql.fields.context import Info, Reading
from gql.fields.loaders import load
from gql.fields.pagination import Connection, Cursors, Page, connection, read_page
from gql.fields.visible import find_students
from gql.people.student import Student
from gql.tasks.vocabulary import TaskItemState, TaskState

_ITEMS = Cursors("backgroundTaskItems", (int,))
_EXCEPTIONS = Cursors("backgroundTaskExceptions", (int, int))
_WHOM = "The student whom it is about. Null: it is not about one, or the viewer may not see the student."


@strawberry.type(
    description="What a background task did and what it did not, counted when it is asked for. While e-mail waits, the "
    "numbers of e-mails still change after the task's end."
)
class BackgroundTaskReport:
    summary: str = strawberry.field(description="The numbers in a sentence or two of English, for a person.")
    items_done: int = strawberry.field(description="Items that are done.")
    items_refused: int = strawberry.field(description="Items that the rules refused; nothing of them was done.")
    items_failed: int = strawberry.field(
        description="Items at which something went wrong on our side, again and again; nothing of them was done."
    )
    items_skipped: int = strawberry.field(description="Items that were not begun, since the task was cancelled.")
    items_waiting: int = strawberry.field(description="Items that are still to be done.")
    emails_sent: int = strawberry.field(description="E-mails that the mail server has taken.")
    emails_waiting: int = strawberry.field(description="E-mails that are about to be sent, or sent again.")
    emails_withdrawn: int = strawberry.field(description="E-mails that were taken back and are not sent.")
    emails_failed: int = strawberry.field(description="E-mails that cannot be delivered.")
    emails_uncertain: int = strawberry.field(
        description="E-mails that were handed over, and whether they were taken is not known; they are not sent again."
    )
    emails_kept: int = strawberry.field(description="E-mails kept to be looked at: no mail server is set up.")


@strawberry.type(description="One unit of a background task, done whole or not at all.")
class BackgroundTaskItem:
    position: int = strawberry.field(description="Its place in the task, from 1.")
    title: str = strawberry.field(description='What it is about, such as "Swim 1, 2026-11-16".')
    state: TaskItemState = strawberry.field(description="What became of it.")
    student: Student | None = strawberry.field(description=_WHOM)
    done_at: datetime | None = strawberry.field(description="When it was over; null: it is not, or was never begun.")


@strawberry.type(description="What staff must know of an item of a background task.")
class BackgroundTaskException:
    position: int = strawberry.field(description="The item's place in the task, from 1; it may have several.")
    title: str = strawberry.field(description="What the item is about.")
    item_state: TaskItemState = strawberry.field(description="DONE: the item was done, save for what is told here.")
    student: Student | None = strawberry.field(description=_WHOM)
    message: str = strawberry.field(description="What is to be known, in a sentence of English.")


@dataclass(frozen=True, slots=True)
class _ItemsAsked:
    task_id: UUID
    state: TaskItemState | None
    page: Page


@dataclass(frozen=True, slots=True)
class _ExceptionsAsked:
    task_id: UUID
    page: Page


async def report_of(info: Info, task_id: UUID, state: TaskState) -> BackgroundTaskReport:
    report = await load(info, task_id, _read_reports)
    items = report.items
    return BackgroundTaskReport(
        summary=summary(state, report),
        items_done=items.get(TaskItemState.DONE, 0),
        items_refused=items.get(TaskItemState.EXCEPTION, 0),
        items_failed=items.get(TaskItemState.FAILED, 0),
        items_skipped=items.get(TaskItemState.SKIPPED, 0),
        items_waiting=items.get(TaskItemState.WAITING, 0),
        emails_sent=report.emails_in(EmailState.SENT),
        emails_waiting=report.emails_in(EmailState.QUEUED, EmailState.SENDING),
        emails_withdrawn=report.emails_in(EmailState.WITHDRAWN),
        emails_failed=report.emails_in(EmailState.FAILED),
        emails_uncertain=report.emails_in(EmailState.UNCERTAIN),
        emails_kept=report.emails_in(EmailState.KEPT),
    )


async def items_of(
    info: Info, task_id: UUID, state: TaskItemState | None, *, first: int | None, after: str | None
) -> Connection[BackgroundTaskItem]:
    """A page; two statements for all tasks of a batch. Raises BadInput."""
    page = read_page(_ITEMS, first=first, after=after)
    rows = await load(info, _ItemsAsked(task_id, state, page), _read_items)
    return connection(
        rows[: page.size],
        page,
        has_more=len(rows) > page.size,
        node=lambda item: item,
        cursor=lambda item: _ITEMS.encode(item.position),
    )


async def exceptions_of(
    info: Info, task_id: UUID, *, first: int | None, after: str | None
) -> Connection[BackgroundTaskException]:
    """A page; two statements for all tasks of a batch. Raises BadInput."""
    page = read_page(_EXCEPTIONS, first=first, after=after)
    rows = await load(info, _ExceptionsAsked(task_id, page), _read_exceptions)
    return connection(
        rows[: page.size],
        page,
        has_more=len(rows) > page.size,
        node=lambda row: row[1],
        cursor=lambda row: _EXCEPTIONS.encode(row[0].position, row[0].number),
    )


async def _read_reports(source: Reading, ids: list[UUID]) -> list[TaskReport]:
    reports = await read_reports(source.connection, source.viewer.caller.organization_id, set(ids))
    return [reports[task_id] for task_id in ids]


async def _read_items(source: Reading, asked: list[_ItemsAsked]) -> list[list[BackgroundTaskItem]]:
    wanted = [
        ItemsWanted(each.task_id, each.page.after[0] if each.page.after else 0, each.page.size + 1, each.state)
        for each in asked
    ]
    pages = await read_items(source.connection, source.viewer.caller.organization_id, wanted)
    students = await find_students(source, {row.student_id for page in pages for row in page if row.student_id})
    return [[_item(row, students) for row in page] for page in pages]


async def _read_exceptions(
    source: Reading, asked: list[_ExceptionsAsked]
) -> list[list[tuple[ReportedException, BackgroundTaskException]]]:
    wanted = [
        ExceptionsWanted(
            each.task_id, (each.page.after[0], each.page.after[1]) if each.page.after else (0, 0), each.page.size + 1
        )
        for each in asked
    ]
    pages = await read_exceptions(source.connection, source.viewer.caller.organization_id, wanted)
    students = await find_students(source, {row.student_id for page in pages for row in page if row.student_id})
    return [[(row, _exception(row, students)) for row in page] for page in pages]


def _item(row: ReportedItem, students: dict[UUID, Student]) -> BackgroundTaskItem:
    return BackgroundTaskItem(
        position=row.position,
        title=row.title,
        state=row.state,
        student=students.get(row.student_id) if row.student_id else None,
        done_at=row.done_at,
    )


def _exception(row: ReportedException, students: dict[UUID, Student]) -> BackgroundTaskException:
    return BackgroundTaskException(
        position=row.position,
        title=row.title,
        item_state=row.state,
        student=students.get(row.student_id) if row.student_id else None,
        message=row.message,
    )
