"""Statements that end the places of a family or of a student who leaves (R13.1)."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.people.ending import Leaver, OpenPlace
from attendance.rules.vocabulary import EnrollmentType
from db.people.erasing import NOT_HELD_YET, HeldToken
from db.tokens.state_of_token import STATE, TODAY
from db.unit_of_work import UnitOfWork

_STUDENTS = text("""
SELECT s.id FROM student s
JOIN family f ON f.organization_id = s.organization_id AND f.id = s.family_id AND f.deleted_at IS NULL
WHERE s.organization_id = :organization_id AND s.family_id = :family_id AND s.deleted_at IS NULL
  AND (CAST(:student_id AS uuid) IS NULL OR s.id = :student_id)
ORDER BY s.id
""")
_IS_FAMILY = text("""
SELECT EXISTS (SELECT FROM family f
    WHERE f.organization_id = :organization_id AND f.id = :family_id AND f.deleted_at IS NULL)
""")
_FAMILY_OF = text("""
SELECT s.family_id FROM student s
WHERE s.organization_id = :organization_id AND s.id = :student_id AND s.deleted_at IS NULL
""")
# The lock is the one of a drop. A stronger one would also exclude the foreign keys of inserts and cause deadlocks.
_LOCK_STUDENTS = text("""
SELECT s.id FROM student s
WHERE s.organization_id = :organization_id AND s.id = ANY (CAST(:student_ids AS uuid[]))
ORDER BY s.id FOR NO KEY UPDATE
""")
_LOCK_TOKENS = text("""
SELECT t.id, t.student_id, t.timeslot_id, t.held_on FROM makeup_token t
WHERE t.organization_id = :organization_id AND t.student_id = ANY (CAST(:student_ids AS uuid[]))
ORDER BY t.id FOR NO KEY UPDATE
""")
_GUARDIANS = text("""
SELECT p.id FROM person p
WHERE p.organization_id = :organization_id AND p.family_id = :family_id AND p.kind = 'GUARDIAN'
  AND p.ended_at IS NULL
ORDER BY p.id
""")
# A single day that has a mark has taken place, and stays.
_PLACES = text(f"""
SELECT e.id, e.student_id, e.offering_id, e.type, e.starts_on, coalesce(CAST(:since AS date), d.today) AS since, d.today
FROM enrollment e
JOIN offering o ON o.organization_id = e.organization_id AND o.id = e.offering_id
JOIN location l ON l.organization_id = o.organization_id AND l.id = o.location_id
CROSS JOIN LATERAL (SELECT (CAST(:now AS timestamptz) AT TIME ZONE l.time_zone)::date AS today) d
WHERE e.organization_id = :organization_id AND e.student_id = ANY (CAST(:student_ids AS uuid[]))
  AND e.deleted_at IS NULL AND (e.drop_on IS NULL OR e.drop_on >= coalesce(CAST(:since AS date), d.today))
  AND {NOT_HELD_YET}
ORDER BY e.id
""")  # noqa: S608 - a constant
_END = text("""
UPDATE enrollment e SET
    drop_on = coalesce(k.last_on, e.drop_on),
    end_cause = CASE WHEN k.last_on IS NULL THEN e.end_cause ELSE 'DROPPED' END,
    deleted_at = CASE WHEN k.last_on IS NULL THEN CAST(:now AS timestamptz) ELSE e.deleted_at END
FROM unnest(CAST(:ids AS uuid[]), CAST(:last AS date[])) AS k (id, last_on)
WHERE e.organization_id = :organization_id AND e.id = k.id AND e.deleted_at IS NULL
""")
_REQUESTS = text("""
SELECT r.makeup_token_id FROM makeup_request r
JOIN timeslot t ON t.organization_id = r.organization_id AND t.id = r.timeslot_id
JOIN offering o ON o.organization_id = t.organization_id AND o.id = t.offering_id
JOIN location l ON l.organization_id = o.organization_id AND l.id = o.location_id
WHERE r.organization_id = :organization_id AND r.student_id = ANY (CAST(:student_ids AS uuid[]))
  AND r.state = 'REQUESTED'
  AND r.held_on >= coalesce(CAST(:since AS date), (CAST(:now AS timestamptz) AT TIME ZONE l.time_zone)::date)
ORDER BY r.makeup_token_id
""")
_UNUSED = text(f"""
SELECT count(*) FROM makeup_token t
{TODAY}
WHERE t.organization_id = :organization_id AND t.student_id = ANY (CAST(:student_ids AS uuid[]))
  AND {STATE} IN ('AVAILABLE', 'SCHEDULED', 'REQUESTED')
