"""Students apart from their roll sheets: who they are, their enrollments, and the notes about them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import PersonFacts
from attendance.rules.organization.permissions import Caller, sees_all_occurrences
from attendance.rules.people.students import EnrollmentFacts, NoteFacts
from attendance.rules.roster.roster_rows import FamilyFacts, StudentFacts
from attendance.rules.vocabulary import NoteLevel, Portal
from db.calendar.offerings import read_offerings
from db.enrollments.enrollments import enrollment_of
from db.fragments import covers, meets_at
from db.names import searched

MOST = 200

# A condition on student s. A guardian sees the students of the family; a viewer without SEE_ALL sees those with a place
# in what the viewer teaches or substitutes.
VISIBLE_STUDENTS = f"""
      (CAST(:family_id AS uuid) IS NULL OR s.family_id = :family_id)
  AND (CAST(:visible_to AS uuid) IS NULL OR EXISTS (
      SELECT FROM enrollment e
      WHERE e.organization_id = s.organization_id AND e.student_id = s.id AND e.deleted_at IS NULL
        AND (EXISTS (SELECT FROM offering_instructor i WHERE i.organization_id = e.organization_id
                     AND i.offering_id = e.offering_id AND i.person_id = :visible_to)
             OR EXISTS (SELECT FROM substitution u
                        JOIN timeslot slot ON slot.organization_id = u.organization_id AND slot.id = u.timeslot_id
                        WHERE u.organization_id = e.organization_id AND u.substitute_id = :visible_to
                          AND slot.offering_id = e.offering_id AND {covers("e", "u.held_on")}
                          AND {meets_at("e", "u.timeslot_id")}))))
"""  # noqa: S608 - a constant
_STUDENTS = f"""
SELECT s.id AS student_id, s.first_name, s.last_name, s.sort_key, s.birth_on, s.gender, s.medical_alert,
       s.roll_sheet_comment, f.id AS family_id, f.name AS family_name, f.email, f.phone, f.balance
FROM student s
JOIN family f ON f.organization_id = s.organization_id AND f.id = s.family_id
WHERE s.organization_id = :organization_id AND {VISIBLE_STUDENTS}
"""  # noqa: S608 - a constant
_BY_ID = text(_STUDENTS + "  AND s.id = ANY (CAST(:ids AS uuid[]))")
_LISTED = text(
    _STUDENTS
    + """
  AND s.deleted_at IS NULL
  AND (CAST(:search AS text) IS NULL OR strpos(s.search_key, :search) > 0)
  AND (CAST(:after_name AS text) IS NULL OR (s.sort_key, s.id) > (:after_name, CAST(:after_id AS uuid)))
