"""The writes of cancelling and restoring an occurrence (R9.2, R9.3). Each function is one statement."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Date, DateTime, Text, Uuid

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.vocabulary import Source
from db import models
from db.ids import new_id
from db.marks.changes import Author
from db.tokens.makeup_token_changes import IssueTerms
from db.unit_of_work import UnitOfWork

# A student has at most one cancellation token for an occurrence. One that a restoration revoked is reinstated.
_ISSUE = text("""
INSERT INTO makeup_token AS t (organization_id, id, student_id, origin, timeslot_id, held_on, enrollment_id,
    location_id, program_id, source, issued_by_id, issued_at, issued_on, expires_on, lapses_on)
SELECT :organization_id, new.id, new.student_id, 'CANCELLATION', :timeslot_id, :held_on, new.enrollment_id,
    :location_id, :program_id, :source, :issued_by_id, :issued_at, :issued_on, :expires_on,
    (SELECT s.tokens_lapse_on FROM student s WHERE s.organization_id = :organization_id AND s.id = new.student_id)
FROM unnest(:ids, :student_ids, :enrollment_ids) AS new (id, student_id, enrollment_id)
ORDER BY new.student_id
ON CONFLICT (organization_id, student_id, timeslot_id, held_on, origin) WHERE origin <> 'MANUAL'
DO UPDATE SET revoked_at = NULL, needs_review = false, enrollment_id = excluded.enrollment_id,
    location_id = excluded.location_id, program_id = excluded.program_id, source = excluded.source,
    issued_by_id = excluded.issued_by_id, issued_at = excluded.issued_at, issued_on = excluded.issued_on,
    expires_on = excluded.expires_on, lapses_on = excluded.lapses_on
WHERE t.revoked_at IS NOT NULL AND t.deleted_at IS NULL
RETURNING t.student_id, t.id
""").bindparams(
    bindparam("organization_id", type_=Uuid),
    bindparam("timeslot_id", type_=Uuid),
    bindparam("held_on", type_=Date),
    bindparam("location_id", type_=Uuid),
    bindparam("program_id", type_=Uuid),
    bindparam("source", type_=Text),
    bindparam("issued_by_id", type_=Uuid),
    bindparam("issued_at", type_=DateTime(timezone=True)),
    bindparam("issued_on", type_=Date),
    bindparam("expires_on", type_=Date),
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("student_ids", type_=ARRAY(Uuid)),
    bindparam("enrollment_ids", type_=ARRAY(Uuid)),
)

_BEFORE = text("""
SELECT c.cancelled_at,
    (SELECT max(x.revision) FROM change x
     WHERE x.organization_id = c.organization_id AND x.timeslot_id = c.timeslot_id AND x.held_on = c.held_on
       AND x.kind = 'CANCELLED') AS revision,
    ARRAY(SELECT e.id FROM enrollment e
          WHERE e.organization_id = c.organization_id AND e.timeslot_id = c.timeslot_id AND e.type = 'MAKEUP'
            AND e.starts_on = c.held_on AND e.deleted_at = c.cancelled_at ORDER BY e.id) AS makeup_ids
FROM occurrence c
WHERE c.organization_id = :organization_id AND c.timeslot_id = :timeslot_id AND c.held_on = :held_on
""")

# A token that the cancellation revoked is reinstated by the restoration, even if its mark's portal defers tokens
# (R7.3), because the token existed before.
_MARKS = text("""
SELECT m.student_id, m.source,
    coalesce((SELECT l.cause = 'OCCURRENCE_CANCELLED' FROM makeup_token_entry l
              WHERE l.organization_id = t.organization_id AND l.makeup_token_id = t.id AND l.act = 'REVOKED'
              ORDER BY l.number DESC NULLS LAST, l.entered_at DESC, l.id DESC LIMIT 1), false)
        AND t.revoked_at IS NOT NULL AS had_token
FROM mark m
LEFT JOIN makeup_token t ON t.organization_id = m.organization_id AND t.timeslot_id = m.timeslot_id
    AND t.held_on = m.held_on AND t.student_id = m.student_id AND t.origin = 'ABSENCE'
