"""Reads the facts on which the automatic tokens of occurrences depend, for each student (R7.4, R7.6). Each function is
one statement.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Boolean, Date, Integer, Uuid

from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey
from attendance.rules.tokens.makeup_tokens import TokenDates
from attendance.rules.tokens.token_limit import LimitCount
from attendance.rules.vocabulary import AttendanceStatus, EnrollmentType, MakeupTokenAct, Source
from db.tokens.student_tokens import REQUESTED_ON


@dataclass(frozen=True, slots=True)
class AutomaticToken:
    """A student's live automatic token for the occurrence. When none is live, the absence token in any state.

    is_of_cancellation -- whether it is live and was issued for the cancellation of the class, or stands for such a
        token (R9.2)
    """

    id: UUID
    dates: TokenDates
    needs_review: bool
    is_of_cancellation: bool


@dataclass(frozen=True, slots=True)
class TokenSubject:
    """A student with a mark or a token at the occurrence.

    enrollment_type -- None for a makeup that was given up: a student who has the token of the makeup back earns none by
        being absent from it
    last_act, last_cause -- from the newest ledger entry about the student and the occurrence
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


@dataclass(frozen=True, slots=True)
class Counting:
    """What to count for a student. `today` decides which of the tokens are outstanding."""

    student_id: UUID
    limit: LimitCount
    today: date


_SUBJECTS = text(
    f"""
    SELECT wanted.timeslot_id, wanted.held_on, wanted.student_id, m.status, m.source, m.marked_by_id,
        e.id AS enrollment_id, e.starts_on, e.drop_on,
        CASE WHEN e.type <> 'MAKEUP' OR e.deleted_at IS NULL THEN e.type END AS type,
        t.id AS token_id, t.issued_on, t.expires_on, t.lapses_on, t.revoked_at, t.deleted_at, t.needs_review,
        t.is_of_cancellation,
        {REQUESTED_ON} AS requested_on, makeup.starts_on AS makeup_on, last.act, last.cause
    FROM unnest(:timeslot_ids, :dates, :student_ids) AS wanted (timeslot_id, held_on, student_id)
    LEFT JOIN mark m ON m.organization_id = :organization_id AND m.student_id = wanted.student_id
        AND m.timeslot_id = wanted.timeslot_id AND m.held_on = wanted.held_on
    LEFT JOIN LATERAL (
        SELECT x.*, x.is_live AND (x.origin = 'CANCELLATION' OR x.stands_for_cancellation) AS is_of_cancellation
        FROM (
            SELECT k.*, k.revoked_at IS NULL AND k.deleted_at IS NULL AS is_live FROM makeup_token k
            WHERE k.organization_id = :organization_id AND k.student_id = wanted.student_id
                AND k.timeslot_id = wanted.timeslot_id AND k.held_on = wanted.held_on AND k.origin <> 'MANUAL'
        ) x
        WHERE x.is_live OR x.origin = 'ABSENCE'
        ORDER BY x.is_live DESC
        LIMIT 1
    ) t ON true
    LEFT JOIN enrollment e ON e.organization_id = :organization_id
        AND e.id = coalesce(m.enrollment_id, t.enrollment_id)
    LEFT JOIN enrollment makeup ON makeup.organization_id = t.organization_id AND makeup.id = t.makeup_enrollment_id
    LEFT JOIN LATERAL (
        SELECT l.act, l.cause FROM makeup_token_entry l
        WHERE l.organization_id = :organization_id AND l.student_id = wanted.student_id
            AND l.timeslot_id = wanted.timeslot_id AND l.held_on = wanted.held_on
        ORDER BY l.number DESC NULLS LAST, l.entered_at DESC, l.id DESC
        LIMIT 1
    ) last ON true
    ORDER BY wanted.student_id
    """  # noqa: S608 - a constant
).bindparams(
    bindparam("timeslot_ids", type_=ARRAY(Uuid)),
    bindparam("dates", type_=ARRAY(Date)),
    bindparam("student_ids", type_=ARRAY(Uuid)),
)

