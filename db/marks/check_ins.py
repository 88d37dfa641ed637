"""The statement that reads a check-in together with the mark that it replaced (R4.5b)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.kiosk.kiosk import CheckInMade
from attendance.rules.marks.marks import MarkValue
from attendance.rules.vocabulary import AttendanceStatus, Source
from db.marks.changes import Author
from db.unit_of_work import UnitOfWork

_FIND = text("""
SELECT m.by_check_in, m.kiosk_id, m.marked_at, e.before_status, e.before_note, e.before_is_defaulted,
       former.after_source AS former_source, former.cause, former.actor_id, former.kiosk_id AS former_kiosk_id
FROM mark m
JOIN changed_entry e ON e.organization_id = m.organization_id AND e.timeslot_id = m.timeslot_id
    AND e.held_on = m.held_on AND e.revision = m.revision AND e.student_id = m.student_id
LEFT JOIN LATERAL (
    SELECT b.after_source, c.source AS cause, c.actor_id, c.kiosk_id
    FROM changed_entry b
    JOIN change c ON c.organization_id = b.organization_id AND c.timeslot_id = b.timeslot_id
        AND c.held_on = b.held_on AND c.revision = b.revision
    WHERE b.organization_id = e.organization_id AND b.timeslot_id = e.timeslot_id AND b.held_on = e.held_on
      AND b.student_id = e.student_id AND b.revision < e.revision AND b.after_status IS NOT NULL
    ORDER BY b.revision DESC
    LIMIT 1
) former ON e.before_status IS NOT NULL
WHERE m.organization_id = :organization_id AND m.timeslot_id = :timeslot_id AND m.held_on = :held_on
  AND m.student_id = :student_id AND m.status NOT IN ('ABSENT', 'EXCUSED_ABSENCE')
""")


@dataclass(frozen=True, slots=True)
class FoundCheckIn:
    """`author_before` is who made the mark that the check-in replaced; None when there was none."""

    made: CheckInMade
    author_before: Author | None


async def find_check_in(uow: UnitOfWork, key: OccurrenceKey, student_id: UUID) -> FoundCheckIn | None:
    """Return the student's present-family mark. None when there is none. The caller holds the occurrence's lock."""
    given = {
        "organization_id": uow.organization_id,
        "timeslot_id": key.timeslot_id,
        "held_on": key.held_on,
        "student_id": student_id,
    }
    row = (await uow.connection.execute(_FIND, given)).one_or_none()
    if row is None:
        return None
    made = CheckInMade(row.by_check_in, row.kiosk_id, row.marked_at, _before(row))
    author = None if row.former_source is None else Author(row.former_source, row.actor_id, row.former_kiosk_id)
    return FoundCheckIn(made, author)


def _before(row: Row[Any]) -> MarkValue | None:
    """The mark before. A default follows from check-ins unless the system itself, at the end of a day, made it."""
    if row.before_status is None:
        return None
    is_defaulted = bool(row.before_is_defaulted)
    return MarkValue(
        AttendanceStatus(row.before_status),
        row.before_note,
        is_defaulted,
        Source.SYSTEM if is_defaulted else Source(row.former_source),
        by_check_in=is_defaulted and row.cause != Source.SYSTEM,
    )
