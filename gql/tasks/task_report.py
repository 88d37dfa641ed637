"""The report of a background task, its exceptions and its items (R9.4, R9.5)."""

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
from gql.fields.pagination import Connection, Cursors, Page, first_page, read_page
from gql.fields.visible import find_students
from gql.people.student import Student
from gql.tasks.vocabulary import TaskItemState, TaskState

_ITEMS = Cursors("backgroundTaskItems", (int,))
_EXCEPTIONS = Cursors("backgroundTaskExceptions", (int, int))
_WHOM = (
    "The student whom this concerns. Null when it concerns no single student, or when the viewer may not see the "
    "student."
)


@strawberry.type(
    description="The number of items and e-mails of a background task in each state, counted at the time of the "
    "request. The numbers of e-mails can still change after the task has ended, while e-mails wait to be sent."
)
class BackgroundTaskReport:
    summary: str = strawberry.field(description="The counts as one or two English sentences.")
    items_done: int = strawberry.field(description="How many items are done.")
    items_refused: int = strawberry.field(
        description="How many items were refused by a rule. Nothing of them was done."
    )
    items_failed: int = strawberry.field(
        description="How many items failed because of a fault of the service, in every attempt. Nothing of them was "
        "done."
    )
    items_skipped: int = strawberry.field(description="How many items were not begun because the task was cancelled.")
    items_waiting: int = strawberry.field(description="How many items are still to be done.")
    emails_sent: int = strawberry.field(description="How many e-mails the mail server has accepted.")
    emails_waiting: int = strawberry.field(description="How many e-mails wait to be sent, or to be tried again.")
    emails_withdrawn: int = strawberry.field(description="How many e-mails were withdrawn before they were sent.")
    emails_withheld: int = strawberry.field(
        description="How many of the withdrawn e-mails the task keeps back. `sendWithheldEmails` sends them."
    )
    emails_failed: int = strawberry.field(description="How many e-mails cannot be delivered.")
    emails_uncertain: int = strawberry.field(
        description="How many e-mails were handed to the mail server without an answer. It is unknown whether they "
        "were accepted, and they are not sent again."
    )
    emails_kept: int = strawberry.field(
        description="How many e-mails are only kept for viewing, because no mail server is set up."
    )


@strawberry.type(description="One unit of a background task. It is done completely or not at all.")
class BackgroundTaskItem:
    position: int = strawberry.field(description="The position of the item in the task, counted from 1.")
    title: str = strawberry.field(description='The subject of the item, for example "Swim 1, 2026-11-16".')
    state: TaskItemState = strawberry.field(description="The state of the item.")
    student: Student | None = strawberry.field(description=_WHOM)
    done_at: datetime | None = strawberry.field(
        description="When the item was finished. Null when it is not finished, or was never begun."
    )


@strawberry.type(description="What staff need to know about one item of a background task.")
class BackgroundTaskException:
    position: int = strawberry.field(
        description="The position of the item in the task, counted from 1. An item can have several exceptions."
    )
    title: str = strawberry.field(description="The subject of the item.")
    item_state: TaskItemState = strawberry.field(
        description="The state of the item. DONE means that the item was done except for what `message` says."
    )
    student: Student | None = strawberry.field(description=_WHOM)
    message: str = strawberry.field(description="What staff need to know, as an English sentence.")


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
        emails_withheld=report.withheld,
        emails_failed=report.emails_in(EmailState.FAILED),
        emails_uncertain=report.emails_in(EmailState.UNCERTAIN),
        emails_kept=report.emails_in(EmailState.KEPT),
    )


async def items_of(
    info: Info, task_id: UUID, state: TaskItemState | None, *, first: int | None, after: str | None
) -> Connection[BackgroundTaskItem]:
    """Return a page of the task's items. Raises BadInput. This executes two statements for all tasks of a batch."""
    page = read_page(_ITEMS, first=first, after=after)
    rows = await load(info, _ItemsAsked(task_id, state, page), _read_items)
    return first_page(
        rows,
        page,
        node=lambda item: item,
        cursor=lambda item: _ITEMS.encode(item.position),
    )


async def exceptions_of(
    info: Info, task_id: UUID, *, first: int | None, after: str | None
) -> Connection[BackgroundTaskException]:
    """Return a page of the task's exceptions. Raises BadInput. This executes two statements for all tasks of
    a batch.
    """
    page = read_page(_EXCEPTIONS, first=first, after=after)
    rows = await load(info, _ExceptionsAsked(task_id, page), _read_exceptions)
    return first_page(
        rows,
        page,
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
