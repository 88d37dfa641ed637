"""Automatic makeup tokens of an occurrence: what a reconciliation reads and locks (R7.4 to R7.8).

Each function is one statement, however many students it is about.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_, any_, bindparam, func, literal, or_, select, text, true, union
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import Boolean, Date, Uuid

from attendance.rules.calendar import DateSpan, OccurrenceKey
from attendance.rules.makeup_tokens import TokenDates
from attendance.rules.token_limit import LimitCount
from attendance.rules.vocabulary import (
    AttendanceStatus,
    EnrollmentType,
    MakeupRequestState,
    MakeupTokenAct,
    MakeupTokenOrigin,
    OfferingKind,
    Source,
)
from db.models.attendance import Mark, Occurrence
from db.models.enrollments import Enrollment
from db.models.makeup_tokens import MakeupRequest, MakeupToken, MakeupTokenEntry
from db.models.offerings import Offering, OfferingSession, Timeslot
from db.models.organization import Location, Session
from db.models.people import Student


@dataclass(frozen=True, slots=True)
class TokenOccasion:
    """What all tokens of an occurrence take from it (R7.8); `session`: the attached one that covers its
    date.
    """

    kind: OfferingKind
    is_cancelled: bool
    location_id: UUID
    program_id: UUID | None
    zone: ZoneInfo
    session: DateSpan | None


@dataclass(frozen=True, slots=True)
class AutomaticToken:
    """A student's absence token of the occurrence, whatever became of it."""

    id: UUID
    dates: TokenDates
    needs_review: bool


@dataclass(frozen=True, slots=True)
class TokenSubject:
    """A student with a mark or a token at the occurrence. `last_act` and `last_cause` are of the newest
    ledger entry about both.
    """

    student_id: UUID
    status: AttendanceStatus | None
    mark_source: Source | None
    marked_by_id: UUID | None
    enrollment_id: UUID | None
    enrollment_type: EnrollmentType | None
    enrollment: DateSpan | None
    token: AutomaticToken | None
    last_act: MakeupTokenAct | None
    last_cause: str | None


def _ids(student_ids: Sequence[UUID]) -> ColumnElement[Any]:
    return literal(list(student_ids), ARRAY(Uuid))


def _automatic(occurrence: OccurrenceKey) -> ColumnElement[bool]:
    return and_(
        MakeupToken.timeslot_id == occurrence.timeslot_id,
        MakeupToken.held_on == occurrence.held_on,
        MakeupToken.origin == MakeupTokenOrigin.ABSENCE,
    )


async def occasion_of(connection: AsyncConnection, occurrence: OccurrenceKey) -> TokenOccasion | None:
    """None: there is no such timeslot."""
    held_on = occurrence.held_on
    session = (
        select(Session.starts_on, Session.ends_on)
        .join(OfferingSession, OfferingSession.session_id == Session.id)
        .where(
            OfferingSession.offering_id == Offering.id,
            Session.deleted_at.is_(None),
            Session.starts_on <= held_on,
            or_(Session.ends_on.is_(None), Session.ends_on >= held_on),
        )
        .order_by(Session.starts_on.desc(), Session.id)
        .limit(1)
        .lateral("session")
    )
    held = and_(Occurrence.timeslot_id == Timeslot.id, Occurrence.held_on == held_on)
    found = await connection.execute(
        select(
            Offering.kind,
            Occurrence.cancelled_at,
            Offering.location_id,
            Offering.program_id,
            Location.time_zone,
            session.c.starts_on,
            session.c.ends_on,
        )
        .join_from(Timeslot, Offering, Offering.id == Timeslot.offering_id)
        .join(Location, Location.id == Offering.location_id)
        .outerjoin(Occurrence, held)
        .outerjoin(session, true())
        .where(Timeslot.id == occurrence.timeslot_id)
    )
    row = found.one_or_none()
    if row is None:
        return None
    return TokenOccasion(
        kind=row.kind,
        is_cancelled=row.cancelled_at is not None,
        location_id=row.location_id,
        program_id=row.program_id,
        zone=ZoneInfo(row.time_zone),
        session=None if row.starts_on is None else DateSpan(row.starts_on, row.ends_on),
    )


async def lock_students(connection: AsyncConnection, student_ids: Sequence[UUID]) -> None:
    """So that two reconciliations of one student, of different occurrences, count one after the other
    (R7.6).
    """
    await connection.execute(
        select(Student.id)
        .where(Student.id == any_(_ids(student_ids)))
        .order_by(Student.id)
        .with_for_update(key_share=True)
    )


async def lock_automatic_tokens(
    connection: AsyncConnection, occurrence: OccurrenceKey, student_ids: Sequence[UUID]
) -> list[UUID]:
    """The ids of what there is, locked so that a token is not redeemed while it is being revoked. Read
    after this, not with it: rows that the lock had to wait for would come with the links of before.
    """
    found = await connection.execute(
        select(MakeupToken.id)
        .where(_automatic(occurrence), MakeupToken.student_id == any_(_ids(student_ids)))
        .order_by(MakeupToken.id)
        .with_for_update(key_share=True)
    )
    return list(found.scalars())


async def students_with_marks_or_tokens(connection: AsyncConnection, occurrence: OccurrenceKey) -> list[UUID]:
    """All whom a reconciliation of the whole occurrence is about, ordered by id."""
    marked = select(Mark.student_id).where(
        Mark.timeslot_id == occurrence.timeslot_id, Mark.held_on == occurrence.held_on
    )
    holders = select(MakeupToken.student_id).where(_automatic(occurrence))
    found = await connection.execute(union(marked, holders).order_by("student_id"))
    return list(found.scalars())


