"""Pages of makeup tokens over the whole organization, by expiration date (R13.7)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.vocabulary import MakeupTokenState
from db.people.students import VISIBLE_STUDENTS, Visibility
from db.tokens.state_of_token import GOOD_THROUGH, STATE, TODAY

_LISTED = text(f"""
SELECT t.id, {GOOD_THROUGH} AS good_through
FROM makeup_token t
JOIN student s ON s.organization_id = t.organization_id AND s.id = t.student_id
{TODAY}
WHERE t.organization_id = :organization_id AND {VISIBLE_STUDENTS}
  AND (CAST(:student_id AS uuid) IS NULL OR t.student_id = :student_id)
  AND (CAST(:program_ids AS uuid[]) IS NULL OR t.program_id = ANY (:program_ids))
  AND {GOOD_THROUGH} BETWEEN CAST(:good_from AS date) AND CAST(:good_to AS date)
  AND (CAST(:states AS text[]) IS NULL OR {STATE} = ANY (:states))
  AND ({GOOD_THROUGH}, t.id) > (CAST(:after_on AS date), CAST(:after_id AS uuid))
ORDER BY {GOOD_THROUGH}, t.id LIMIT :limit
""")  # noqa: S608 - constants
_FIRST = date.min, UUID(int=0)
# A token in one of these states is good today somewhere, so older ones need not be looked at.
_STILL_GOOD = frozenset({MakeupTokenState.AVAILABLE, MakeupTokenState.SCHEDULED})


@dataclass(frozen=True, slots=True)
class WantedTokens:
    """Which tokens are listed; None means any student, program, state or last day."""

    student_id: UUID | None = None
    program_ids: Collection[UUID] | None = None
    states: Collection[MakeupTokenState] | None = None
    expires_from: date | None = None
    expires_to: date | None = None


async def list_tokens(
    connection: AsyncConnection,
    organization_id: UUID,
    visibility: Visibility,
    wanted: WantedTokens,
    *,
    now: datetime,
    after: tuple[date, UUID] | None,
    limit: int,
) -> list[tuple[UUID, date]]:
    """Return the ids of the tokens after the position, each with the last day on which it is good, in the order of
    R8.4. `date.max`: it never expires.
    """
    after_on, after_id = after or _FIRST
    starts = [wanted.expires_from or date.min, after_on]
    if wanted.states is not None and _STILL_GOOD.issuperset(wanted.states):
        starts.append(now.date() - timedelta(days=2))
    given = {
        "organization_id": organization_id,
        "family_id": visibility.family_id,
        "visible_to": visibility.visible_to,
        "student_id": wanted.student_id,
        "program_ids": None if wanted.program_ids is None else list(wanted.program_ids),
        "states": None if wanted.states is None else [each.value for each in wanted.states],
        "good_from": max(starts),
        "good_to": wanted.expires_to or date.max,
        "now": now,
        "after_on": after_on,
        "after_id": after_id,
        "limit": limit,
    }
    return [(row.id, row.good_through) for row in await connection.execute(_LISTED, given)]
