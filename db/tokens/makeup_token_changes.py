"""The writes of a reconciliation: tokens and their states, and the ledger, which all acts on tokens write.

Each function is one statement.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Boolean, Date, DateTime, Text, Uuid

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.vocabulary import MakeupTokenAct, Source
from db.ids import new_id
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class NewToken:
    """An absence token to issue. Its source and person are those of the mark that earned it."""

    student_id: UUID
    enrollment_id: UUID | None
    source: Source
    issued_by_id: UUID | None


@dataclass(frozen=True, slots=True)
class IssueTerms:
    """What all new tokens of an occurrence share (R7.7, R7.8)."""

    location_id: UUID
    program_id: UUID | None
    issued_at: datetime
    issued_on: date
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class TokenFate:
    """The new state of an existing token: revoked or not, flagged for review or not."""

    token_id: UUID
    is_revoked: bool
    needs_review: bool


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A ledger entry (R7.9). A skip has no token, and a token created by hand has no occurrence. `facts` are plain
    JSON.
    """

    student_id: UUID
    token_id: UUID | None
    act: MakeupTokenAct
    cause: str | None = None
    facts: Mapping[str, Any] | None = None
    occurrence: OccurrenceKey | None = None


_ISSUE = text(
    """
    INSERT INTO makeup_token (organization_id, id, student_id, origin, timeslot_id, held_on, enrollment_id,
        location_id, program_id, source, issued_by_id, issued_at, issued_on, expires_on, lapses_on)
    SELECT :organization_id, new.id, new.student_id, 'ABSENCE', :timeslot_id, :held_on, new.enrollment_id,
        :location_id, :program_id, new.source, new.issued_by_id, :issued_at, :issued_on, :expires_on,
        (SELECT s.tokens_lapse_on FROM student s
         WHERE s.organization_id = :organization_id AND s.id = new.student_id)
    FROM unnest(:ids, :student_ids, :enrollment_ids, :sources, :issued_by_ids)
        AS new (id, student_id, enrollment_id, source, issued_by_id)
    ORDER BY new.student_id
    ON CONFLICT DO NOTHING
    RETURNING student_id, id
    """
).bindparams(
    bindparam("organization_id", type_=Uuid),
    bindparam("timeslot_id", type_=Uuid),
    bindparam("held_on", type_=Date),
    bindparam("location_id", type_=Uuid),
    bindparam("program_id", type_=Uuid),
    bindparam("issued_at", type_=DateTime(timezone=True)),
    bindparam("issued_on", type_=Date),
    bindparam("expires_on", type_=Date),
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("student_ids", type_=ARRAY(Uuid)),
    bindparam("enrollment_ids", type_=ARRAY(Uuid)),
    bindparam("sources", type_=ARRAY(Text)),
    bindparam("issued_by_ids", type_=ARRAY(Uuid)),
)

_CHANGE = text(
    """
    UPDATE makeup_token t
    SET revoked_at = CASE WHEN fate.is_revoked THEN coalesce(t.revoked_at, greatest(:now, t.issued_at)) END,
        needs_review = fate.needs_review,
        stands_for_cancellation = t.stands_for_cancellation AND NOT fate.is_revoked
    FROM unnest(:ids, :revoked, :reviews) AS fate (id, is_revoked, needs_review)
    WHERE t.organization_id = :organization_id AND t.id = fate.id
        AND (fate.is_revoked OR NOT EXISTS (
            SELECT FROM makeup_token other
            WHERE other.organization_id = t.organization_id AND other.student_id = t.student_id
                AND other.timeslot_id = t.timeslot_id
                AND other.held_on = t.held_on AND other.id <> t.id AND other.origin <> 'MANUAL'
                AND other.revoked_at IS NULL AND other.deleted_at IS NULL))
    RETURNING t.id
    """
).bindparams(
    bindparam("organization_id", type_=Uuid),
    bindparam("now", type_=DateTime(timezone=True)),
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("revoked", type_=ARRAY(Boolean)),
    bindparam("reviews", type_=ARRAY(Boolean)),
)