async def subjects_of(
    connection: AsyncConnection, occurrence: OccurrenceKey, student_ids: Sequence[UUID]
) -> list[TokenSubject]:
    """What is known of each student, ordered by student id."""
    wanted = func.unnest(_ids(student_ids)).table_valued("student_id").render_derived("wanted")
    student_id = wanted.c.student_id
    makeup = aliased(Enrollment)
    last = (
        select(MakeupTokenEntry.act, MakeupTokenEntry.cause)
        .where(
            MakeupTokenEntry.student_id == student_id,
            MakeupTokenEntry.timeslot_id == occurrence.timeslot_id,
            MakeupTokenEntry.held_on == occurrence.held_on,
        )
        .order_by(MakeupTokenEntry.entered_at.desc(), MakeupTokenEntry.id.desc())
        .limit(1)
        .lateral("last")
    )
    requested = and_(
        MakeupRequest.makeup_token_id == MakeupToken.id, MakeupRequest.state == MakeupRequestState.REQUESTED
    )
    marked = and_(
        Mark.student_id == student_id,
        Mark.timeslot_id == occurrence.timeslot_id,
        Mark.held_on == occurrence.held_on,
    )
    found = await connection.execute(
        select(
            student_id.label("student_id"),
            Mark.status,
            Mark.source,
            Mark.marked_by_id,
            Enrollment.id.label("enrollment_id"),
            Enrollment.type,
            Enrollment.starts_on,
            Enrollment.drop_on,
            MakeupToken.id.label("token_id"),
            MakeupToken.issued_on,
            MakeupToken.expires_on,
            MakeupToken.revoked_at,
            MakeupToken.deleted_at,
            MakeupToken.needs_review,
            MakeupRequest.id.is_not(None).label("is_requested"),
            makeup.starts_on.label("makeup_on"),
            last.c.act,
            last.c.cause,
        )
        .select_from(wanted)
        .outerjoin(Mark, marked)
        .outerjoin(MakeupToken, and_(_automatic(occurrence), MakeupToken.student_id == student_id))
        .outerjoin(Enrollment, Enrollment.id == func.coalesce(Mark.enrollment_id, MakeupToken.enrollment_id))
        .outerjoin(MakeupRequest, requested)
        .outerjoin(makeup, makeup.id == MakeupToken.makeup_enrollment_id)
        .outerjoin(last, true())
        .order_by(student_id)
    )
    return [_subject(row) for row in found]


def _subject(row: Any) -> TokenSubject:
    return TokenSubject(
        student_id=row.student_id,
        status=row.status,
        mark_source=row.source,
        marked_by_id=row.marked_by_id,
        enrollment_id=row.enrollment_id,
        enrollment_type=row.type,
        enrollment=None if row.enrollment_id is None else DateSpan(row.starts_on, row.drop_on),
        token=None if row.token_id is None else AutomaticToken(row.token_id, _dates(row), row.needs_review),
        last_act=row.act,
        last_cause=row.cause,
    )


def _dates(row: Any) -> TokenDates:
    return TokenDates(
        issued_on=row.issued_on,
        expires_on=row.expires_on,
        is_revoked=row.revoked_at is not None,
        is_deleted=row.deleted_at is not None,
        is_requested=row.is_requested,
        makeup_on=row.makeup_on,
    )


_COUNT = text(
    """
    SELECT wanted.student_id, count(t.id) AS counted
    FROM unnest(:student_ids, :from_dates, :to_dates, :enrollment_ids)
        AS wanted (student_id, from_on, to_on, enrollment_id)
    LEFT JOIN makeup_token t ON t.student_id = wanted.student_id
        AND t.origin = 'ABSENCE' AND t.revoked_at IS NULL
        AND (wanted.from_on IS NULL OR t.held_on >= wanted.from_on)
        AND (wanted.to_on IS NULL OR t.held_on <= wanted.to_on)
        AND (wanted.enrollment_id IS NULL OR t.enrollment_id = wanted.enrollment_id)
        AND (NOT :outstanding_only OR t.deleted_at IS NULL AND t.makeup_enrollment_id IS NULL
            AND (t.expires_on IS NULL OR t.expires_on >= :today))
    GROUP BY wanted.student_id
    """
).bindparams(
    bindparam("student_ids", type_=ARRAY(Uuid)),
    bindparam("from_dates", type_=ARRAY(Date)),
    bindparam("to_dates", type_=ARRAY(Date)),
    bindparam("enrollment_ids", type_=ARRAY(Uuid)),
    bindparam("outstanding_only", type_=Boolean),
    bindparam("today", type_=Date),
)


async def counts_towards_limit(
    connection: AsyncConnection, wanted: Mapping[UUID, LimitCount], today: date
) -> dict[UUID, int]:
    """For each student, how many tokens count (R7.6); `today` decides which are outstanding."""
    spans = [count.missed for count in wanted.values()]
    found = await connection.execute(
        _COUNT,
        {
            "student_ids": list(wanted),
            "from_dates": [span.starts_on for span in spans],
            "to_dates": [span.ends_on for span in spans],
            "enrollment_ids": [count.enrollment_id for count in wanted.values()],
            "outstanding_only": any(count.outstanding_only for count in wanted.values()),
            "today": today,
        },
    )
    return {row.student_id: row.counted for row in found}