""")  # noqa: S608 - constants
# Imports do not change what the office has ended (R13.9).
_END_GUARDIANS = text("""
UPDATE person p SET ended_at = :now, office_fields = ARRAY(
    SELECT DISTINCT n.name FROM unnest(p.office_fields || ARRAY['ended_at', 'phones']) AS n (name) ORDER BY n.name)
WHERE p.organization_id = :organization_id AND p.id = ANY (CAST(:ids AS uuid[]))
""")
_END_NUMBERS = text("""
DELETE FROM guardian_phone g WHERE g.organization_id = :organization_id AND g.person_id = ANY (CAST(:ids AS uuid[]))
""")
_END_SIGN_INS = text("""
UPDATE sign_in i SET ended_at = :now
WHERE i.organization_id = :organization_id AND i.person_id = ANY (CAST(:ids AS uuid[])) AND i.ended_at IS NULL
""")


async def find_family_of(uow: UnitOfWork, student_id: UUID) -> UUID | None:
    """Return the family of a student who is not deleted."""
    given = {"organization_id": uow.organization_id, "student_id": student_id}
    found: UUID | None = await uow.connection.scalar(_FAMILY_OF, given)
    return found


async def find_leaving(uow: UnitOfWork, leaver: Leaver) -> list[UUID] | None:
    """Return the students who leave. None when the family does not exist, or the student is not in it."""
    given = {"organization_id": uow.organization_id, "family_id": leaver.family_id}
    students = list(await uow.connection.scalars(_STUDENTS, given | {"student_id": leaver.student_id}))
    if not students and (leaver.student_id is not None or not await uow.connection.scalar(_IS_FAMILY, given)):
        return None
    return students


async def lock_leaving(uow: UnitOfWork, student_ids: Collection[UUID]) -> dict[UUID, HeldToken]:
    """Lock the students and then their makeup tokens, and return the tokens by id. The occurrences are locked
    already.
    """
    given = {"organization_id": uow.organization_id, "student_ids": list(student_ids)}
    await uow.connection.execute(_LOCK_STUDENTS, given)
    return {
        row.id: HeldToken(row.student_id, row.timeslot_id and OccurrenceKey(row.timeslot_id, row.held_on))
        for row in await uow.connection.execute(_LOCK_TOKENS, given)
    }


async def find_guardians(uow: UnitOfWork, family_id: UUID) -> list[UUID]:
    """Return the guardians of the family who have access."""
    given = {"organization_id": uow.organization_id, "family_id": family_id}
    return list(await uow.connection.scalars(_GUARDIANS, given))


async def read_open_places(
    uow: UnitOfWork, student_ids: Collection[UUID], since: date | None, now: datetime
) -> list[OpenPlace]:
    """Return the enrollments that are not over on the day on which the students leave, makeups included."""
    given = {"organization_id": uow.organization_id, "student_ids": list(student_ids), "since": since, "now": now}
    return [
        OpenPlace(
            row.id, row.student_id, row.offering_id, EnrollmentType(row.type), row.starts_on, row.since, row.today
        )
        for row in await uow.connection.execute(_PLACES, given)
    ]


async def end_places(uow: UnitOfWork, places: Sequence[OpenPlace], now: datetime) -> None:
    """End the places on their last dates, and delete those that never begin. The caller has locked the offerings."""
    given = {"ids": [each.id for each in places], "last": [each.last_on for each in places], "now": now}
    await uow.connection.execute(_END, {"organization_id": uow.organization_id, **given})


async def find_requested_tokens(
    uow: UnitOfWork, student_ids: Collection[UUID], since: date | None, now: datetime
) -> list[UUID]:
    """Return the tokens with an open request for a class on a date on which the students have left."""
    given = {"organization_id": uow.organization_id, "student_ids": list(student_ids), "since": since, "now": now}
    return list(await uow.connection.scalars(_REQUESTS, given))


async def count_unused_tokens(
    connection: AsyncConnection, organization_id: UUID, student_ids: Collection[UUID], now: datetime
) -> int:
    given = {"organization_id": organization_id, "student_ids": list(student_ids), "now": now}
    return int(await connection.scalar(_UNUSED, given) or 0)


async def end_guardians(uow: UnitOfWork, ids: Sequence[UUID], now: datetime) -> None:
    """End the guardians' access and sign-ins. Their telephone numbers no longer identify the family."""
    given = {"organization_id": uow.organization_id, "ids": list(ids)}
    await uow.connection.execute(_END_GUARDIANS, given | {"now": now})
    await uow.connection.execute(_END_NUMBERS, given)
    await uow.connection.execute(_END_SIGN_INS, given | {"now": now})