_COUNT = text(
    """
    SELECT wanted.place, count(t.id) AS counted
    FROM unnest(:places, :student_ids, :from_dates, :to_dates, :enrollment_ids, :outstanding_only, :todays)
        AS wanted (place, student_id, from_on, to_on, enrollment_id, outstanding_only, today)
    LEFT JOIN makeup_token t ON t.organization_id = :organization_id AND t.student_id = wanted.student_id
        AND t.origin = 'ABSENCE' AND t.revoked_at IS NULL
        AND (wanted.from_on IS NULL OR t.held_on >= wanted.from_on)
        AND (wanted.to_on IS NULL OR t.held_on <= wanted.to_on)
        AND (wanted.enrollment_id IS NULL OR t.enrollment_id = wanted.enrollment_id)
        AND (NOT wanted.outstanding_only OR t.deleted_at IS NULL AND t.makeup_enrollment_id IS NULL
            AND coalesce(least(t.expires_on, t.lapses_on) >= wanted.today, true))
    GROUP BY wanted.place
    """
).bindparams(
    bindparam("places", type_=ARRAY(Integer)),
    bindparam("student_ids", type_=ARRAY(Uuid)),
    bindparam("from_dates", type_=ARRAY(Date)),
    bindparam("to_dates", type_=ARRAY(Date)),
    bindparam("enrollment_ids", type_=ARRAY(Uuid)),
    bindparam("outstanding_only", type_=ARRAY(Boolean)),
    bindparam("todays", type_=ARRAY(Date)),
)


async def subjects_of(
    connection: AsyncConnection, organization_id: UUID, wanted: Mapping[OccurrenceKey, Sequence[UUID]]
) -> dict[OccurrenceKey, list[TokenSubject]]:
    """Return what is known of each student, ordered by student id. Each occurrence has an entry."""
    pairs = [(occurrence, student_id) for occurrence, students in wanted.items() for student_id in students]
    found = await connection.execute(
        _SUBJECTS,
        {
            "organization_id": organization_id,
            "timeslot_ids": [occurrence.timeslot_id for occurrence, _ in pairs],
            "dates": [occurrence.held_on for occurrence, _ in pairs],
            "student_ids": [student_id for _, student_id in pairs],
        },
    )
    subjects: dict[OccurrenceKey, list[TokenSubject]] = {occurrence: [] for occurrence in wanted}
    for row in found:
        subjects[OccurrenceKey(row.timeslot_id, row.held_on)].append(_subject(row))
    return subjects


async def count_towards_limit(
    connection: AsyncConnection, organization_id: UUID, wanted: Sequence[Counting]
) -> list[int]:
    """Return for each of the questions, in their order, how many tokens count (R7.6)."""
    limits = [each.limit for each in wanted]
    found = await connection.execute(
        _COUNT,
        {
            "organization_id": organization_id,
            "places": list(range(len(wanted))),
            "student_ids": [each.student_id for each in wanted],
            "from_dates": [limit.missed.starts_on for limit in limits],
            "to_dates": [limit.missed.ends_on for limit in limits],
            "enrollment_ids": [limit.enrollment_id for limit in limits],
            "outstanding_only": [limit.outstanding_only for limit in limits],
            "todays": [each.today for each in wanted],
        },
    )
    counted = {row.place: row.counted for row in found}
    return [counted[place] for place in range(len(wanted))]


def _subject(row: Any) -> TokenSubject:
    return TokenSubject(
        student_id=row.student_id,
        status=None if row.status is None else AttendanceStatus(row.status),
        mark_source=None if row.source is None else Source(row.source),
        marked_by_id=row.marked_by_id,
        enrollment_id=row.enrollment_id,
        enrollment_type=None if row.type is None else EnrollmentType(row.type),
        enrollment=None if row.enrollment_id is None else DateSpan(row.starts_on, row.drop_on),
        token=None if row.token_id is None else _token(row),
        last_act=None if row.act is None else MakeupTokenAct(row.act),
        last_cause=row.cause,
    )


def _token(row: Any) -> AutomaticToken:
    dates = TokenDates(
        issued_on=row.issued_on,
        expires_on=row.expires_on,
        is_revoked=row.revoked_at is not None,
        is_deleted=row.deleted_at is not None,
        requested_on=row.requested_on,
        makeup_on=row.makeup_on,
        lapses_on=row.lapses_on,
    )
    return AutomaticToken(row.token_id, dates, row.needs_review, row.is_of_cancellation)
