"""Reads the ledger of makeup tokens, and the absences with which it deals (R7.9)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import PersonFacts
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.tokens.makeup_tokens import TokenCause
from attendance.rules.tokens.token_ledger import LedgerStep
from attendance.rules.vocabulary import MakeupTokenAct, PersonKind, Source

_STEPS = """
SELECT l.id, l.student_id, l.makeup_token_id, l.timeslot_id, l.held_on, l.act, l.cause, l.entered_at, l.number,
       l.source, l.facts,
       p.id AS person_id, p.kind AS person_kind, p.first_name, p.last_name
FROM makeup_token_entry l
LEFT JOIN person p ON p.organization_id = l.organization_id AND p.id = l.actor_id
"""
_OF_TOKENS = text(f"""
{_STEPS}
WHERE l.organization_id = :organization_id AND l.makeup_token_id = ANY (CAST(:token_ids AS uuid[]))
ORDER BY l.number NULLS FIRST, l.entered_at, l.id
""")
_OF_ABSENCES = text(f"""
{_STEPS}
JOIN unnest(CAST(:student_ids AS uuid[]), CAST(:timeslot_ids AS uuid[]), CAST(:dates AS date[]))
    AS k (student_id, timeslot_id, held_on)
    ON l.student_id = k.student_id AND l.timeslot_id = k.timeslot_id AND l.held_on = k.held_on
WHERE l.organization_id = :organization_id
ORDER BY l.number NULLS FIRST, l.entered_at, l.id
""")

# A mark may have been corrected since its token came, and a class may have been cancelled before anybody was marked.
_ABSENCES = text("""
SELECT k.place, x.timeslot_id, x.held_on
FROM unnest(CAST(:student_ids AS uuid[]), CAST(:after_dates AS date[]), CAST(:after_ids AS uuid[]),
            CAST(:limits AS integer[])) WITH ORDINALITY AS k (student_id, after_on, after_id, most, place)
CROSS JOIN LATERAL (
    SELECT known.timeslot_id, known.held_on
    FROM (
        SELECT m.timeslot_id, m.held_on FROM mark m
        WHERE m.organization_id = :organization_id AND m.student_id = k.student_id
          AND m.status IN ('ABSENT', 'EXCUSED_ABSENCE')
        UNION
        SELECT t.timeslot_id, t.held_on FROM makeup_token t
        WHERE t.organization_id = :organization_id AND t.student_id = k.student_id AND t.origin <> 'MANUAL'
        UNION
        SELECT l.timeslot_id, l.held_on FROM makeup_token_entry l
        JOIN occurrence c ON c.organization_id = l.organization_id AND c.timeslot_id = l.timeslot_id
            AND c.held_on = l.held_on AND c.cancelled_at IS NOT NULL
        WHERE l.organization_id = :organization_id AND l.student_id = k.student_id AND l.act = 'SKIPPED'
    ) known
    JOIN timeslot s ON s.organization_id = :organization_id AND s.id = known.timeslot_id
    WHERE (k.after_on IS NULL OR (known.held_on, known.timeslot_id) < (k.after_on, k.after_id))
      AND (CAST(:visible_to AS uuid) IS NULL
           OR EXISTS (SELECT FROM offering_instructor i WHERE i.organization_id = s.organization_id
                      AND i.offering_id = s.offering_id AND i.person_id = :visible_to)
           OR EXISTS (SELECT FROM substitution u WHERE u.organization_id = s.organization_id
                      AND u.timeslot_id = s.id AND u.held_on = known.held_on AND u.substitute_id = :visible_to))
    ORDER BY known.held_on DESC, known.timeslot_id DESC
    LIMIT k.most
) x
ORDER BY x.held_on DESC, x.timeslot_id DESC
""")


@dataclass(frozen=True, slots=True)
class AbsencePage:
    """A page of a student's absences, newest first, at most `limit` after a date and timeslot; None begins with the
    newest.
    """

    student_id: UUID
    limit: int
    after: tuple[date, UUID] | None = None


async def read_ledgers(
    connection: AsyncConnection, organization_id: UUID, token_ids: Collection[UUID]
) -> dict[UUID, list[LedgerStep]]:
    """Return the entries of each token, oldest first. This executes one statement."""
    given = {"organization_id": organization_id, "token_ids": list(token_ids)}
    ledgers: dict[UUID, list[LedgerStep]] = {token_id: [] for token_id in token_ids}
    for row in await connection.execute(_OF_TOKENS, given):
        ledgers[row.makeup_token_id].append(_step(row))
    return ledgers


async def read_absence_steps(
    connection: AsyncConnection, organization_id: UUID, absences: Collection[tuple[UUID, OccurrenceKey]]
) -> dict[tuple[UUID, OccurrenceKey], list[LedgerStep]]:
    """Return the entries by student and occurrence, including skips, oldest first. This executes one statement."""
    given = {
        "organization_id": organization_id,
        "student_ids": [student_id for student_id, _ in absences],
        "timeslot_ids": [key.timeslot_id for _, key in absences],
        "dates": [key.held_on for _, key in absences],
    }
    steps: dict[tuple[UUID, OccurrenceKey], list[LedgerStep]] = {absence: [] for absence in absences}
    for row in await connection.execute(_OF_ABSENCES, given):
        steps[row.student_id, OccurrenceKey(row.timeslot_id, row.held_on)].append(_step(row))
    return steps


async def read_absences(
    connection: AsyncConnection, organization_id: UUID, pages: Sequence[AbsencePage], *, visible_to: UUID | None
) -> list[list[OccurrenceKey]]:
    """Return for each page the occurrences that the student missed, or for which a token was issued or denied. This
    executes one statement.

    visible_to -- only what this person teaches or substitutes; None reads everything
    """
    given = {
        "organization_id": organization_id,
        "student_ids": [page.student_id for page in pages],
        "after_dates": [page.after and page.after[0] for page in pages],
        "after_ids": [page.after and page.after[1] for page in pages],
        "limits": [page.limit for page in pages],
        "visible_to": visible_to,
    }
    found: list[list[OccurrenceKey]] = [[] for _ in pages]
    for row in await connection.execute(_ABSENCES, given):
        found[row.place - 1].append(OccurrenceKey(row.timeslot_id, row.held_on))
    return found


def _step(row: Row[Any]) -> LedgerStep:
    by: tuple[PersonKind, PersonFacts] | None = None
    if row.person_id is not None:
        by = (PersonKind(row.person_kind), PersonFacts(row.person_id, row.first_name, row.last_name))
    return LedgerStep(
        id=row.id,
        student_id=row.student_id,
        token_id=row.makeup_token_id,
        occurrence=None if row.timeslot_id is None else OccurrenceKey(row.timeslot_id, row.held_on),
        act=MakeupTokenAct(row.act),
        cause=TokenCause(row.cause) if row.cause else None,
        entered_at=row.entered_at,
        source=Source(row.source),
        by=by,
        facts=row.facts or {},
        number=row.number or 0,
    )
