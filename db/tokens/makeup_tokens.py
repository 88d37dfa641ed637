"""Locks makeup tokens, and reads the students with whom the automatic tokens of occurrences deal (R7.4 to R7.8).

Each function is one statement, however many students and occurrences there are.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Date, Uuid

from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey
from attendance.rules.vocabulary import OfferingKind
from db.unit_of_work import UnitOfWork
from pace import in_turns


@dataclass(frozen=True, slots=True)
class TokenOccasion:
    """What all tokens of an occurrence take from it (R7.8).

    session -- the session of the offering that covers its date; of several, the one that began last, for the limit of a
        session (R7.6)
    session_ends_on -- the last day of a token that is good until the end of the session (R7.7): the latest end of all
        sessions that cover the date; None when one of them has no end, or when there is none
    """

    kind: OfferingKind
    is_cancelled: bool
    location_id: UUID
    program_id: UUID | None
    zone: ZoneInfo
    session: DateSpan | None
    session_ends_on: date | None


_OCCASIONS = text(
    """
    SELECT wanted.timeslot_id, wanted.held_on, f.kind, c.cancelled_at IS NOT NULL AS is_cancelled, f.location_id,
        f.program_id, l.time_zone, attached.id IS NOT NULL AS in_session,
        attached.starts_on, attached.ends_on, nullif(attached.latest_end, 'infinity') AS session_ends_on
    FROM unnest(:timeslot_ids, :dates) AS wanted (timeslot_id, held_on)
    JOIN timeslot slot ON slot.organization_id = :organization_id AND slot.id = wanted.timeslot_id
    JOIN offering f ON f.organization_id = slot.organization_id AND f.id = slot.offering_id
    JOIN location l ON l.organization_id = f.organization_id AND l.id = f.location_id
    LEFT JOIN occurrence c ON c.organization_id = slot.organization_id AND c.timeslot_id = slot.id
        AND c.held_on = wanted.held_on
    LEFT JOIN LATERAL (
        SELECT s.id, s.starts_on, s.ends_on, max(coalesce(s.ends_on, 'infinity')) OVER () AS latest_end
        FROM offering_session a JOIN session s ON s.organization_id = a.organization_id AND s.id = a.session_id
        WHERE a.organization_id = f.organization_id AND a.offering_id = f.id AND s.deleted_at IS NULL
            AND s.starts_on <= wanted.held_on AND (s.ends_on IS NULL OR s.ends_on >= wanted.held_on)
        ORDER BY s.starts_on DESC, s.ends_on DESC
        LIMIT 1
    ) attached ON true
    """
).bindparams(bindparam("timeslot_ids", type_=ARRAY(Uuid)), bindparam("dates", type_=ARRAY(Date)))

_WANTED = text(
    """
    SELECT wanted.timeslot_id, wanted.held_on, known.student_id
    FROM unnest(:timeslot_ids, :dates) AS wanted (timeslot_id, held_on)
    CROSS JOIN LATERAL (
        SELECT m.student_id FROM mark m
        WHERE m.organization_id = :organization_id AND m.timeslot_id = wanted.timeslot_id AND m.held_on = wanted.held_on
        UNION
        SELECT t.student_id FROM makeup_token t
        WHERE t.organization_id = :organization_id AND t.timeslot_id = wanted.timeslot_id
            AND t.held_on = wanted.held_on AND t.origin <> 'MANUAL'
    ) known
    ORDER BY known.student_id
    """
).bindparams(bindparam("timeslot_ids", type_=ARRAY(Uuid)), bindparam("dates", type_=ARRAY(Date)))


# The order of the rows is the order of the locks, the same for all who lock several tokens.
_LOCK_STUDENTS = text("""
SELECT s.id FROM student s
WHERE s.organization_id = :organization_id AND s.id = ANY (CAST(:ids AS uuid[]))
ORDER BY s.id FOR NO KEY UPDATE
""")
_LOCK_AUTOMATIC = text("""
SELECT t.id FROM makeup_token t
WHERE t.organization_id = :organization_id AND t.student_id = ANY (CAST(:student_ids AS uuid[]))
  AND t.timeslot_id = :timeslot_id AND t.held_on = :held_on AND t.origin <> 'MANUAL'
