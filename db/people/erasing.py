"""Finds and locks what an erasure concerns (R16.5). What is written is in erased_texts.py."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.people.erasing import ErasureCounts, Household
from db.engine import Database
from db.unit_of_work import UnitOfWork

IMPORT_LOCK_CLASS = 7_065_513
"""Class of the advisory lock that an import takes alone and erasures share; the second key is the organization."""

_MOST_SHEETS = 5000

NOT_HELD_YET = """NOT (e.starts_on IS NOT DISTINCT FROM e.drop_on AND EXISTS (
    SELECT FROM mark m WHERE m.organization_id = e.organization_id AND m.student_id = e.student_id
      AND m.enrollment_id = e.id))"""
"""Of an enrollment `e`: it is not a single day that has taken place."""

_HOUSEHOLD = text("""
SELECT f.name, f.balance, o.currency,
    (SELECT coalesce(array_agg(s.id ORDER BY s.id), '{}') FROM student s
     WHERE s.organization_id = f.organization_id AND s.family_id = f.id AND s.erased_at IS NULL
       AND (CAST(:student_id AS uuid) IS NULL OR s.id = :student_id OR s.merged_into_id = :student_id)) AS student_ids,
    (SELECT coalesce(array_agg(p.id ORDER BY p.id), '{}') FROM person p
     WHERE p.organization_id = f.organization_id AND p.family_id = f.id
       AND CAST(:student_id AS uuid) IS NULL) AS guardian_ids
FROM family f
JOIN organization o ON o.organization_id = f.organization_id
WHERE f.organization_id = :organization_id AND f.id = :family_id AND f.erased_at IS NULL
""")

# Of an enrollment `e`: it is not over. Its location's date decides. A single day with a mark has taken place.
_OPEN = f"""e.deleted_at IS NULL AND {NOT_HELD_YET} AND (e.drop_on IS NULL OR e.drop_on >= (
    SELECT (CAST(:now AS timestamptz) AT TIME ZONE l.time_zone)::date
    FROM offering o JOIN location l ON l.organization_id = o.organization_id AND l.id = o.location_id
    WHERE o.organization_id = e.organization_id AND o.id = e.offering_id))"""  # noqa: S608 - a constant
_ENROLLMENTS = text(f"""
SELECT e.id, e.offering_id, e.type FROM enrollment e
WHERE e.organization_id = :organization_id AND e.student_id = ANY (CAST(:student_ids AS uuid[])) AND {_OPEN}
ORDER BY e.id
""")  # noqa: S608 - a constant
_COUNTS = text("""
SELECT
    (SELECT count(*) FROM mark m
     WHERE m.organization_id = :organization_id AND m.student_id = ANY (CAST(:student_ids AS uuid[]))) AS marks,
    (SELECT count(*) FROM makeup_token t
     WHERE t.organization_id = :organization_id AND t.student_id = ANY (CAST(:student_ids AS uuid[]))) AS tokens,
    (SELECT count(*) FROM student_note n
     WHERE n.organization_id = :organization_id AND n.student_id = ANY (CAST(:student_ids AS uuid[]))) AS notes,
    (SELECT count(*) FROM email w
     WHERE w.organization_id = :organization_id AND w.family_id = :family_id
       AND w.state = 'QUEUED') AS waiting_emails
""")
# Sheets with a mark or a change of the students, and those to which something happened while they were enrolled.
_SHEETS = text("""
SELECT c.timeslot_id, c.held_on FROM changed_entry c
WHERE c.organization_id = :organization_id AND c.student_id = ANY (CAST(:student_ids AS uuid[]))
UNION
SELECT m.timeslot_id, m.held_on FROM mark m
WHERE m.organization_id = :organization_id AND m.student_id = ANY (CAST(:student_ids AS uuid[]))
UNION
SELECT o.timeslot_id, o.held_on
FROM enrollment e
JOIN timeslot t ON t.organization_id = e.organization_id AND t.offering_id = e.offering_id
JOIN occurrence o ON o.organization_id = t.organization_id AND o.timeslot_id = t.id
    AND o.held_on BETWEEN e.starts_on AND coalesce(e.drop_on, 'infinity')
WHERE e.organization_id = :organization_id AND e.student_id = ANY (CAST(:student_ids AS uuid[]))
  AND e.deleted_at IS NULL
