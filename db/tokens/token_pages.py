"""Pages of makeup tokens over the whole organization, by expiration date (R13.7)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.vocabulary import MakeupTokenState
from db.people.students import VISIBLE_STUDENTS, Visibility
from db.tokens.student_tokens import CLASS_ZONE, REQUESTED_ON, ZONES

# Of a token `t`: the last day on which it is good. The index makeup_token_expiry_ix has the same expression.
_GOOD_THROUGH = "coalesce(least(t.expires_on, t.lapses_on), 'infinity'::date)"
# The rule is token_state (attendance/rules/tokens/makeup_tokens.py). A test compares the two.
_STATE = f"""
CASE
    WHEN t.deleted_at IS NOT NULL THEN 'DELETED'
    WHEN t.revoked_at IS NOT NULL THEN 'REVOKED'
    WHEN m.starts_on IS NOT NULL THEN CASE WHEN m.starts_on < d.there THEN 'SPENT' ELSE 'PENDING' END
    WHEN {REQUESTED_ON} >= d.there AND t.issued_on <= d.latest THEN 'REQUESTED'
    WHEN {_GOOD_THROUGH} < d.earliest THEN 'EXPIRED'
    WHEN t.issued_on > d.latest THEN 'SCHEDULED'
    ELSE 'AVAILABLE'
END"""
_LISTED = text(f"""
SELECT t.id, {_GOOD_THROUGH} AS good_through
FROM makeup_token t
JOIN student s ON s.organization_id = t.organization_id AND s.id = t.student_id
LEFT JOIN enrollment m ON m.organization_id = t.organization_id AND m.id = t.makeup_enrollment_id
LEFT JOIN offering mo ON mo.organization_id = m.organization_id AND mo.id = m.offering_id
LEFT JOIN location ml ON ml.organization_id = mo.organization_id AND ml.id = mo.location_id
LEFT JOIN location l ON l.organization_id = t.organization_id AND l.id = t.location_id
CROSS JOIN LATERAL (
    SELECT min(z.today) AS earliest, max(z.today) AS latest,
           coalesce((CAST(:now AS timestamptz) AT TIME ZONE coalesce(ml.time_zone, {CLASS_ZONE}))::date, min(z.today))
               AS there
    FROM (SELECT (CAST(:now AS timestamptz) AT TIME ZONE zone.name)::date AS today
          FROM unnest(coalesce({ZONES}, ARRAY['UTC'])) AS zone (name)) z
) d
WHERE t.organization_id = :organization_id AND {VISIBLE_STUDENTS}
  AND (CAST(:student_id AS uuid) IS NULL OR t.student_id = :student_id)
  AND (CAST(:program_ids AS uuid[]) IS NULL OR t.program_id = ANY (:program_ids))
  AND {_GOOD_THROUGH} BETWEEN CAST(:good_from AS date) AND CAST(:good_to AS date)
  AND (CAST(:states AS text[]) IS NULL OR {_STATE} = ANY (:states))
  AND (CAST(:after_on AS date) IS NULL OR ({_GOOD_THROUGH}, t.id) > (:after_on, CAST(:after_id AS uuid)))
ORDER BY {_GOOD_THROUGH}, t.id LIMIT :limit
""")  # noqa: S608 - constants
# A token in one of these states is good today somewhere, so older ones need not be looked at.
_STILL_GOOD = frozenset({MakeupTokenState.AVAILABLE, MakeupTokenState.SCHEDULED})


@dataclass(frozen=True, slots=True)
class WantedTokens:
    """Which tokens are listed; None: of any student, program or state, whenever they expire."""

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
    starts = [wanted.expires_from or date.min, after[0] if after else date.min]
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
        "after_on": after[0] if after else None,
        "after_id": after[1] if after else None,
        "limit": limit,
    }
    return [(row.id, row.good_through) for row in await connection.execute(_LISTED, given)]
