"""Ends makeups that are given up, and frees their tokens (R8.5). Each function is one statement."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Date, DateTime, Uuid

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.vocabulary import MakeupRequestState
from db import models
from db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class TiedMakeup:
    """A token and the makeup to which it is tied.

    missed -- the class that was missed
    good_through -- the last day of the token; None when it has none
    flagged_for -- why the token must be reviewed; None when it need not (R7.4)
    is_kept -- whether the token is free afterwards although it is flagged, because it stands for the token of a
        cancellation (R9.2)
    """

    token_id: UUID
    student_id: UUID
    missed: OccurrenceKey | None
    enrollment_id: UUID
    offering_id: UUID
    offering_name: str
    timeslot_id: UUID | None
    held_on: date
    needs_review: bool
    flagged_for: str | None
    good_through: date | None
    is_kept: bool = False

    @property
    def is_lost(self) -> bool:
        """Whether the token is revoked when it is freed."""
        return self.needs_review and not self.is_kept


# Of a token `t`: the cause for which it was flagged last.
FLAGGED_FOR = """(SELECT l.cause FROM makeup_token_entry l
    WHERE l.organization_id = t.organization_id AND l.makeup_token_id = t.id AND l.act = 'FLAGGED'
    ORDER BY l.number DESC NULLS LAST, l.entered_at DESC, l.id DESC LIMIT 1)"""
_TIED = text(
    f"""
    SELECT t.id, t.student_id, t.timeslot_id, t.held_on, t.needs_review,
        least(t.expires_on, t.lapses_on) AS good_through, e.id AS enrollment_id, e.offering_id,
        o.name AS offering_name, e.timeslot_id AS makeup_timeslot_id, e.starts_on,
        {FLAGGED_FOR} AS flagged_for
    FROM makeup_token t
    JOIN enrollment e ON e.organization_id = t.organization_id AND e.id = t.makeup_enrollment_id
    JOIN offering o ON o.organization_id = e.organization_id AND o.id = e.offering_id
    WHERE t.organization_id = :organization_id AND t.id = ANY (:ids)
    ORDER BY t.id
    """  # noqa: S608 - a constant
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))

_TOKENS_OF_MAKEUPS = text("""
SELECT t.makeup_enrollment_id, t.id FROM makeup_token t
WHERE t.organization_id = :organization_id AND t.makeup_enrollment_id = ANY (CAST(:enrollment_ids AS uuid[]))
""")

# Tied tokens are never revoked (R7.4). So a token that is no longer earned is revoked when it becomes free.
_FREE = text(
    """
    WITH freed AS (
        UPDATE makeup_token t
        SET makeup_enrollment_id = NULL, needs_review = false,
            revoked_at = CASE WHEN t.id = ANY (:lost) THEN :now END,
            stands_for_cancellation = t.stands_for_cancellation OR t.id = ANY (:kept),
            expires_on = CASE WHEN t.expires_on < :usable_until AND t.id <> ALL (:lost) THEN :usable_until
                ELSE t.expires_on END,
            lapses_on = CASE WHEN t.lapses_on < :usable_until AND t.id <> ALL (:lost) THEN :usable_until
                ELSE t.lapses_on END
        WHERE t.organization_id = :organization_id AND t.id = ANY (:ids)
    )
    UPDATE enrollment e SET deleted_at = coalesce(e.deleted_at, :now)
    WHERE e.organization_id = :organization_id AND e.id = ANY (:enrollment_ids)
    """
).bindparams(
    bindparam("now", type_=DateTime(timezone=True)),
    bindparam("ids", type_=ARRAY(Uuid)),
    bindparam("lost", type_=ARRAY(Uuid)),
    bindparam("kept", type_=ARRAY(Uuid)),
    bindparam("usable_until", type_=Date),
    bindparam("enrollment_ids", type_=ARRAY(Uuid)),
)


async def tied_makeups(
    connection: AsyncConnection, organization_id: UUID, token_ids: Collection[UUID]
) -> list[TiedMakeup]:
    """Return the tied tokens by id. Tokens that are tied to no makeup are left out."""
    found = await connection.execute(_TIED, {"organization_id": organization_id, "ids": list(token_ids)})
    return [_tied(row) for row in found]


async def tokens_of_makeups(
    connection: AsyncConnection, organization_id: UUID, enrollment_ids: Collection[UUID]
) -> dict[UUID, UUID]:
    """Return token ids by enrollment id. Makeups without a token (R8.10) are left out."""
    given = {"organization_id": organization_id, "enrollment_ids": list(enrollment_ids)}
    found = await connection.execute(_TOKENS_OF_MAKEUPS, given)
    return {row.makeup_enrollment_id: row.id for row in found}


async def free_tokens(
    uow: UnitOfWork, tied: Sequence[TiedMakeup], now: datetime, *, usable_until: date | None = None
) -> None:
    """End the places. They are only marked as deleted, because marks still refer to them (R3.1). The caller has locked
    the tokens.

    usable_until -- the day to which an earlier last day of a token that is not lost is put off (R8.6c)
    """
    await uow.connection.execute(
        _FREE,
        {
            "organization_id": uow.organization_id,
            "now": now,
            "ids": [each.token_id for each in tied],
            "lost": [each.token_id for each in tied if each.is_lost],
            "kept": [each.token_id for each in tied if each.is_kept],
            "usable_until": usable_until,
            "enrollment_ids": [each.enrollment_id for each in tied],
        },
    )


async def withdraw_requests(
    uow: UnitOfWork, token_ids: Collection[UUID], *, decided_by_id: UUID | None, now: datetime
) -> set[UUID]:
    """Withdraw open requests for makeups (R8.7) and return the ids of the tokens that had one. The caller has locked
    the tokens.
    """
    request = models.MakeupRequest
    withdrawn = await uow.connection.execute(
        update(request)
        .where(
            request.organization_id == uow.organization_id,
            request.makeup_token_id.in_(list(token_ids)),
            request.state == MakeupRequestState.REQUESTED,
        )
        .values(state=MakeupRequestState.WITHDRAWN, decided_by_id=decided_by_id, decided_at=now)
        .returning(request.makeup_token_id)
    )
    return {token_id for token_id in withdrawn.scalars() if token_id is not None}


def _tied(row: Any) -> TiedMakeup:
    return TiedMakeup(
        token_id=row.id,
        student_id=row.student_id,
        missed=None if row.timeslot_id is None else OccurrenceKey(row.timeslot_id, row.held_on),
        enrollment_id=row.enrollment_id,
        offering_id=row.offering_id,
        offering_name=row.offering_name,
        timeslot_id=row.makeup_timeslot_id,
        held_on=row.starts_on,
        needs_review=row.needs_review,
        flagged_for=row.flagged_for,
        good_through=row.good_through,
    )
