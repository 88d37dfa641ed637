"""Statements that read a family as a kiosk may know it: the first names of those expected, and their marks (R5.2)."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.kiosk.kiosk import Arrival, FamilyCode
from attendance.rules.kiosk.telephones import is_same_telephone, phone_key
from attendance.rules.marks.marks import MarkValue
from attendance.rules.vocabulary import AttendanceStatus, Source
from db.fragments import holds_on, on_sheet
from db.unit_of_work import UnitOfWork

# A number that many families share identifies nobody: it may stand for "none" in the records, or belong to a school.
_MOST_FAMILIES = 4

# Equal numbers are one row, so that a placeholder that thousands of families have costs no more than one number.
_NUMBERS_LIKE = text("""
WITH held AS (
    SELECT f.phone AS number, f.id AS family_id FROM family f
    WHERE f.organization_id = :organization_id AND f.deleted_at IS NULL AND f.phone_key = :key
    UNION
    SELECT g.number, f.id FROM guardian_phone g
    JOIN person p ON p.organization_id = g.organization_id AND p.id = g.person_id
    JOIN family f ON f.organization_id = p.organization_id AND f.id = p.family_id
    WHERE g.organization_id = :organization_id AND f.deleted_at IS NULL AND g.key = :key
)
SELECT h.number, (array_agg(h.family_id))[1 : :most + 1] AS family_ids FROM held h GROUP BY h.number
""")

# The conditions for being on a roster are those of db/roster/rosters.py. Of the day before, only an occurrence that
# ends near midnight or later can still be running.
_ARRIVALS = text(f"""
WITH found AS MATERIALIZED (
    SELECT f.id FROM family f
    WHERE f.organization_id = :organization_id AND f.deleted_at IS NULL
      AND (f.id = ANY (CAST(:family_ids AS uuid[])) OR (f.id = :family_id AND f.check_in_code_number = :number))
), child AS MATERIALIZED (
    SELECT s.id, s.first_name FROM student s
    WHERE s.organization_id = :organization_id AND s.deleted_at IS NULL AND s.family_id IN (SELECT id FROM found)
), expected AS (
    SELECT e.student_id, t.id AS timeslot_id, d.held_on
    FROM enrollment e
    JOIN offering o ON o.organization_id = e.organization_id AND o.id = e.offering_id
    JOIN timeslot_version t ON t.organization_id = o.organization_id AND t.offering_id = o.id
    CROSS JOIN unnest(ARRAY[CAST(:today AS date), CAST(:yesterday AS date)]) AS d (held_on)
    WHERE e.organization_id = :organization_id AND e.student_id IN (SELECT id FROM child)
      AND o.location_id = :location_id AND t.deleted_at IS NULL
      AND {on_sheet("e", "t.id", "d.held_on")}
      AND (t.weekday IS NULL OR t.weekday = extract(isodow FROM d.held_on))
      AND {holds_on("t", "d.held_on")}
    UNION
    SELECT m.student_id, m.timeslot_id, m.held_on
    FROM mark m
    JOIN timeslot r ON r.organization_id = m.organization_id AND r.id = m.timeslot_id
    JOIN offering o ON o.organization_id = r.organization_id AND o.id = r.offering_id
    WHERE m.organization_id = :organization_id AND m.student_id IN (SELECT id FROM child)
      AND o.location_id = :location_id AND m.held_on BETWEEN :yesterday AND :today
)
SELECT c.id, c.first_name, x.timeslot_id, x.held_on, m.status, m.is_defaulted, m.source
FROM expected x
JOIN child c ON c.id = x.student_id
JOIN timeslot_version t ON t.organization_id = :organization_id AND t.id = x.timeslot_id
    AND {holds_on("t", "x.held_on")}
LEFT JOIN mark m ON m.organization_id = :organization_id AND m.timeslot_id = x.timeslot_id
    AND m.held_on = x.held_on AND m.student_id = x.student_id
WHERE x.held_on = :today
   OR extract(epoch FROM t.start_time) / 60 + t.duration_minutes > CAST(:late AS integer)
""")  # noqa: S608 - a constant
_LATE = timedelta(hours=21) // timedelta(minutes=1)

_MARK = text("""
SELECT m.status, m.is_defaulted, m.source, m.marked_at FROM mark m
WHERE m.organization_id = :organization_id AND m.timeslot_id = :timeslot_id AND m.held_on = :held_on
  AND m.student_id = :student_id