ORDER BY t.id FOR NO KEY UPDATE
""")
_LOCK_TOKENS = text("""
SELECT t.id FROM makeup_token t
WHERE t.organization_id = :organization_id AND t.id = ANY (CAST(:ids AS uuid[]))
ORDER BY t.id FOR NO KEY UPDATE
""")


async def occasions_of(
    connection: AsyncConnection, organization_id: UUID, occurrences: Collection[OccurrenceKey]
) -> dict[OccurrenceKey, TokenOccasion]:
    """Return the occurrences whose timeslot exists."""
    found = await connection.execute(_OCCASIONS, _arrays(organization_id, occurrences))
    return {
        OccurrenceKey(row.timeslot_id, row.held_on): TokenOccasion(
            kind=OfferingKind(row.kind),
            is_cancelled=row.is_cancelled,
            location_id=row.location_id,
            program_id=row.program_id,
            zone=ZoneInfo(row.time_zone),
            session=DateSpan(row.starts_on, row.ends_on) if row.in_session else None,
            session_ends_on=row.session_ends_on,
        )
        async for row in in_turns(found)
    }


async def students_with_marks_or_tokens(
    connection: AsyncConnection, organization_id: UUID, occurrences: Collection[OccurrenceKey]
) -> dict[OccurrenceKey, list[UUID]]:
    """Return all students with whom a reconciliation of the whole occurrence deals, ordered by id. Each occurrence has
    an entry.
    """
    students: dict[OccurrenceKey, list[UUID]] = {occurrence: [] for occurrence in occurrences}
    for row in await connection.execute(_WANTED, _arrays(organization_id, occurrences)):
        students[OccurrenceKey(row.timeslot_id, row.held_on)].append(row.student_id)
    return students


def _arrays(organization_id: UUID, occurrences: Collection[OccurrenceKey]) -> dict[str, Any]:
    return {
        "organization_id": organization_id,
        "timeslot_ids": [occurrence.timeslot_id for occurrence in occurrences],
        "dates": [occurrence.held_on for occurrence in occurrences],
    }


async def lock_students(uow: UnitOfWork, student_ids: Collection[UUID]) -> None:
    """Lock the students, so that two reconciliations of one student, for different occurrences, count one after the
    other (R7.6).
    """
    given = {"organization_id": uow.organization_id, "ids": list(student_ids)}
    await uow.connection.execute(_LOCK_STUDENTS, given)


async def lock_automatic_tokens(
    uow: UnitOfWork, occurrence: OccurrenceKey, student_ids: Collection[UUID]
) -> Sequence[UUID]:
    """Lock the tokens that exist, so that none is redeemed while it is revoked, and return their ids.

    Read the tokens after this and not with it, because rows for which the lock had to wait would have their earlier
    links.
    """
    given = {
        "organization_id": uow.organization_id,
        "timeslot_id": occurrence.timeslot_id,
        "held_on": occurrence.held_on,
        "student_ids": list(student_ids),
    }
    return (await uow.connection.execute(_LOCK_AUTOMATIC, given)).scalars().all()


async def lock_tokens(uow: UnitOfWork, token_ids: Collection[UUID]) -> Sequence[UUID]:
    """Lock the tokens that exist until the transaction ends, in the order of their ids. Whoever else redeems, edits,
    resets, deletes or revokes them has to wait.

    Lock offerings, occurrences and students before. Read the tokens after this and not with it, because rows for which
    the lock had to wait would have their earlier links.
    """
    given = {"organization_id": uow.organization_id, "ids": list(token_ids)}
    return (await uow.connection.execute(_LOCK_TOKENS, given)).scalars().all()
