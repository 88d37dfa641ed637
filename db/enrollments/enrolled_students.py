"""Statements that select students by id or by where they are enrolled, for work that is done for each of them."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.tokens.tokens_for_many import EnrolledStudents
from db.fragments import covers, meets_at
from db.listing import values
from db.people.students import VISIBLE_STUDENTS, Visibility
from db.unit_of_work import UnitOfWork

_SEEN = f"""
SELECT s.id FROM student s
WHERE s.organization_id = :organization_id AND s.deleted_at IS NULL AND {VISIBLE_STUDENTS}
"""  # noqa: S608 - a constant
_BY_ID = text(_SEEN + "  AND s.id = ANY (CAST(:ids AS uuid[]))")
_ENROLLED = text(f"""
{_SEEN}
  AND EXISTS (
      SELECT FROM enrollment x
      JOIN offering o ON o.organization_id = x.organization_id AND o.id = x.offering_id
      WHERE x.organization_id = s.organization_id AND x.student_id = s.id AND x.deleted_at IS NULL
        AND o.deleted_at IS NULL AND x.type = ANY (CAST(:types AS text[]))
        AND {covers("x", ":on_date")}
        AND (CAST(:offering_ids AS uuid[]) IS NULL OR o.id = ANY (:offering_ids))
        AND (CAST(:location_ids AS uuid[]) IS NULL OR o.location_id = ANY (:location_ids))
        AND (CAST(:program_ids AS uuid[]) IS NULL OR o.program_id = ANY (:program_ids))
        AND (CAST(:visible_to AS uuid) IS NULL
             OR EXISTS (SELECT FROM offering_instructor i WHERE i.organization_id = x.organization_id
                        AND i.offering_id = x.offering_id AND i.person_id = :visible_to)
             OR EXISTS (SELECT FROM substitution u
                        JOIN timeslot t ON t.organization_id = u.organization_id AND t.id = u.timeslot_id
                        WHERE u.organization_id = x.organization_id AND u.substitute_id = :visible_to
                          AND u.held_on = :on_date AND t.offering_id = x.offering_id
                          AND {meets_at("x", "u.timeslot_id")})))
ORDER BY s.sort_key, s.id
""")  # noqa: S608 - a constant


_LOCK_UNDELETED = text("""
SELECT s.id FROM student s
WHERE s.organization_id = :organization_id AND s.id = ANY (CAST(:ids AS uuid[])) AND s.deleted_at IS NULL
ORDER BY s.id FOR NO KEY UPDATE
""")


async def seen_students(
    connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID], visibility: Visibility
) -> set[UUID]:
    """Return the students who may be seen and are not deleted."""
    given = {
        "organization_id": organization_id,
        "ids": list(ids),
        "family_id": visibility.family_id,
        "visible_to": visibility.visible_to,
    }
    return set((await connection.execute(_BY_ID, given)).scalars())


async def find_enrolled(
    connection: AsyncConnection, organization_id: UUID, wanted: EnrolledStudents, visibility: Visibility
) -> list[UUID]:
    """Return the enrolled students, each once, by last name. A viewer who does not see all gets those in what they
    teach, or substitute on the date.
    """
    given = {
        "organization_id": organization_id,
        "types": values(wanted.types),
        "on_date": wanted.enrolled_on,
        "offering_ids": values(wanted.offering_ids),
        "location_ids": values(wanted.location_ids),
        "program_ids": values(wanted.program_ids),
        "family_id": visibility.family_id,
        "visible_to": visibility.visible_to,
    }
    return list((await connection.execute(_ENROLLED, given)).scalars())


async def lock_undeleted_students(uow: UnitOfWork, ids: Collection[UUID]) -> set[UUID]:
    """Lock the students in the order of their ids until the end of the transaction, and return those that still
    exist.
    """
    given = {"organization_id": uow.organization_id, "ids": list(ids)}
    return set((await uow.connection.execute(_LOCK_UNDELETED, given)).scalars())
