"""The statement that counts the places taken at occurrences (R8.6), without reading their rosters."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.enrollments.places import places_taken
from attendance.rules.roster.roster import RosterEnrollment
from attendance.rules.vocabulary import EnrollmentType
from db.driver import HotStatement
from db.fragments import covers, meets_at, takes_place
from db.roster.rosters import absences_near, absences_of
from pace import in_turns

# Students without an absence near the date are only counted. The rule decides about the others.
_TAKEN = HotStatement(f"""
SELECT k.timeslot_id, k.held_on,
       count(DISTINCT e.student_id) FILTER (WHERE near.absences IS NULL) AS surely_there,
       json_agg(json_build_array(e.student_id, e.id, CASE e.type WHEN 'WAITLIST' THEN 'ACTIVE' ELSE e.type END,
                                 e.starts_on, near.absences))
           FILTER (WHERE near.absences IS NOT NULL) AS perhaps_away
FROM unnest(CAST(:timeslot_ids AS uuid[]), CAST(:dates AS date[])) AS k (timeslot_id, held_on)
JOIN timeslot t ON t.organization_id = :organization_id AND t.id = k.timeslot_id
JOIN enrollment e ON e.organization_id = t.organization_id AND e.offering_id = t.offering_id
    AND {covers("e", "k.held_on")} AND {meets_at("e", "t.id")}
    AND {takes_place("e", "k.held_on", "CAST(:now AS timestamptz)")}
CROSS JOIN LATERAL ({absences_near("e.organization_id", "e.student_id", "k.held_on")}) near
GROUP BY k.timeslot_id, k.held_on
""")  # noqa: S608 - a constant


async def read_places_taken(
    connection: AsyncConnection, organization_id: UUID, heads: Collection[OccurrenceHead], *, now: datetime
) -> dict[OccurrenceKey, int]:
    """Return for each occurrence the number of students who are on its roster or for whom a place is held, without
    those whom an approved expected absence covers. This takes one statement.
    """
    found = await _TAKEN.rows(
        connection,
        {
            "organization_id": organization_id,
            "timeslot_ids": [head.key.timeslot_id for head in heads],
            "dates": [head.key.held_on for head in heads],
            "now": now,
        },
    )
    rows = {OccurrenceKey(row.timeslot_id, row.held_on): row async for row in in_turns(found)}
    return {head.key: _taken(head, rows.get(head.key)) async for head in in_turns(heads)}


def _taken(head: OccurrenceHead, row: Any) -> int:
    if row is None:
        return 0
    perhaps = row.perhaps_away or ()
    enrollments = [
        RosterEnrollment(UUID(enrollment), UUID(student), EnrollmentType(type_), date.fromisoformat(starts_on))
        for student, enrollment, type_, starts_on, _ in perhaps
    ]
    absences = {UUID(student): absences_of(found) for student, _, _, _, found in perhaps}
    return int(row.surely_there) + places_taken(head.key, head.slot, enrollments, absences)