_ENTER = text(
    """
    INSERT INTO makeup_token_entry (organization_id, id, student_id, makeup_token_id, timeslot_id, held_on, act, cause,
        source, actor_id, entered_at, facts)
    SELECT :organization_id, new.id, new.student_id, new.token_id, new.timeslot_id, new.held_on, new.act, new.cause,
        :source, :actor_id,
        greatest(:now,
            (SELECT max(l.entered_at) FROM makeup_token_entry l
             WHERE l.organization_id = :organization_id AND l.makeup_token_id = new.token_id),
            (SELECT max(l.entered_at) FROM makeup_token_entry l
             WHERE l.organization_id = :organization_id AND l.student_id = new.student_id
               AND l.timeslot_id = new.timeslot_id AND l.held_on = new.held_on)),
        CAST(new.facts AS jsonb)
    FROM unnest(:ids, :student_ids, :token_ids, :timeslot_ids, :dates, :acts, :causes, :facts) WITH ORDINALITY
        AS new (id, student_id, token_id, timeslot_id, held_on, act, cause, facts, place)
    ORDER BY new.place
    """
).bindparams(
    bindparam("organization_id", type_=Uuid),
    bindparam("source", type_=Text),
    bindparam("actor_id", type_=Uuid),
    bindparam("now", type_=DateTime(timezone=True)),
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("student_ids", type_=ARRAY(Uuid)),
    bindparam("token_ids", type_=ARRAY(Uuid)),
    bindparam("timeslot_ids", type_=ARRAY(Uuid)),
    bindparam("dates", type_=ARRAY(Date)),
    bindparam("acts", type_=ARRAY(Text)),
    bindparam("causes", type_=ARRAY(Text)),
    bindparam("facts", type_=ARRAY(Text)),
)


async def issue(
    connection: AsyncConnection,
    organization_id: UUID,
    occurrence: OccurrenceKey,
    terms: IssueTerms,
    tokens: Sequence[NewToken],
) -> dict[UUID, UUID]:
    """Issue the tokens and return their ids by student.

    A student who has an automatic token for the occurrence already gets no other one, because the constraints prevent
    it (R7.5, R9.2). The student is then left out of the result.
    """
    issued = await connection.execute(
        _ISSUE,
        {
            "organization_id": organization_id,
            "timeslot_id": occurrence.timeslot_id,
            "held_on": occurrence.held_on,
            "location_id": terms.location_id,
            "program_id": terms.program_id,
            "issued_at": terms.issued_at,
            "issued_on": terms.issued_on,
            "expires_on": terms.expires_on,
            "ids": [new_id() for _ in tokens],
            "student_ids": [token.student_id for token in tokens],
            "enrollment_ids": [token.enrollment_id for token in tokens],
            "sources": [token.source.value for token in tokens],
            "issued_by_ids": [token.issued_by_id for token in tokens],
        },
    )
    return {row.student_id: row.id for row in issued}


async def change(
    connection: AsyncConnection, organization_id: UUID, fates: Sequence[TokenFate], now: datetime
) -> set[UUID]:
    """Change the tokens and return the ids of those that were changed.

    A token that was replaced by another live token for the same absence (that of a cancelled class, R9.2) is not
    reinstated beside it.
    """
    changed = await connection.execute(
        _CHANGE,
        {
            "organization_id": organization_id,
            "now": now,
            "ids": [fate.token_id for fate in fates],
            "revoked": [fate.is_revoked for fate in fates],
            "reviews": [fate.needs_review for fate in fates],
        },
    )
    return set(changed.scalars())


async def enter(uow: UnitOfWork, entries: Sequence[LedgerEntry], *, author: Author, now: datetime) -> None:
    """Write ledger entries, numbered in the given order, in one statement; in none without entries.

    The caller holds the lock of the token, or of the occurrence where there is no token. So the numbers of the entries
    of a token, and of a student at an occurrence, are in the order of the acts. The time is read under the lock too,
    and is not before that of an entry with a smaller number.
    """
    if not entries:
        return
    await uow.connection.execute(
        _ENTER,
        {
            "organization_id": uow.organization_id,
            "source": author.source.value,
            "actor_id": author.person_id,
            "now": uow.time_under_lock(now),
            "ids": [new_id() for _ in entries],
            "student_ids": [entry.student_id for entry in entries],
            "token_ids": [entry.token_id for entry in entries],
            "timeslot_ids": [entry.occurrence and entry.occurrence.timeslot_id for entry in entries],
            "dates": [entry.occurrence and entry.occurrence.held_on for entry in entries],
            "acts": [entry.act.value for entry in entries],
            "causes": [entry.cause for entry in entries],
            "facts": [None if entry.facts is None else orjson.dumps(entry.facts).decode() for entry in entries],
        },
    )
