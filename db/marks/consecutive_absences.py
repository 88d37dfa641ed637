"""Statements that read students' marks in one offering, for the notice of consecutive absences (R4.14)."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.consecutive_absences import Attended
from attendance.rules.vocabulary import AttendanceStatus
from db.tokens.makeup_tokens import lock_students
from db.unit_of_work import UnitOfWork

# A year and a month are enough to identify a streak. Reading more marks would only cost time.
_HISTORIES = text("""
SELECT s.id AS student_id, s.first_name, f.id AS family_id, f.email, marks.timeslot_ids, marks.dates, marks.statuses
FROM student s
JOIN family f ON f.organization_id = s.organization_id AND f.id = s.family_id
CROSS JOIN LATERAL (
    SELECT array_agg(m.timeslot_id ORDER BY m.held_on, t.start_time, t.id) AS timeslot_ids,
           array_agg(m.held_on ORDER BY m.held_on, t.start_time, t.id) AS dates,
           array_agg(m.status ORDER BY m.held_on, t.start_time, t.id) AS statuses
    FROM timeslot t
    JOIN mark m ON m.organization_id = t.organization_id AND m.timeslot_id = t.id AND m.student_id = s.id
    JOIN occurrence c ON c.organization_id = m.organization_id AND c.timeslot_id = m.timeslot_id
        AND c.held_on = m.held_on AND c.cancelled_at IS NULL
    WHERE t.organization_id = s.organization_id AND t.offering_id = :offering_id
      AND m.held_on >= CAST(:on_date AS date) - 400
) marks
WHERE s.organization_id = :organization_id AND s.id = ANY (CAST(:student_ids AS uuid[]))
""")


@dataclass(frozen=True, slots=True)
class AttendanceHistory:
    """A student's marks at occurrences that took place, in their order. `email` is the family's, or None when it is
    not known.
    """

    student_id: UUID
    first_name: str
    family_id: UUID
    email: str | None
    marks: tuple[Attended, ...]


async def lock_histories(
    uow: UnitOfWork, offering_id: UUID, student_ids: Collection[UUID], key: OccurrenceKey
) -> list[AttendanceHistory]:
    """Lock the students and return their marks in the offering, from 400 days before the occurrence on, in two
    statements.

    The students are locked in the order of their ids, so that marks of two occurrences that are made at the same time
    are counted together.
    """
    students = list(student_ids)
    await lock_students(uow, students)
    given = {
        "organization_id": uow.organization_id,
        "student_ids": students,
        "offering_id": offering_id,
        "on_date": key.held_on,
    }
    found = await uow.connection.execute(_HISTORIES, given)
    return [
        AttendanceHistory(
            row.student_id,
            row.first_name,
            row.family_id,
            row.email,
            tuple(
                Attended(OccurrenceKey(timeslot_id, held_on), AttendanceStatus(status))
                for timeslot_id, held_on, status in zip(
                    row.timeslot_ids or (), row.dates or (), row.statuses or (), strict=True
                )
            ),
        )
        for row in found
    ]
