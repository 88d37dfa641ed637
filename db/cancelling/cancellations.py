"""Reads the students whom the cancelling of occurrences concerns, in few statements, however many there are (R9.1,
R9.2).
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import Date, Uuid

from attendance.rules.calendar.timeslots import DateSpan, OccurrenceKey, local_date
from attendance.rules.cancelling.cancelling import CancelledPlace, CancelledSheet, CancelledStudent, KnownToken
from attendance.rules.roster.roster import RosterEnrollment, speaking
from attendance.rules.tokens.makeup_tokens import TokenDates
from attendance.rules.vocabulary import EnrollmentType, MakeupTokenOrigin
from db.fragments import on_sheet
from db.makeups.makeup_releases import FLAGGED_FOR
from db.tokens.makeup_tokens import TokenOccasion
from db.tokens.student_tokens import REQUESTED_ON
from pace import in_turns

_SHEETS = "unnest(:timeslot_ids, :dates) AS k (timeslot_id, held_on)"
_PLACES = f"""{_SHEETS}
JOIN timeslot slot ON slot.organization_id = :organization_id AND slot.id = k.timeslot_id
JOIN enrollment e ON e.organization_id = slot.organization_id AND e.offering_id = slot.offering_id
    AND {on_sheet("e", "k.timeslot_id", "k.held_on")}"""
_MARKS = f"""{_SHEETS}
JOIN mark m ON m.organization_id = :organization_id AND m.timeslot_id = k.timeslot_id AND m.held_on = k.held_on"""
_WHO = "s.first_name, s.last_name, s.sort_key, s.family_id, s.tokens_lapse_on, nullif(btrim(f.email), '') AS email"
_COLUMNS = f"""t.id AS token_id, t.origin, t.held_on AS missed_on, t.enrollment_id AS earned_by, t.issued_on,
    t.expires_on, t.lapses_on, t.revoked_at IS NOT NULL AS is_revoked, t.deleted_at IS NOT NULL AS is_deleted,
    t.needs_review, t.stands_for_cancellation, {FLAGGED_FOR} AS flagged_for,
    {REQUESTED_ON} AS requested_on"""


def _statement(sql: str) -> Any:
    return text(sql).bindparams(
        bindparam("organization_id", type_=Uuid),
        bindparam("timeslot_ids", type_=ARRAY(Uuid)),
        bindparam("dates", type_=ARRAY(Date)),
    )


_ENROLLED = _statement(f"""
SELECT k.timeslot_id, k.held_on, e.student_id, {_WHO},
    e.id AS enrollment_id, e.type, e.starts_on, e.drop_on, e.starts_on AS makeup_on, {_COLUMNS}
FROM {_PLACES}
JOIN student s ON s.organization_id = e.organization_id AND s.id = e.student_id
JOIN family f ON f.organization_id = s.organization_id AND f.id = s.family_id
LEFT JOIN makeup_token t ON e.type = 'MAKEUP' AND t.organization_id = e.organization_id
    AND t.makeup_enrollment_id = e.id
""")  # noqa: S608 - constants
_TOKENS = _statement(f"""
SELECT k.timeslot_id, k.held_on, t.student_id, {_WHO},
    m.starts_on AS makeup_on, {_COLUMNS}
FROM {_SHEETS}
JOIN makeup_token t ON t.organization_id = :organization_id
    AND t.timeslot_id = k.timeslot_id AND t.held_on = k.held_on
JOIN student s ON s.organization_id = t.organization_id AND s.id = t.student_id
JOIN family f ON f.organization_id = s.organization_id AND f.id = s.family_id
LEFT JOIN enrollment m ON m.organization_id = t.organization_id AND m.id = t.makeup_enrollment_id
""")  # noqa: S608 - constants
_LOCK_STUDENTS = _statement(f"""
SELECT s.id FROM student s
WHERE s.organization_id = :organization_id AND s.id IN (
    SELECT e.student_id FROM {_PLACES}
    UNION
    SELECT m.student_id FROM {_MARKS}
    UNION
    SELECT t.student_id FROM {_SHEETS}
    JOIN makeup_token t ON t.organization_id = :organization_id
        AND t.timeslot_id = k.timeslot_id AND t.held_on = k.held_on)
ORDER BY s.id FOR NO KEY UPDATE OF s
""")  # noqa: S608 - constants
_LOCK_TOKENS = _statement(f"""
SELECT t.id FROM makeup_token t
WHERE t.organization_id = :organization_id AND t.id IN (
    SELECT x.id FROM {_SHEETS}
    JOIN makeup_token x ON x.organization_id = :organization_id
        AND x.timeslot_id = k.timeslot_id AND x.held_on = k.held_on
    UNION
    SELECT x.id FROM {_PLACES}
    JOIN makeup_token x ON x.organization_id = e.organization_id AND x.makeup_enrollment_id = e.id)