ORDER BY s.sort_key, s.id
LIMIT :limit
"""
)

_OF_FAMILIES = text(_STUDENTS + "  AND s.family_id = ANY (CAST(:ids AS uuid[]))")
_LIVE_OF_FAMILIES = text(
    _STUDENTS + "  AND s.family_id = ANY (CAST(:ids AS uuid[])) AND s.deleted_at IS NULL ORDER BY s.sort_key, s.id"
)

NOTE = """
SELECT n.id, n.student_id, n.level, n.body, n.written_at, n.closed_at, w.id AS writer_id, w.first_name, w.last_name
FROM student_note n
LEFT JOIN person w ON w.organization_id = n.organization_id AND w.id = n.written_by_id
WHERE n.organization_id = :organization_id
"""
_NOTES_BY_ID = text(NOTE + "  AND n.id = ANY (CAST(:ids AS uuid[]))")
_NOTES = text(f"""
SELECT x.* FROM unnest(CAST(:ids AS uuid[])) AS k (student_id)
CROSS JOIN LATERAL (
    {NOTE} AND n.student_id = k.student_id ORDER BY n.written_at DESC, n.id DESC LIMIT :most
) x
ORDER BY x.written_at DESC, x.id DESC
""")  # noqa: S608 - two constants

_ENROLLMENTS_BY_ID = text("""
SELECT e.* FROM enrollment e WHERE e.organization_id = :organization_id AND e.id = ANY (CAST(:ids AS uuid[]))
""")
_ENROLLMENTS = text("""
SELECT x.* FROM unnest(CAST(:ids AS uuid[])) AS k (student_id)
CROSS JOIN LATERAL (
    SELECT * FROM enrollment e
    WHERE e.organization_id = :organization_id AND e.student_id = k.student_id AND e.deleted_at IS NULL
    ORDER BY e.starts_on DESC, e.id DESC LIMIT :most
) x
ORDER BY x.starts_on DESC, x.id DESC
""")


@dataclass(frozen=True, slots=True)
class Visibility:
    """Whose students may be seen: those of one family, or those of what a person teaches or substitutes; when both are
    None, all students.
    """

    family_id: UUID | None = None
    visible_to: UUID | None = None


def visibility_of(caller: Caller) -> Visibility:
    """Return whose students a caller may see. The caller must be allowed to see students."""
    if caller.portal is Portal.CUSTOMER:
        return Visibility(family_id=caller.family_id)
    return Visibility(visible_to=None if sees_all_occurrences(caller) else caller.person_id)


async def read_students(
    connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID], visibility: Visibility
) -> dict[UUID, StudentFacts]:
    """Return the students by id, including deleted ones. Those that do not exist or may not be seen are left out."""
    given = {
        "organization_id": organization_id,
        "ids": list(ids),
        "family_id": visibility.family_id,
        "visible_to": visibility.visible_to,
    }
    return {row.student_id: student_of(row) for row in await connection.execute(_BY_ID, given)}


async def read_family_members(
    connection: AsyncConnection, organization_id: UUID, family_ids: Collection[UUID], visibility: Visibility
) -> list[StudentFacts]:
    """Return the students of the families that may be seen, including deleted ones."""
    given = {
        "organization_id": organization_id,
        "ids": list(family_ids),
        "family_id": visibility.family_id,
        "visible_to": visibility.visible_to,
    }
    return [student_of(row) for row in await connection.execute(_OF_FAMILIES, given)]


async def read_live_members(
    connection: AsyncConnection, organization_id: UUID, family_ids: Collection[UUID], visibility: Visibility
) -> list[StudentFacts]:
    """Return the students of the families that may be seen, ordered by name, without deleted ones."""
    given = {
        "organization_id": organization_id,
        "ids": list(family_ids),
        "family_id": visibility.family_id,
        "visible_to": visibility.visible_to,
    }
    return [student_of(row) for row in await connection.execute(_LIVE_OF_FAMILIES, given)]


async def list_students(
    connection: AsyncConnection,
    organization_id: UUID,
    visibility: Visibility,
    search: str | None,
    *,
    after: tuple[str, UUID] | None,
    limit: int,
) -> list[StudentFacts]:
    """Return the students after the position (sort key and id), ordered by last name, first name and id. Deleted
    students are left out.
    """
    given = {
        "organization_id": organization_id,
        "family_id": visibility.family_id,
        "visible_to": visibility.visible_to,
        "search": searched(search),
        "after_name": after[0] if after else None,
        "after_id": after[1] if after else None,
        "limit": limit,
    }
    return [student_of(row) for row in await connection.execute(_LISTED, given)]


async def read_notes(
    connection: AsyncConnection, organization_id: UUID, student_ids: Collection[UUID]
) -> dict[UUID, list[NoteFacts]]:
    """Return the notes of each student, newest first, at most MOST."""
    given = {"organization_id": organization_id, "ids": list(student_ids), "most": MOST}
    notes: dict[UUID, list[NoteFacts]] = {student_id: [] for student_id in student_ids}
    for row in await connection.execute(_NOTES, given):
        notes[row.student_id].append(note_of(row))
    return notes


async def read_notes_by_id(
    connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID]
) -> dict[UUID, list[NoteFacts]]:
    """Return the notes by the student to whom they belong."""
    notes: dict[UUID, list[NoteFacts]] = defaultdict(list)
    for row in await connection.execute(_NOTES_BY_ID, {"organization_id": organization_id, "ids": list(ids)}):
        notes[row.student_id].append(note_of(row))
    return notes


async def read_enrollments(
    connection: AsyncConnection, organization_id: UUID, student_ids: Collection[UUID]
) -> dict[UUID, list[EnrollmentFacts]]:
    """Return the enrollments of each student, newest start first, at most MOST. Deleted ones are left out. This
    executes two statements.
    """
    given = {"organization_id": organization_id, "ids": list(student_ids), "most": MOST}
    rows = (await connection.execute(_ENROLLMENTS, given)).all()
    enrollments: dict[UUID, list[EnrollmentFacts]] = {student_id: [] for student_id in student_ids}
    for found in await with_offerings(connection, organization_id, rows):
        enrollments[found.enrollment.student_id].append(found)
    return enrollments


async def read_enrollments_by_id(
    connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID]
) -> list[EnrollmentFacts]:
    """Return the enrollments by id, including deleted ones. This executes two statements."""
    given = {"organization_id": organization_id, "ids": list(ids)}
    rows = (await connection.execute(_ENROLLMENTS_BY_ID, given)).all()
    return await with_offerings(connection, organization_id, rows)


async def with_offerings(
    connection: AsyncConnection, organization_id: UUID, rows: Sequence[Row[Any]]
) -> list[EnrollmentFacts]:
    plans = await read_offerings(connection, organization_id, {row.offering_id for row in rows})
    return [EnrollmentFacts(enrollment_of(row), plans[row.offering_id]) for row in rows]


def note_of(row: Row[Any]) -> NoteFacts:
    writer = None if row.writer_id is None else PersonFacts(row.writer_id, row.first_name, row.last_name)
    return NoteFacts(row.id, NoteLevel(row.level), row.body, writer, row.written_at, row.closed_at)


def student_of(row: Row[Any]) -> StudentFacts:
    """Return a student from a row with student_id, the student's columns, family_id, family_name and the family's
    columns.
    """
    return StudentFacts(
        row.student_id,
        row.first_name,
        row.last_name,
        row.sort_key,
        row.birth_on,
        row.gender,
        row.medical_alert,
        row.roll_sheet_comment,
        FamilyFacts(row.family_id, row.family_name, row.email, row.phone, row.balance),
    )
