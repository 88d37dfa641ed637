"""Makeup tokens, the ledger of decisions about them, and the deferred runs that issue them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from attendance.rules.vocabulary import (
    MakeupRequestState,
    MakeupTokenAct,
    MakeupTokenOrigin,
    Source,
    TokenRunPhase,
    TokenRunState,
)
from db.models.table import SENSITIVE, TRACE_PARENT, Entity, OfOccurrence, of, one_of

OF_OCCURRENCE = ("timeslot_id", "held_on")


class MakeupToken(Entity):
    """The right to one makeup. Its state is derived from these dates and links (R8.3) and never stored.

    The token is good through the earlier of `expires_on` and `lapses_on`, which the student's last drop sets (R8.11).
    An automatic token names the missed occurrence. For one occurrence a student has at most one token of each automatic
    origin, whatever became of it (R7.5: a deleted one stays deleted), and at most one live token (R9.2).
    """

    __tablename__ = "makeup_token"
    __table_args__ = (
        of("student", "student_id"),
        of("occurrence", *OF_OCCURRENCE, key=OF_OCCURRENCE),
        of("enrollment", "enrollment_id"),
        of("location", "location_id"),
        of("program", "program_id"),
        of("person", "issued_by_id"),
        of("person", "deleted_by_id"),
        of("enrollment", "makeup_enrollment_id"),
        CheckConstraint("(origin = 'MANUAL') = (timeslot_id IS NULL)", name="automatic_ones_name_a_class"),
        CheckConstraint("(timeslot_id IS NULL) = (held_on IS NULL)", name="occurrence_is_whole"),
        # A token for a class missed long ago may have expired before it was issued (R7.7); one made by hand may not.
        CheckConstraint("origin <> 'MANUAL' OR issued_on <= expires_on", name="issued_before_it_expires"),
        CheckConstraint("revoked_at IS NULL OR makeup_enrollment_id IS NULL", name="tied_ones_stay"),
        Index(
            "makeup_token_one_automatic",
            "organization_id",
            "student_id",
            *OF_OCCURRENCE,
            "origin",
            unique=True,
            postgresql_where=text("origin <> 'MANUAL'"),
        ),
        Index(
            "makeup_token_one_live",
            "organization_id",
            "student_id",
            *OF_OCCURRENCE,
            unique=True,
            postgresql_where=text("origin <> 'MANUAL' AND revoked_at IS NULL AND deleted_at IS NULL"),
        ),
        Index("makeup_token_one_makeup", "organization_id", "makeup_enrollment_id", unique=True),
        Index("makeup_token_student_ix", "organization_id", "student_id", "expires_on", "id"),
        Index("makeup_token_occurrence_ix", "organization_id", *OF_OCCURRENCE),
        Index(
            "makeup_token_good_ix",
            "organization_id",
            text("LEAST(expires_on, lapses_on, 'infinity'::date)"),
            "id",
        ),
    )

    student_id: Mapped[UUID]
    origin: Mapped[MakeupTokenOrigin] = mapped_column(one_of(MakeupTokenOrigin))
    timeslot_id: Mapped[UUID | None]
    held_on: Mapped[date | None]
    enrollment_id: Mapped[UUID | None]
    location_id: Mapped[UUID | None]
    program_id: Mapped[UUID | None]
    comment: Mapped[str | None] = mapped_column(info=SENSITIVE)
    source: Mapped[Source] = mapped_column(one_of(Source))
    issued_by_id: Mapped[UUID | None]
    issued_at: Mapped[datetime]
    issued_on: Mapped[date]
    expires_on: Mapped[date | None]
    lapses_on: Mapped[date | None]
    revoked_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    deleted_by_id: Mapped[UUID | None]
    makeup_enrollment_id: Mapped[UUID | None]
    needs_review: Mapped[bool] = mapped_column(server_default=text("false"))
    stands_for_cancellation: Mapped[bool] = mapped_column(server_default=text("false"))


class MakeupTokenEntry(Entity):
    """The ledger (R7.9): every decision about a token, or about an absence that earned none.

    `number` is given under the lock of the token or of the occurrence, so entries of one token, or of one student at
    one occurrence, are in its order. It is null in entries from before entries were numbered, which come first.
    """

    __tablename__ = "makeup_token_entry"
    __table_args__ = (
        of("student", "student_id"),
        of("makeup_token", "makeup_token_id"),
        of("person", "actor_id"),
        Index("makeup_token_entry_token_ix", "organization_id", "makeup_token_id"),
        Index("makeup_token_entry_student_ix", "organization_id", "student_id", *OF_OCCURRENCE),
    )

    student_id: Mapped[UUID]
    makeup_token_id: Mapped[UUID | None]
    timeslot_id: Mapped[UUID | None]
    held_on: Mapped[date | None]
    act: Mapped[MakeupTokenAct] = mapped_column(one_of(MakeupTokenAct))
    cause: Mapped[str | None]
    source: Mapped[Source] = mapped_column(one_of(Source))
    actor_id: Mapped[UUID | None]
    entered_at: Mapped[datetime]
    number: Mapped[int | None] = mapped_column(
        BigInteger, server_default=text("nextval('makeup_token_entry_numbers'::regclass)")
    )
    facts: Mapped[dict[str, Any] | None] = mapped_column(info=SENSITIVE)


class TokenRun(OfOccurrence):
    """A deferred reconciliation (R7.3), armed in the transaction of a mark. The row decides; arq only wakes a
    worker.

    by_check_in -- only check-ins and their defaults wait for it, so it goes when they are taken back (R4.5b)
    """

    __tablename__ = "token_run"
    __table_args__ = (
        of("occurrence", *OF_OCCURRENCE, key=OF_OCCURRENCE),
        CheckConstraint("(state = 'DONE') = (done_at IS NOT NULL)", name="done_has_an_instant"),
        Index("token_run_due_ix", "due_at", postgresql_where=text("state = 'ARMED'")),
    )

    phase: Mapped[TokenRunPhase] = mapped_column(one_of(TokenRunPhase), primary_key=True)
    due_at: Mapped[datetime]
    state: Mapped[TokenRunState] = mapped_column(one_of(TokenRunState))
    by_check_in: Mapped[bool] = mapped_column(server_default=text("false"))
    armed_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    issued: Mapped[int] = mapped_column(server_default="0")
    revoked: Mapped[int] = mapped_column(server_default="0")
    trace_parent: Mapped[str | None] = mapped_column(server_default=TRACE_PARENT)


class MakeupRequest(Entity):
    """A family's request for a makeup, where staff decide (R8.7). It is open until its date is over, even when the
    token's last day passes before (R8.6b). A token has at most one open request. Whoever settles a request locks the
    token first.

    decided_by, decided_at -- who approved, denied or withdrew it, and when
    makeup_enrollment -- the makeup that the approval booked; it stays after a reset
    """

    __tablename__ = "makeup_request"
    __table_args__ = (
        of("student", "student_id"),
        of("makeup_token", "makeup_token_id"),
        of("timeslot", "timeslot_id"),
        of("person", "requested_by_id"),
        of("person", "decided_by_id"),
        of("enrollment", "makeup_enrollment_id"),
        Index(
            "makeup_request_one_open",
            "organization_id",
            "makeup_token_id",
            unique=True,
            postgresql_where=text("state = 'REQUESTED'"),
        ),
        Index("makeup_request_listed_ix", "organization_id", "state", "requested_at", "id"),
        Index("makeup_request_student_ix", "organization_id", "student_id"),
    )

    student_id: Mapped[UUID]
    makeup_token_id: Mapped[UUID]
    timeslot_id: Mapped[UUID]
    held_on: Mapped[date]
    state: Mapped[MakeupRequestState] = mapped_column(one_of(MakeupRequestState))
    comment: Mapped[str | None] = mapped_column(info=SENSITIVE)
    requested_by_id: Mapped[UUID | None]
    requested_at: Mapped[datetime]
    decided_by_id: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    decision_comment: Mapped[str | None] = mapped_column(info=SENSITIVE)
    makeup_enrollment_id: Mapped[UUID | None]