ORDER BY held_on DESC, timeslot_id LIMIT :most
""")
_LOCK_ABSENCES = text("""
SELECT a.id FROM expected_absence a
WHERE a.organization_id = :organization_id AND a.student_id = ANY (CAST(:student_ids AS uuid[]))
ORDER BY a.id FOR UPDATE
""")
# Whoever adds a row about one of them, which its foreign key makes known here, is waited for.
_LOCK_STUDENTS = text("""
SELECT s.id FROM student s
WHERE s.organization_id = :organization_id AND s.id = ANY (CAST(:student_ids AS uuid[])) ORDER BY s.id FOR UPDATE
""")
_LOCK_TOKENS = text("""
SELECT t.id, t.student_id, t.timeslot_id, t.held_on FROM makeup_token t
WHERE t.organization_id = :organization_id AND t.student_id = ANY (CAST(:student_ids AS uuid[]))
ORDER BY t.id FOR UPDATE
""")
_LOCK_GUARDIANS = text("""
SELECT p.id FROM person p
WHERE p.organization_id = :organization_id AND p.id = ANY (CAST(:guardian_ids AS uuid[])) ORDER BY p.id FOR UPDATE
""")
_LOCK_FAMILY = text("""
SELECT f.id FROM family f WHERE f.organization_id = :organization_id AND f.id = :family_id FOR UPDATE
""")
_ORGANIZATIONS = text("SELECT f.organization_id FROM family f WHERE f.id = :family_id LIMIT 2")
_TRY_IMPORT = text("SELECT pg_try_advisory_xact_lock_shared(:lock_class, :key)")


@dataclass(frozen=True, slots=True)
class HeldToken:
    """Whose token it is, and for which class that was missed; None for a token by hand."""

    student_id: UUID
    missed: OccurrenceKey | None


async def keep_imports_out(uow: UnitOfWork) -> bool:
    """Let no import of the organization write until the transaction ends. False: one is running."""
    given = {"lock_class": IMPORT_LOCK_CLASS, "key": import_lock_key(uow.organization_id)}
    return bool(await uow.connection.scalar(_TRY_IMPORT, given))


def import_lock_key(organization_id: UUID) -> int:
    return int.from_bytes(organization_id.bytes[-4:], "big", signed=True)


async def find_household(
    connection: AsyncConnection, organization_id: UUID, family_id: UUID, student_id: UUID | None, now: datetime
) -> Household | None:
    """Return what an erasure of the family, or of one of its students alone, concerns, or None when there is no such
    family or it is erased.
    """
    given = {"organization_id": organization_id, "family_id": family_id, "student_id": student_id}
    row = (await connection.execute(_HOUSEHOLD, given)).one_or_none()
    if row is None:
        return None
    open_ = await connection.execute(
        _ENROLLMENTS, {"organization_id": organization_id, "student_ids": row.student_ids, "now": now}
    )
    places = tuple((each.id, each.offering_id, each.type) for each in open_)
    return Household(
        family_id=family_id,
        name=row.name,
        balance=row.balance,
        currency=row.currency,
        student_ids=tuple(row.student_ids),
        guardian_ids=tuple(row.guardian_ids),
        is_whole=student_id is None,
        enrollment_ids=tuple(id_ for id_, _, _ in places),
        makeup_ids=tuple(id_ for id_, _, type_ in places if type_ == "MAKEUP"),
        offering_ids=frozenset(offering_id for _, offering_id, _ in places),
    )


async def count_what_is_held(connection: AsyncConnection, organization_id: UUID, household: Household) -> ErasureCounts:
    given = {
        "organization_id": organization_id,
        "family_id": household.family_id,
        "student_ids": list(household.student_ids),
    }
    row = (await connection.execute(_COUNTS, given)).one()
    return ErasureCounts(row.marks, row.tokens, row.notes, row.waiting_emails)


async def find_sheets_with(uow: UnitOfWork, student_ids: Collection[UUID]) -> set[OccurrenceKey]:
    """Return the sheets on which somebody may see the students, apart from near ones to which nothing has happened."""
    given = {"organization_id": uow.organization_id, "student_ids": list(student_ids), "most": _MOST_SHEETS}
    return {OccurrenceKey(*row) for row in await uow.connection.execute(_SHEETS, given)}


async def lock_household(uow: UnitOfWork, household: Household) -> dict[UUID, HeldToken]:
    """Lock expected absences, students, makeup tokens, guardians and the family, in this order, and return the tokens
    by id. The occurrences are locked already.

    From then on nobody adds anything about the students: the foreign keys of what is added wait for the students' rows.
    """
    students = {"organization_id": uow.organization_id, "student_ids": list(household.student_ids)}
    await uow.connection.execute(_LOCK_ABSENCES, students)
    await uow.connection.execute(_LOCK_STUDENTS, students)
    tokens = (await uow.connection.execute(_LOCK_TOKENS, students)).all()
    guardians = {"organization_id": uow.organization_id, "guardian_ids": list(household.guardian_ids)}
    await uow.connection.execute(_LOCK_GUARDIANS, guardians)
    family = {"organization_id": uow.organization_id, "family_id": household.family_id}
    await uow.connection.execute(_LOCK_FAMILY, family)
    return {
        row.id: HeldToken(row.student_id, row.timeslot_id and OccurrenceKey(row.timeslot_id, row.held_on))
        for row in tokens
    }


async def find_organization_of_family(owner: Database, family_id: UUID) -> list[UUID]:
    """Return the organizations that have a family with this id, at most two.

    owner -- connections of the owner, whom row-level security does not bind
    """
    async with owner.connect() as connection:
        return list(await connection.scalars(_ORGANIZATIONS, {"family_id": family_id}))
