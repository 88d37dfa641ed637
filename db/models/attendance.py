"""Occurrences that have a row, their marks, and their changes, which are audit, outbox and replay log in one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from attendance.rules.vocabulary import AttendanceStatus, ChangeKind, Source
from db.models.table import SENSITIVE, OfOccurrence, Table, of, of_organization, one_of


class Occurrence(OfOccurrence):
    """An occurrence's row: the lock for its marks, and the number of its last change (R4.9). The first act on it
    creates it.
    """

    __tablename__ = "occurrence"
    __table_args__ = (
        of("timeslot", "timeslot_id"),
        of("person", "cancelled_by_id"),
        CheckConstraint("revision >= 0", name="revision_is_a_count"),
        Index("occurrence_held_on_ix", "organization_id", "held_on"),
        # Each roll sheet asks which dates around it were cancelled. Few occurrences are.
        Index(
            "occurrence_cancelled_ix",
            "organization_id",
            "timeslot_id",
            "held_on",
            postgresql_where=text("cancelled_at IS NOT NULL"),
        ),
    )

    revision: Mapped[int] = mapped_column(server_default="0")
    cancelled_at: Mapped[datetime | None]
    cancelled_by_id: Mapped[UUID | None]
    cancellation_comment: Mapped[str | None] = mapped_column(info=SENSITIVE)


class Mark(OfOccurrence):
    """A student's status at an occurrence, at most one. Clearing a mark deletes the row; its history stays (R4.9).

    by_check_in -- it is a check-in, or a default that stands because of check-ins (R4.5b)
    """

    __tablename__ = "mark"
    __table_args__ = (
        of("occurrence", "timeslot_id", "held_on", key=("timeslot_id", "held_on")),
        of("student", "student_id"),
        of("enrollment", "enrollment_id"),
        of("person", "marked_by_id"),
        of("kiosk", "kiosk_id"),
        CheckConstraint("NOT is_defaulted OR source = 'SYSTEM'", name="defaults_come_from_the_system"),
        # With the status, attendance rates are counted in the index: a student's marks are on as many pages as dates.
        Index(
            "mark_student_status_ix",
            "organization_id",
            "student_id",
            "timeslot_id",
            "held_on",
            postgresql_include=["status"],
        ),
    )

    student_id: Mapped[UUID] = mapped_column(primary_key=True)
    enrollment_id: Mapped[UUID | None]
    status: Mapped[AttendanceStatus] = mapped_column(one_of(AttendanceStatus))
    is_defaulted: Mapped[bool] = mapped_column(server_default=text("false"))
    source: Mapped[Source] = mapped_column(one_of(Source))
    marked_by_id: Mapped[UUID | None]
    kiosk_id: Mapped[UUID | None]
    by_check_in: Mapped[bool] = mapped_column(server_default=text("false"))
    marked_at: Mapped[datetime]
    note: Mapped[str | None] = mapped_column(info=SENSITIVE)
    revision: Mapped[int]


class Change(OfOccurrence):
    """One act on an occurrence. Revisions run 1, 2, 3 ... without gaps, which the lock on the occurrence ensures
    (R4.9). `captured_at` is when a client that was offline captured it (R14.2); null when it was made at once.
    """

    __tablename__ = "change"
    __table_args__ = (
        of("occurrence", "timeslot_id", "held_on", key=("timeslot_id", "held_on")),
        of("person", "actor_id"),
        of("kiosk", "kiosk_id"),
        CheckConstraint("revision >= 1", name="revision_starts_at_one"),
    )

    revision: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ChangeKind] = mapped_column(one_of(ChangeKind))
    source: Mapped[Source] = mapped_column(one_of(Source))
    actor_id: Mapped[UUID | None]
    kiosk_id: Mapped[UUID | None]
    captured_at: Mapped[datetime | None]
    changed_at: Mapped[datetime]


class ChangedEntry(OfOccurrence):
    """What a change did to one student's row: the mark before and after. A status of null means no mark; the source
    SYSTEM without a status after the change, that a default went with the last check-in (R4.5b).
    """

    __tablename__ = "changed_entry"
    __table_args__ = (
        of(
            "change",
            "timeslot_id",
            "held_on",
            "revision",
            key=("timeslot_id", "held_on", "revision"),
        ),
        of("student", "student_id"),
        Index("changed_entry_student_ix", "organization_id", "student_id", "timeslot_id", "held_on"),
    )

    revision: Mapped[int] = mapped_column(primary_key=True)
    student_id: Mapped[UUID] = mapped_column(primary_key=True)
    before_status: Mapped[AttendanceStatus | None] = mapped_column(one_of(AttendanceStatus, "before_status"))
    before_note: Mapped[str | None] = mapped_column(info=SENSITIVE)
    before_is_defaulted: Mapped[bool | None]
    after_status: Mapped[AttendanceStatus | None] = mapped_column(one_of(AttendanceStatus, "after_status"))
    after_note: Mapped[str | None] = mapped_column(info=SENSITIVE)
    after_is_defaulted: Mapped[bool | None]
    after_source: Mapped[Source | None] = mapped_column(one_of(Source))
    left_roster: Mapped[bool] = mapped_column(server_default=text("false"))


class IdempotencyKey(Table):
    """A mutation's first answer, kept for its retries (R4.11). It is written in the transaction that it answers for."""

    __tablename__ = "idempotency_key"
    __table_args__ = (of_organization(), Index("idempotency_key_used_at_ix", "used_at"))

    caller_id: Mapped[UUID] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    mutation: Mapped[str]
    fingerprint: Mapped[str]
    answer: Mapped[dict[str, Any] | None] = mapped_column(info=SENSITIVE)
    used_at: Mapped[datetime]