WHERE m.organization_id = :organization_id AND m.timeslot_id = :timeslot_id AND m.held_on = :held_on
ORDER BY m.student_id
""")


@dataclass(frozen=True, slots=True)
class StandingCancellation:
    """What the cancellation of an occurrence did.

    revision -- the revision of its change; None when it is not known
    makeup_ids -- the makeups that it ended
    """

    revision: int | None
    makeup_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class StandingMark:
    """A mark. `had_token` says whether the cancellation revoked the absence token that the mark had earned."""

    student_id: UUID
    source: Source
    had_token: bool


async def put_cancellation(
    uow: UnitOfWork, key: OccurrenceKey, *, by: UUID | None, comment: str | None, now: datetime | None
) -> None:
    """Set when the occurrence was cancelled, or restore it when `now` is None. The caller has locked the occurrence."""
    table = models.Occurrence
    await uow.connection.execute(
        update(table)
        .where(
            table.organization_id == uow.organization_id,
            table.timeslot_id == key.timeslot_id,
            table.held_on == key.held_on,
        )
        .values(cancelled_at=now, cancelled_by_id=by, cancellation_comment=comment)
    )


async def issue_cancellation_tokens(
    uow: UnitOfWork, key: OccurrenceKey, terms: IssueTerms, enrollments: Mapping[UUID, UUID], author: Author
) -> dict[UUID, UUID]:
    """Create cancellation tokens and return their ids by student.

    A token that was revoked is reinstated with the new terms. A token that was deleted by hand is not, and is left out
    of the result (R7.4).

    enrollments -- by student; none of the students may have a live automatic token for the occurrence
    """
    if not enrollments:
        return {}
    issued = await uow.connection.execute(
        _ISSUE,
        {
            "organization_id": uow.organization_id,
            "timeslot_id": key.timeslot_id,
            "held_on": key.held_on,
            "location_id": terms.location_id,
            "program_id": terms.program_id,
            "source": author.source.value,
            "issued_by_id": author.person_id,
            "issued_at": terms.issued_at,
            "issued_on": terms.issued_on,
            "expires_on": terms.expires_on,
            "ids": [new_id() for _ in enrollments],
            "student_ids": list(enrollments),
            "enrollment_ids": list(enrollments.values()),
        },
    )
    return {row.student_id: row.id for row in issued}


async def let_stand(uow: UnitOfWork, token_ids: Collection[UUID]) -> None:
    """Let these absence tokens stand for the token of the cancellation (R9.2). The caller has locked them."""
    token = models.MakeupToken
    await uow.connection.execute(
        update(token)
        .where(token.organization_id == uow.organization_id, token.id.in_(list(token_ids)))
        .values(stands_for_cancellation=True)
    )


async def end_standing(uow: UnitOfWork, key: OccurrenceKey) -> None:
    """Let the occurrence's absence tokens depend on the absences again. The caller has locked them."""
    token = models.MakeupToken
    await uow.connection.execute(
        update(token)
        .where(
            token.organization_id == uow.organization_id,
            token.timeslot_id == key.timeslot_id,
            token.held_on == key.held_on,
            token.stands_for_cancellation,
        )
        .values(stands_for_cancellation=False)
    )


async def standing_cancellation(
    connection: AsyncConnection, organization_id: UUID, key: OccurrenceKey
) -> StandingCancellation:
    """Read what the cancellation did. The caller has locked the cancelled occurrence."""
    row = (await connection.execute(_BEFORE, _given(organization_id, key))).one()
    return StandingCancellation(row.revision, tuple(row.makeup_ids))


async def standing_marks(connection: AsyncConnection, organization_id: UUID, key: OccurrenceKey) -> list[StandingMark]:
    found = await connection.execute(_MARKS, _given(organization_id, key))
    return [StandingMark(row.student_id, Source(row.source), row.had_token) for row in found]


def _given(organization_id: UUID, key: OccurrenceKey) -> dict[str, Any]:
    return {"organization_id": organization_id, "timeslot_id": key.timeslot_id, "held_on": key.held_on}
