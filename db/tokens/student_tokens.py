"""Reads makeup tokens as they are shown, by id or by student."""

from collections.abc import Collection
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import LocationFacts, PersonFacts, ProgramFacts
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.tokens.makeup_tokens import TokenDates
from attendance.rules.tokens.student_tokens import TokenFacts
from attendance.rules.vocabulary import MakeupTokenOrigin, PersonKind, Source

# Of a token `t`: the date of the makeup that a family has requested, unless that class is cancelled (see TokenDates).
REQUESTED_ON = """(SELECT q.held_on FROM makeup_request q WHERE q.organization_id = t.organization_id
    AND q.makeup_token_id = t.id AND q.state = 'REQUESTED'
    AND NOT EXISTS (SELECT FROM occurrence c WHERE c.organization_id = q.organization_id
        AND c.timeslot_id = q.timeslot_id AND c.held_on = q.held_on AND c.cancelled_at IS NOT NULL))"""
# Of a token `t`, with its location `l`: the zones of its dates (see TokenFacts). Null when there is no live location.
ZONES = """CASE WHEN t.location_id IS NOT NULL THEN ARRAY[l.time_zone]
    ELSE (SELECT array_agg(DISTINCT h.time_zone) FROM location h
          WHERE h.organization_id = t.organization_id AND h.deleted_at IS NULL) END"""
# Of a token `t`: the zone of the class that a family has requested. A token has at most one open request.
CLASS_ZONE = """(SELECT ql.time_zone FROM makeup_request q
    JOIN timeslot qs ON qs.organization_id = q.organization_id AND qs.id = q.timeslot_id
    JOIN offering qo ON qo.organization_id = qs.organization_id AND qo.id = qs.offering_id
    JOIN location ql ON ql.organization_id = qo.organization_id AND ql.id = qo.location_id
    WHERE q.organization_id = t.organization_id AND q.makeup_token_id = t.id AND q.state = 'REQUESTED')"""
_TOKENS = f"""
SELECT t.id, t.student_id, t.origin, t.source, t.timeslot_id, t.held_on, t.comment, t.issued_on, t.expires_on,
       t.lapses_on,
       t.revoked_at IS NOT NULL AS is_revoked, t.deleted_at IS NOT NULL AS is_deleted,
       t.makeup_enrollment_id, m.starts_on AS makeup_on,
       {REQUESTED_ON} AS requested_on,
       l.id AS location_id, l.name AS location_name, l.time_zone AS location_zone,
       p.id AS program_id, p.name AS program_name, p.deleted_at IS NOT NULL AS program_is_deleted,
       w.id AS issuer_id, w.kind AS issuer_kind, w.first_name AS issuer_first_name, w.last_name AS issuer_last_name,
       {ZONES} AS zones, coalesce(ml.time_zone, {CLASS_ZONE}) AS class_zone
FROM makeup_token t
LEFT JOIN enrollment m ON m.organization_id = t.organization_id AND m.id = t.makeup_enrollment_id
LEFT JOIN offering mo ON mo.organization_id = m.organization_id AND mo.id = m.offering_id
LEFT JOIN location ml ON ml.organization_id = mo.organization_id AND ml.id = mo.location_id
LEFT JOIN location l ON l.organization_id = t.organization_id AND l.id = t.location_id
LEFT JOIN program p ON p.organization_id = t.organization_id AND p.id = t.program_id
LEFT JOIN person w ON w.organization_id = t.organization_id AND w.id = t.issued_by_id
WHERE t.organization_id = :organization_id
"""  # noqa: S608 - nothing but constants
_BY_ID = text(_TOKENS + "  AND t.id = ANY (CAST(:ids AS uuid[]))")
_OF_STUDENTS = text(
    _TOKENS + "  AND t.student_id = ANY (CAST(:ids AS uuid[]))\nORDER BY least(t.expires_on, t.lapses_on), t.id"
)


async def read_tokens(connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID]) -> list[TokenFacts]:
    """Return the tokens that exist, in any order. This executes one statement, and none without ids."""
    return await _read(connection, organization_id, _BY_ID, ids)


async def read_tokens_of(
    connection: AsyncConnection, organization_id: UUID, student_ids: Collection[UUID]
) -> dict[UUID, list[TokenFacts]]:
    """Return all tokens of each student, in every state, in the order of R8.4. This executes one statement."""
    tokens: dict[UUID, list[TokenFacts]] = {student_id: [] for student_id in student_ids}
    for token in await _read(connection, organization_id, _OF_STUDENTS, student_ids):
        tokens[token.student_id].append(token)
    return tokens


async def _read(
    connection: AsyncConnection, organization_id: UUID, statement: Any, ids: Collection[UUID]
) -> list[TokenFacts]:
    if not ids:
        return []
    found = await connection.execute(statement, {"organization_id": organization_id, "ids": list(ids)})
    return [_token(row) for row in found]


def _token(row: Row[Any]) -> TokenFacts:
    issuer = row.issuer_id and (
        PersonKind(row.issuer_kind),
        PersonFacts(row.issuer_id, row.issuer_first_name, row.issuer_last_name),
    )
    return TokenFacts(
        id=row.id,
        student_id=row.student_id,
        origin=MakeupTokenOrigin(row.origin),
        source=Source(row.source),
        dates=TokenDates(
            row.issued_on,
            row.expires_on,
            is_revoked=row.is_revoked,
            is_deleted=row.is_deleted,
            requested_on=row.requested_on,
            makeup_on=row.makeup_on,
            lapses_on=row.lapses_on,
        ),
        missed=None if row.timeslot_id is None else OccurrenceKey(row.timeslot_id, row.held_on),
        location=row.location_id and LocationFacts(row.location_id, row.location_name, row.location_zone),
        program=row.program_id and ProgramFacts(row.program_id, row.program_name, row.program_is_deleted),
        comment=row.comment,
        issued_by=issuer,
        makeup_enrollment_id=row.makeup_enrollment_id,
        zones=tuple(map(ZoneInfo, row.zones or ())),
        class_zone=ZoneInfo(row.class_zone) if row.class_zone else None,
    )