ORDER BY t.id FOR NO KEY UPDATE OF t
""")  # noqa: S608 - constants
_FLAGGED = _statement(f"""
SELECT DISTINCT x.timeslot_id, x.held_on
FROM {_PLACES}
JOIN makeup_token x ON x.organization_id = e.organization_id AND x.makeup_enrollment_id = e.id
WHERE x.needs_review AND x.timeslot_id IS NOT NULL
""")  # noqa: S608 - constants
_MARKED = _statement(f"""
SELECT DISTINCT m.student_id
FROM {_MARKS}
ORDER BY m.student_id
""")  # noqa: S608 - constants
_ON_SHEET = _statement(f"""
SELECT e.student_id FROM {_PLACES}
UNION
SELECT m.student_id FROM {_MARKS}
""")  # noqa: S608 - constants


async def classes_behind_flagged(
    connection: AsyncConnection, organization_id: UUID, key: OccurrenceKey
) -> set[OccurrenceKey]:
    """The missed classes behind flagged tokens with which a makeup here is booked (R7.4)."""
    return {_key(row) for row in await connection.execute(_FLAGGED, _given(organization_id, [key]))}


async def lock_students_concerned(connection: AsyncConnection, organization_id: UUID, key: OccurrenceKey) -> None:
    """Lock the students on the roll sheet or with a token for it, in the order of their ids. The caller has locked the
    occurrence.
    """
    await connection.execute(_LOCK_STUDENTS, _given(organization_id, [key]))


async def lock_tokens_concerned(connection: AsyncConnection, organization_id: UUID, key: OccurrenceKey) -> None:
    """Lock the tokens of the occurrence and those with which makeups in it are booked, in the order of their ids."""
    await connection.execute(_LOCK_TOKENS, _given(organization_id, [key]))


async def students_on_sheet(connection: AsyncConnection, organization_id: UUID, key: OccurrenceKey) -> set[UUID]:
    """Return the students on the roll sheet, including subdued rows (R3.1)."""
    return set((await connection.execute(_ON_SHEET, _given(organization_id, [key]))).scalars())


async def read_cancelled_sheets(
    connection: AsyncConnection, organization_id: UUID, occasions: Mapping[OccurrenceKey, TokenOccasion], now: datetime
) -> list[CancelledSheet]:
    """Return the sheets in the given order. This executes two statements, and none without occurrences."""
    if not occasions:
        return []
    given = _given(organization_id, occasions)
    places: dict[OccurrenceKey, dict[UUID, list[Row[Any]]]] = defaultdict(lambda: defaultdict(list))
    async for row in in_turns(await connection.execute(_ENROLLED, given)):
        places[_key(row)][row.student_id].append(row)
    tokens: dict[OccurrenceKey, dict[UUID, list[Row[Any]]]] = defaultdict(lambda: defaultdict(list))
    async for row in in_turns(await connection.execute(_TOKENS, given)):
        tokens[_key(row)][row.student_id].append(row)
    return [
        CancelledSheet(
            key=key,
            kind=occasion.kind,
            today=local_date(now, occasion.zone),
            session=occasion.session,
            session_ends_on=occasion.session_ends_on,
            students=tuple(
                _student(places[key].get(student_id, []), tokens[key].get(student_id, []))
                for student_id in sorted(places[key].keys() | tokens[key].keys())
            ),
        )
        async for key, occasion in in_turns(occasions.items())
    ]


async def marked_students(connection: AsyncConnection, organization_id: UUID, key: OccurrenceKey) -> list[UUID]:
    """Return the students ordered by id."""
    return list((await connection.execute(_MARKED, _given(organization_id, [key]))).scalars())


def _given(organization_id: UUID, keys: Collection[OccurrenceKey]) -> dict[str, Any]:
    return {
        "organization_id": organization_id,
        "timeslot_ids": [key.timeslot_id for key in keys],
        "dates": [key.held_on for key in keys],
    }


def _key(row: Row[Any]) -> OccurrenceKey:
    return OccurrenceKey(row.timeslot_id, row.held_on)


def _student(places: Sequence[Row[Any]], tokens: Sequence[Row[Any]]) -> CancelledStudent:
    who = (*places, *tokens)[0]
    by_origin = {MakeupTokenOrigin(row.origin): _token(row) for row in tokens}
    return CancelledStudent(
        student_id=who.student_id,
        first_name=who.first_name,
        last_name=who.last_name,
        sort_key=who.sort_key,
        family_id=who.family_id,
        email=who.email,
        tokens_lapse_on=who.tokens_lapse_on,
        place=_place(places),
        makeups=tuple(_token(row) for row in places if row.token_id is not None),
        absence=by_origin.get(MakeupTokenOrigin.ABSENCE),
        cancellation=by_origin.get(MakeupTokenOrigin.CANCELLATION),
    )


def _place(places: Sequence[Row[Any]]) -> CancelledPlace | None:
    found = speaking(
        RosterEnrollment(row.enrollment_id, row.student_id, EnrollmentType(row.type), row.starts_on, row.drop_on)
        for row in places
    )
    return None if found is None else CancelledPlace(found.id, found.type, DateSpan(found.starts_on, found.drop_on))


def _token(row: Row[Any]) -> KnownToken:
    return KnownToken(
        id=row.token_id,
        origin=MakeupTokenOrigin(row.origin),
        dates=TokenDates(
            row.issued_on,
            row.expires_on,
            is_revoked=row.is_revoked,
            is_deleted=row.is_deleted,
            requested_on=row.requested_on,
            makeup_on=row.makeup_on,
            lapses_on=row.lapses_on,
        ),
        missed_on=row.missed_on,
        enrollment_id=row.earned_by,
        needs_review=row.needs_review,
        flagged_for=row.flagged_for if row.needs_review else None,
        stands=row.stands_for_cancellation,
    )
