"""Work that outlives a request: background tasks with their items, and the e-mail outbox."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from attendance.rules.vocabulary import EmailState, TaskItemState, TaskKind, TaskState
from db.models.table import Entity, Table, of, of_organization, one_of


class BackgroundTask(Entity):
    """R9.4. A worker holds it by a lease; once the lease has run out another worker takes it over (R9.7)."""

    __tablename__ = "background_task"
    __table_args__ = (
        of_organization(),
        of("person", "created_by_id"),
        CheckConstraint("done BETWEEN 0 AND total", name="progress_is_in_range"),
        Index("background_task_created_ix", "organization_id", "created_at", "id"),
        Index(
            "background_task_open_ix",
            "lease_until",
            postgresql_where=text("state IN ('QUEUED', 'RUNNING', 'CANCELLING')"),
        ),
    )

    kind: Mapped[TaskKind] = mapped_column(one_of(TaskKind))
    state: Mapped[TaskState] = mapped_column(one_of(TaskState))
    input: Mapped[dict[str, Any]]
    total: Mapped[int] = mapped_column(server_default="0")
    done: Mapped[int] = mapped_column(server_default="0")
    created_by_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    lease_until: Mapped[datetime | None]
    leased_by: Mapped[str | None]
    error: Mapped[str | None]


class BackgroundTaskItem(Table):
    """One unit of a task, done whole (its change and its e-mail in one transaction) or not at all (R9.5)."""

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
    student_id: Mapped[UUID | None]
    input: Mapped[dict[str, Any]]
    state: Mapped[TaskItemState] = mapped_column(one_of(TaskItemState))
    exception: Mapped[str | None]
    done_at: Mapped[datetime | None]


class Email(Entity):
    """The outbox (R9.8). `reason` names why it is sent ("token/<id>/issued"); one reason, one message.

    While a worker is at it, `due_at` is the end of its lease, and `attempts` tells its attempt from later ones.
    """

    __tablename__ = "email"
    __table_args__ = (
        of_organization(),
        of("background_task", "background_task_id"),
        of("family", "family_id"),
        CheckConstraint("(state = 'SENT') = (sent_at IS NOT NULL)", name="sent_has_an_instant"),
        Index("email_reason_key", "organization_id", "reason", unique=True),
        Index("email_due_ix", "due_at", postgresql_where=text("state IN ('QUEUED', 'SENDING')")),
    )

    reason: Mapped[str]
    recipient: Mapped[str]
    template: Mapped[str]
    facts: Mapped[dict[str, Any]]
    state: Mapped[EmailState] = mapped_column(one_of(EmailState))
    attempts: Mapped[int] = mapped_column(server_default="0")
    due_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    family_id: Mapped[UUID | None]
    background_task_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
