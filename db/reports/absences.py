"""The absences on roll sheets over a range of dates, each with the makeup token that it has (R15.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.vocabulary import AttendanceStatus, MakeupTokenState
from db.driver import HotStatement
from db.fragments import holds_on
from db.reports.details import StudentDetails, student_details
from db.reports.report_filter import SHEETS, ReportFilter, sheets_in
from db.tokens.state_of_token import GOOD_THROUGH, STATE, TODAY

_PLACE = "(missed.held_on, missed.class_key, missed.timeslot_id, missed.student_key, missed.student_id)"
_ABSENCES = HotStatement(f"""
WITH {SHEETS}, missed AS (
    SELECT sheet.held_on, sheet.timeslot_id, sheet.offering_id, sheet.location_id, o.name AS class_name,
           o.sort_key AS class_key, absence.student_id, s.first_name, s.last_name, s.sort_key AS student_key,
           s.family_id, s.birth_on, absence.status, absence.is_defaulted
    FROM sheet
    JOIN mark absence ON absence.organization_id = :organization_id AND absence.timeslot_id = sheet.timeslot_id
        AND absence.held_on = sheet.held_on AND absence.status IN ('ABSENT', 'EXCUSED_ABSENCE')
    JOIN offering o ON o.organization_id = :organization_id AND o.id = sheet.offering_id
    JOIN student s ON s.organization_id = :organization_id AND s.id = absence.student_id
), page AS MATERIALIZED (
    SELECT missed.* FROM missed
    WHERE CAST(:after_on AS date) IS NULL
       OR {_PLACE} > (:after_on, CAST(:after_class AS text) COLLATE "C", CAST(:after_timeslot AS uuid),
                      CAST(:after_name AS text) COLLATE "C", CAST(:after_student AS uuid))
    ORDER BY missed.held_on, missed.class_key, missed.timeslot_id, missed.student_key, missed.student_id
    LIMIT :limit
)
SELECT page.*, earned.token_id, earned.state, earned.good_through, l.name AS location_name, slot.start_time,
       f.name AS family_name
FROM page
JOIN location l ON l.organization_id = :organization_id AND l.id = page.location_id
JOIN family f ON f.organization_id = :organization_id AND f.id = page.family_id
JOIN timeslot_version slot ON slot.organization_id = :organization_id AND slot.id = page.timeslot_id
    AND {holds_on("slot", "page.held_on")}
LEFT JOIN LATERAL (
    SELECT t.id AS token_id, {STATE} AS state, {GOOD_THROUGH} AS good_through
    FROM makeup_token t {TODAY}
    WHERE t.organization_id = :organization_id AND t.student_id = page.student_id AND t.timeslot_id = page.timeslot_id
      AND t.held_on = page.held_on AND t.origin <> 'MANUAL' AND t.revoked_at IS NULL AND t.deleted_at IS NULL
) earned ON true
ORDER BY page.held_on, page.class_key, page.timeslot_id, page.student_key, page.student_id
""")  # noqa: S608 - constants


@dataclass(frozen=True, slots=True)
class AbsenceToken:
    """The token of an absence. `good_through` is the last day on which it can be used, or None when it never
    expires.
    """

    id: UUID
    state: MakeupTokenState
    good_through: date | None


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """A mark ABSENT or EXCUSED_ABSENCE. Rows of one date are ordered by `class_key` and `student_key`."""

    key: OccurrenceKey
    offering_id: UUID
    class_name: str
    class_key: str
    location_name: str
    start_time: time
    student_id: UUID
    student_name: str
    student_key: str
    student_details: StudentDetails
    status: AttendanceStatus
    is_defaulted: bool
    token: AbsenceToken | None

    @property
    def place(self) -> tuple[date, str, UUID, str, UUID]:
        return self.key.held_on, self.class_key, self.key.timeslot_id, self.student_key, self.student_id


async def read_absences(
    connection: AsyncConnection,
    organization_id: UUID,
    chosen: ReportFilter,
    *,
    now: datetime,
    after: Sequence[object] | None,
    limit: int,
) -> list[AbsenceRow]:
    """Return the absences after a position, by date, class and student, in one statement."""
    names = ("after_on", "after_class", "after_timeslot", "after_name", "after_student")
    given = dict(zip(names, after or (None,) * len(names), strict=True))
    rows = await _ABSENCES.rows(connection, given | sheets_in(organization_id, chosen) | {"now": now, "limit": limit})
    return [
        AbsenceRow(
            key=OccurrenceKey(row.timeslot_id, row.held_on),
            offering_id=row.offering_id,
            class_name=row.class_name,
            class_key=row.class_key,
            location_name=row.location_name,
            start_time=row.start_time,
            student_id=row.student_id,
            student_name=f"{row.first_name} {row.last_name}",
            student_key=row.student_key,
            student_details=student_details(row),
            status=AttendanceStatus(row.status),
            is_defaulted=row.is_defaulted,
            token=None if row.token_id is None else _token(row.token_id, row.state, row.good_through),
        )
        for row in rows
    ]


def _token(id_: UUID, state: str, good_through: date) -> AbsenceToken:
    return AbsenceToken(id_, MakeupTokenState(state), None if good_through == date.max else good_through)