""")

_PHONES = text("""
SELECT f.id AS family_id, f.phone AS number, true AS is_own, '' AS first_name, f.id FROM family f
WHERE f.organization_id = :organization_id AND f.id = ANY (CAST(:ids AS uuid[])) AND f.phone <> ''
UNION ALL
SELECT p.family_id, g.number, false, p.first_name, p.id FROM person p
JOIN guardian_phone g ON g.organization_id = p.organization_id AND g.person_id = p.id
WHERE p.organization_id = :organization_id AND p.family_id = ANY (CAST(:ids AS uuid[]))
ORDER BY is_own DESC, first_name, id, number
""")
_NUMBERS = text("""
SELECT f.id, f.check_in_code_number FROM family f
WHERE f.organization_id = :organization_id AND f.id = ANY (CAST(:ids AS uuid[]))
""")
_NEXT_NUMBER = text("""
UPDATE family SET check_in_code_number = check_in_code_number + 1
WHERE organization_id = :organization_id AND id = :family_id
RETURNING check_in_code_number
""")


async def find_families_by_phone(
    connection: AsyncConnection, organization_id: UUID, phone: str, country: str | None
) -> set[UUID]:
    """Return the families that have a number of this telephone, their own or a guardian's (R5.2). A telephone that more
    than four families share identifies none. It is one statement.

    country -- in which the number was typed, as an ISO 3166 code; None when it is not known
    """
    given = {"organization_id": organization_id, "key": phone_key(phone), "most": _MOST_FAMILIES}
    found: set[UUID] = set()
    for row in await connection.execute(_NUMBERS_LIKE, given):
        if is_same_telephone(row.number, phone, country):
            found.update(row.family_ids)
    return found if len(found) <= _MOST_FAMILIES else set()


async def find_all_by_phone(
    connection: AsyncConnection, organization_id: UUID, phone: str, countries: Collection[str | None], *, at_most: int
) -> set[UUID]:
    """Return the families that have a number of this telephone, as `find_families_by_phone` does, however many share
    it. Of one way to write the number, `at_most` families are found.

    countries -- in one of which the number was typed
    """
    given = {"organization_id": organization_id, "key": phone_key(phone), "most": at_most}
    found: set[UUID] = set()
    for row in await connection.execute(_NUMBERS_LIKE, given):
        if any(is_same_telephone(row.number, phone, country) for country in countries or (None,)):
            found.update(row.family_ids)
    return found


async def find_arrivals(
    connection: AsyncConnection,
    organization_id: UUID,
    location_id: UUID,
    today: date,
    *,
    family_ids: Collection[UUID] = (),
    code: FamilyCode | None = None,
) -> list[Arrival]:
    """Return who of the families or of the family with the code may be on a roster of the location today, or in the
    last hours of yesterday.

    It is one statement, whether there is such a family or not.
    """
    given = {
        "organization_id": organization_id,
        "location_id": location_id,
        "today": today,
        "yesterday": today - timedelta(days=1),
        "family_ids": list(family_ids),
        "family_id": code and code.family_id,
        "number": code and code.number,
        "late": _LATE,
    }
    return [_arrival(row) for row in await connection.execute(_ARRIVALS, given)]


async def find_mark(
    connection: AsyncConnection, organization_id: UUID, key: OccurrenceKey, student_id: UUID
) -> Row[Any] | None:
    """Return the mark's status and marked_at, or None when the student is not marked."""
    given = {
        "organization_id": organization_id,
        "timeslot_id": key.timeslot_id,
        "held_on": key.held_on,
        "student_id": student_id,
    }
    return (await connection.execute(_MARK, given)).one_or_none()


async def read_phones(
    connection: AsyncConnection, organization_id: UUID, family_ids: Collection[UUID]
) -> dict[UUID, list[str]]:
    """Return the numbers of each family that has any: first its own, then those of its guardians in
    the order of their names.
    """
    phones: dict[UUID, list[str]] = {}
    for row in await connection.execute(_PHONES, {"organization_id": organization_id, "ids": list(family_ids)}):
        phones.setdefault(row.family_id, []).append(row.number)
    return phones


async def read_code_numbers(
    connection: AsyncConnection, organization_id: UUID, family_ids: Collection[UUID]
) -> dict[UUID, int]:
    """Return the number of each family's valid check-in code."""
    found = await connection.execute(_NUMBERS, {"organization_id": organization_id, "ids": list(family_ids)})
    return {row.id: row.check_in_code_number for row in found}


async def take_next_code_number(uow: UnitOfWork, family_id: UUID) -> int:
    """Make the family's earlier codes invalid and return the number of the new one."""
    given = {"organization_id": uow.organization_id, "family_id": family_id}
    number: int = (await uow.connection.execute(_NEXT_NUMBER, given)).scalar_one()
    return number


def _arrival(row: Row[Any]) -> Arrival:
    mark = None
    if row.status is not None:
        mark = MarkValue(AttendanceStatus(row.status), None, row.is_defaulted, Source(row.source))
    return Arrival(row.id, row.first_name, OccurrenceKey(row.timeslot_id, row.held_on), mark)
