"""Work that outlives a request: background tasks with their items, and the e-mail outbox."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from attendance.rules.vocabulary import EmailState, Source, TaskItemState, TaskKind, TaskState
from db.models.table import SENSITIVE, TRACE_PARENT, Entity, Table, of, of_organization, one_of


class BackgroundTask(Entity):
    """A background task (R9.4). While it is open, a worker holds it by its BackgroundTaskLease.

    total -- the number of items; null until they are known
    done -- items that are done or have an exception; never more than `total`
    exceptions -- the number of rows of BackgroundTaskException
    revision -- grows with each change of the row
    attempts -- how often determining the items has failed
    withholds_emails -- whether e-mails that have not left are kept back when the task is cancelled
    """

    __tablename__ = "background_task"
    __table_args__ = (
        of_organization(),
        of("person", "created_by_id"),
        CheckConstraint("done BETWEEN 0 AND coalesce(total, 0)", name="progress_is_in_range"),
        CheckConstraint(
            "(state IN ('COMPLETED', 'FAILED', 'CANCELLED')) = (ended_at IS NOT NULL)", name="ended_has_an_instant"
        ),
        Index("background_task_created_ix", "organization_id", "created_at", "id"),
        Index("background_task_ended_ix", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),
    )

    kind: Mapped[TaskKind] = mapped_column(one_of(TaskKind))
    state: Mapped[TaskState] = mapped_column(one_of(TaskState))
    input: Mapped[dict[str, Any]] = mapped_column(info=SENSITIVE)
    total: Mapped[int | None]
    done: Mapped[int] = mapped_column(server_default="0")
    exceptions: Mapped[int] = mapped_column(server_default="0")
    revision: Mapped[int] = mapped_column(server_default="0")
    attempts: Mapped[int] = mapped_column(server_default="0")
    withholds_emails: Mapped[bool] = mapped_column(server_default=text("false"))
    source: Mapped[Source] = mapped_column(one_of(Source))
    created_by_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    error: Mapped[str | None] = mapped_column(info=SENSITIVE)
    trace_parent: Mapped[str | None] = mapped_column(server_default=TRACE_PARENT)


class BackgroundTaskLease(Table):
    """A worker's claim to an open task, which exists until the task has ended (R9.7). Its row is the lock for the
    task's items.

    `lease_until` uses the database's clock, which all workers share. From that time on any worker may take over the
    task; without a `leased_by` it is the time from which the task may be taken.
    """

    __tablename__ = "background_task_lease"
    __table_args__ = (
        of("background_task", "background_task_id"),
        Index("background_task_lease_until_ix", "lease_until"),
    )

    background_task_id: Mapped[UUID] = mapped_column(primary_key=True)
    lease_until: Mapped[datetime]
    leased_by: Mapped[str | None]


class BackgroundTaskItem(Table):
    """One unit of a task, done completely (its change and its e-mail in one transaction) or not at all (R9.5).

    `attempts` counts faults; after a fault the item waits for `retry_at`, by the database's clock.
    """

    __tablename__ = "background_task_item"
    __table_args__ = (
        of("background_task", "background_task_id"),
        of("student", "student_id"),
        Index(
            "background_task_item_waiting_ix",
            "organization_id",
            "background_task_id",
            "position",
            postgresql_where=text("state = 'WAITING'"),
        ),
    )

    background_task_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(info=SENSITIVE)
    student_id: Mapped[UUID | None]
    input: Mapped[dict[str, Any]] = mapped_column(info=SENSITIVE)
    state: Mapped[TaskItemState] = mapped_column(one_of(TaskItemState))
    attempts: Mapped[int] = mapped_column(server_default="0")
    retry_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]


class BackgroundTaskException(Table):
    """What staff must know about an item (R9.4), or about one student in it."""

    __tablename__ = "background_task_exception"
    __table_args__ = (
        of("background_task_item", "background_task_id", "position", key=("background_task_id", "position")),
        of("student", "student_id"),
    )

    background_task_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[UUID | None]
    message: Mapped[str] = mapped_column(info=SENSITIVE)


class ReportPart(Table):
    """A part of the file to which a task writes a report (R15.1). It is written with its item. It is deleted with the
    task, and when somebody in the organization is erased.
    """

    __tablename__ = "report_part"
    __table_args__ = (
        of("background_task_item", "background_task_id", "position", key=("background_task_id", "position")),
    )

    background_task_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(info=SENSITIVE)


class Email(Entity):
    """A message of the outbox (R9.8). `reason` says why it is sent ("token/<id>/issued"); each reason has one message.

    `is_withheld` says that a WITHDRAWN message was kept back with its task, and may be sent later (R9.5).

    While a worker handles the message, `due_at` is the end of the worker's lease, and `attempts` tells its attempt from
    later ones.
    """

    __tablename__ = "email"
    __table_args__ = (
        of_organization(),
        of("background_task", "background_task_id"),
        of("family", "family_id"),
        CheckConstraint("(state = 'SENT') = (sent_at IS NOT NULL)", name="sent_has_an_instant"),
        Index("email_reason_key", "organization_id", "reason", unique=True),
        Index("email_created_ix", "created_at"),
        Index(
            "email_background_task_ix",
            "organization_id",
            "background_task_id",
            postgresql_where=text("background_task_id IS NOT NULL"),
        ),
        Index("email_due_ix", "due_at", postgresql_where=text("state IN ('QUEUED', 'SENDING')")),
    )

    reason: Mapped[str]
    recipient: Mapped[str] = mapped_column(info=SENSITIVE)
    template: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(info=SENSITIVE)
    state: Mapped[EmailState] = mapped_column(one_of(EmailState))
    attempts: Mapped[int] = mapped_column(server_default="0")
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(info=SENSITIVE)
    family_id: Mapped[UUID | None]
    background_task_id: Mapped[UUID | None]
    is_withheld: Mapped[bool] = mapped_column(server_default=text("false"))
    created_at: Mapped[datetime]
    trace_parent: Mapped[str | None] = mapped_column(server_default=TRACE_PARENT)
