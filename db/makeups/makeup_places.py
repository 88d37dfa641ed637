"""The occurrences among which a makeup is searched (R8.9), with their places counted where the enrollments are stored.

The statement repeats the rules `places_taken` of attendance/rules/enrollments/places.py, `covers` of
attendance/rules/absences/expected_absences.py and `speaking` of attendance/rules/roster/roster.py. The tests compare
searches with these rules on random organizations.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.listings import Position
from attendance.rules.makeups.makeup_search import MakeupPlaces
from db.calendar.listing_filter import ListingFilter, Window
from db.calendar.occurrence_positions import asked, positions
from db.driver import HotStatement
from db.fragments import covers, gives_place, meets_at, takes_place

_IS_THERE = "offered.deleted_at IS NULL"
# An unknown age meets no limit.
_IS_OF_AGE = """offered.deleted_at IS NULL
      AND (offered.min_age_months IS NULL OR offered.min_age_months <= CAST(:most_months AS integer))
      AND (offered.max_age_months IS NULL OR offered.max_age_months >= CAST(:least_months AS integer))"""
# Whether students who have a place on all dates, and no absence, do not fill the class alone.
_IS_EVER_OPEN = f"""{_IS_OF_AGE}
      AND (offered.capacity IS NULL OR offered.capacity > (
          SELECT count(DISTINCT e.student_id) FROM enrollment e
          WHERE e.organization_id = offered.organization_id AND e.offering_id = offered.id
            AND {gives_place("e")} AND {meets_at("e", "t.id")}
            AND e.starts_on <= :from_on AND (e.drop_on IS NULL OR e.drop_on >= :to_on)
            AND NOT EXISTS (SELECT FROM expected_absence absence
                            WHERE absence.organization_id = e.organization_id AND absence.student_id = e.student_id
                              AND absence.state = 'APPROVED' AND absence.ends_on >= :from_on
                              AND absence.starts_on <= CAST(:to_on AS date) + 1)))"""  # noqa: S608 - constants

# Whether an approved absence of enrollment e's student covers occurrence k.
_IS_AWAY = """EXISTS (
    SELECT FROM expected_absence absence
    WHERE absence.organization_id = e.organization_id AND absence.student_id = e.student_id
      AND absence.state = 'APPROVED'
      AND absence.starts_on <= k.held_on + 1 AND absence.ends_on >= k.held_on
      AND CASE WHEN absence.window_starts IS NULL OR absence.window_ends IS NULL THEN absence.starts_on <= k.held_on
          ELSE EXISTS (SELECT FROM (VALUES (k.held_on), (k.held_on + 1)) AS d (day)
                       WHERE absence.starts_on <= d.day AND absence.ends_on >= d.day
                         AND k.held_on + k.start_time < d.day + absence.window_ends
                         AND d.day + absence.window_starts
                             < k.held_on + k.start_time + k.duration_minutes * interval '1 minute') END
      AND (NOT EXISTS (SELECT FROM expected_absence_enrollment x
                       WHERE x.organization_id = absence.organization_id AND x.expected_absence_id = absence.id)
           OR EXISTS (SELECT FROM expected_absence_enrollment x
                      WHERE x.organization_id = absence.organization_id AND x.expected_absence_id = absence.id
                        AND x.enrollment_id = e.id)))"""
_COUNTED = f"""
SELECT k.timeslot_id, k.held_on, k.starts_at, k.name, k.offering_id, n.taken, n.enrollment_id
FROM listed k
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE NOT p.is_away) AS taken,
           min(CAST(p.id AS text)) FILTER (WHERE p.student_id = :student_id) AS enrollment_id
    FROM (SELECT DISTINCT ON (e.student_id) e.id, e.student_id, {_IS_AWAY} AS is_away
          FROM enrollment e
          WHERE e.organization_id = :organization_id AND e.offering_id = k.offering_id
            AND {covers("e", "k.held_on")} AND {meets_at("e", "k.timeslot_id")}
            AND {takes_place("e", "k.held_on", "CAST(:now AS timestamptz)")}
            AND (e.type <> 'WAITLIST' OR e.student_id <> :student_id)
            AND (k.capacity IS NOT NULL OR e.student_id = :student_id)
          ORDER BY e.student_id,
                   array_position(ARRAY['ACTIVE', 'TRIAL', 'SINGLE_DAY', 'MAKEUP'],
                                  CASE e.type WHEN 'WAITLIST' THEN 'ACTIVE' ELSE CAST(e.type AS text) END),
                   e.starts_on DESC, e.id) p
) n
ORDER BY k.starts_at, k.name, k.timeslot_id, k.held_on
"""  # noqa: S608 - constants

_ALL, _OF_AGE, _OPEN = (
    HotStatement(positions("ASC", condition) + _COUNTED) for condition in (_IS_THERE, _IS_OF_AGE, _IS_EVER_OPEN)
)


@dataclass(frozen=True, slots=True)
class WantedClasses:
    """For whom classes are searched, and which are left out because they are impossible on every date.

    with_rejected -- nothing is left out.
    least_months, most_months -- the student's age on the first and on the last date; None when it is not known. Classes
    for others are left out.
    without_full -- whether classes are left out that are full on every date.
    now -- places that are held until later than this are taken, except for the student for whom they are held
    """

    student_id: UUID
    with_rejected: bool
    least_months: int | None
    most_months: int | None
    without_full: bool
    now: datetime


@dataclass(frozen=True, slots=True)
class OccurrencePlaces:
    position: Position
    offering_id: UUID
    places: MakeupPlaces


async def read_makeup_places(
    connection: AsyncConnection, organization_id: UUID, chosen: ListingFilter, window: Window, wanted: WantedClasses
) -> list[OccurrencePlaces]:
    """Return the next occurrences of offerings that are not deleted, at most `window.limit`, in two statements."""
    given = await asked(connection, organization_id, chosen, window)
    if wanted.with_rejected:
        statement = _ALL
    else:
        statement = _OPEN if wanted.without_full else _OF_AGE
        given |= {"least_months": wanted.least_months, "most_months": wanted.most_months}
    rows = await statement.rows(connection, given | {"student_id": wanted.student_id, "now": wanted.now})
    return [
        OccurrencePlaces(
            Position(row.starts_at, row.name, row.timeslot_id, row.held_on),
            row.offering_id,
            MakeupPlaces(row.taken, row.enrollment_id and UUID(row.enrollment_id)),
        )
        for row in rows
    ]
