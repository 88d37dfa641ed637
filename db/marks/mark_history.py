"""The statement that reads the history of single marks."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import PersonFacts
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.mark_history import MarkStep, PastMark, RosterPlace
from attendance.rules.roster.roster_rows import KioskFacts
from attendance.rules.vocabulary import AttendanceStatus, PersonKind, Source

MOST = 100

_STEPS = text("""
SELECT k.timeslot_id, k.held_on, k.student_id, x.*,
       p.id AS person_id, p.kind AS person_kind, p.first_name, p.last_name, z.id AS kiosk_id, z.name AS kiosk_name
FROM unnest(CAST(:timeslot_ids AS uuid[]), CAST(:dates AS date[]), CAST(:student_ids AS uuid[]))
    AS k (timeslot_id, held_on, student_id)
CROSS JOIN LATERAL (
    SELECT e.revision, c.changed_at, c.captured_at, c.source, c.actor_id, c.kiosk_id AS actor_kiosk_id,
           e.before_status, e.before_note, e.before_is_defaulted, e.after_status, e.after_note, e.after_is_defaulted
    FROM changed_entry e
    JOIN change c ON c.organization_id = e.organization_id AND c.timeslot_id = e.timeslot_id
        AND c.held_on = e.held_on AND c.revision = e.revision
    WHERE e.organization_id = :organization_id AND e.timeslot_id = k.timeslot_id AND e.held_on = k.held_on
      AND e.student_id = k.student_id
      AND (c.kind = 'MARKS' OR (e.before_status, e.before_note, e.before_is_defaulted)
           IS DISTINCT FROM (e.after_status, e.after_note, e.after_is_defaulted))
    ORDER BY e.revision DESC
    LIMIT :most
) x
LEFT JOIN person p ON p.organization_id = :organization_id AND p.id = x.actor_id
LEFT JOIN kiosk z ON z.organization_id = :organization_id AND z.id = x.actor_kiosk_id
ORDER BY x.revision DESC
""")


async def read_mark_histories(
    connection: AsyncConnection, organization_id: UUID, places: Collection[RosterPlace]
) -> dict[RosterPlace, list[MarkStep]]:
    """Return the changes of each row's mark, newest first, at most MOST of each, in one statement for all."""
    given = {
        "organization_id": organization_id,
        "timeslot_ids": [place.key.timeslot_id for place in places],
        "dates": [place.key.held_on for place in places],
        "student_ids": [place.student_id for place in places],
        "most": MOST,
    }
    histories: dict[RosterPlace, list[MarkStep]] = {place: [] for place in places}
    for row in await connection.execute(_STEPS, given):
        place = RosterPlace(OccurrenceKey(row.timeslot_id, row.held_on), row.student_id)
        histories[place].append(_step(row))
    return histories


def _step(row: Any) -> MarkStep:
    changed_by: tuple[PersonKind, PersonFacts] | KioskFacts | None = None
    if row.person_id is not None:
        changed_by = (PersonKind(row.person_kind), PersonFacts(row.person_id, row.first_name, row.last_name))
    elif row.kiosk_id is not None:
        changed_by = KioskFacts(row.kiosk_id, row.kiosk_name)
    return MarkStep(
        row.revision,
        row.changed_at,
        row.captured_at,
        Source(row.source),
        changed_by,
        _mark(row.before_status, row.before_note, row.before_is_defaulted),
        _mark(row.after_status, row.after_note, row.after_is_defaulted),
    )


def _mark(status: str | None, note: str | None, is_defaulted: bool | None) -> PastMark | None:
    return None if status is None else PastMark(AttendanceStatus(status), note, bool(is_defaulted))
