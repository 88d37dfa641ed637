"""Pages of enrollments over the whole organization, in the order in which they were made (R13.7)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.people.students import EnrollmentFacts
from attendance.rules.vocabulary import EnrollmentType
from db.calendar.offerings import VISIBLE_OFFERINGS
from db.fragments import covers
from db.people.students import with_offerings

_LISTED = text(f"""
SELECT e.* FROM enrollment e
JOIN offering o ON o.organization_id = e.organization_id AND o.id = e.offering_id
WHERE e.organization_id = :organization_id AND e.deleted_at IS NULL
  AND (CAST(:offering_ids AS uuid[]) IS NULL OR e.offering_id = ANY (:offering_ids))
  AND (CAST(:student_id AS uuid) IS NULL OR e.student_id = :student_id)
  AND (CAST(:type AS text) IS NULL OR e.type = :type)
  AND (CAST(:on AS date) IS NULL OR {covers("e", "CAST(:on AS date)")})
  AND (CAST(:after_at AS timestamptz) IS NULL OR (e.created_at, e.id) > (:after_at, CAST(:after_id AS uuid)))
{VISIBLE_OFFERINGS}
ORDER BY e.created_at, e.id LIMIT :limit
""")  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class WantedEnrollments:
    """Which enrollments are listed; None means any offering, student, type or date."""

    offering_ids: Collection[UUID] | None = None
    student_id: UUID | None = None
    type: EnrollmentType | None = None
    on: date | None = None
    visible_to: UUID | None = None


async def list_enrollments(
    connection: AsyncConnection,
    organization_id: UUID,
    wanted: WantedEnrollments,
    *,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[tuple[EnrollmentFacts, datetime]]:
    """Return the enrollments after the position, each with the time at which it was made, without deleted ones. This
    executes two statements.
    """
    given = {
        "organization_id": organization_id,
        "offering_ids": None if wanted.offering_ids is None else list(wanted.offering_ids),
        "student_id": wanted.student_id,
        "type": None if wanted.type is None else wanted.type.value,
        "on": wanted.on,
        "visible_to": wanted.visible_to,
        "after_at": after[0] if after else None,
        "after_id": after[1] if after else None,
        "limit": limit,
    }
    rows = (await connection.execute(_LISTED, given)).all()
    found = await with_offerings(connection, organization_id, rows)
    return [(facts, row.created_at) for facts, row in zip(found, rows, strict=True)]
