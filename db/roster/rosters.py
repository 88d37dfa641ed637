"""The statement that reads everything that an occurrence's roll sheet shows about its students (R3.5).

It is text because it is the most frequent statement of all, and walking its expression tree would cost more than
running it.
"""

from collections.abc import Collection
from datetime import date, datetime, time
from itertools import product, starmap
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.absences.expected_absences import ExpectedAbsence
from attendance.rules.calendar.occurrences import OccurrenceHead, PersonFacts
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.roster.roster import RosterEnrollment
from attendance.rules.roster.roster_rows import WHOLE, KioskFacts, MarkFacts, RosterCandidate, RosterParts
from attendance.rules.vocabulary import (
    AttendanceStatus,
    EnrollmentEnd,
    EnrollmentType,
    PersonKind,
    Source,
)
from db.driver import HotStatement
from db.fragments import covers, gives_place, meets_at, on_sheet, takes_place
from db.people.students import student_of
from pace import in_turns


def absences_near(organization_id: str, student_id: str, held_on: str) -> str:
    """Return a query of one row, whose `absences` are the student's approved expected absences near the date, for
    `absences_of`.
    """
    return f"""
    SELECT json_agg(json_build_array(
               a.starts_on, a.ends_on, a.is_excused, a.comment, a.window_starts, a.window_ends,
               (SELECT json_agg(x.enrollment_id) FROM expected_absence_enrollment x
                WHERE x.organization_id = a.organization_id AND x.expected_absence_id = a.id))) AS absences
    FROM expected_absence a
    WHERE a.organization_id = {organization_id} AND a.student_id = {student_id} AND a.state = 'APPROVED'
      AND a.starts_on <= {held_on} + 1 AND a.ends_on >= {held_on}
    """  # noqa: S608 - names of the statement


# The parts of the statement that are read only where they are shown.
_SIGNS = f"""
       (SELECT o.name FROM enrollment n
        JOIN offering o ON o.organization_id = n.organization_id AND o.id = n.offering_id
        WHERE n.organization_id = e.organization_id AND n.transferred_from_id = e.id
          AND n.deleted_at IS NULL) AS transferred_to,
       (SELECT o.name FROM enrollment n
        JOIN offering o ON o.organization_id = n.organization_id AND o.id = n.offering_id
        WHERE n.organization_id = e.organization_id AND n.id = e.transferred_from_id) AS transferred_from,
       missed.name AS missed, missed.held_on AS missed_on,
       NOT EXISTS (
           SELECT FROM enrollment n
           WHERE n.organization_id = e.organization_id AND n.student_id = e.student_id
             AND n.starts_on < e.starts_on AND {gives_place("n")}
       ) AS is_first_ever,
       notes.open_notes, notes.critical_notes
"""  # noqa: S608 - a constant
_SIGNS_READ = """
LEFT JOIN LATERAL (
    SELECT o.name, token.held_on
    FROM makeup_token token
    JOIN timeslot t ON t.organization_id = token.organization_id AND t.id = token.timeslot_id
    JOIN offering o ON o.organization_id = t.organization_id AND o.id = t.offering_id
    WHERE e.type = 'MAKEUP' AND token.organization_id = e.organization_id AND token.makeup_enrollment_id = e.id
) missed ON true
CROSS JOIN LATERAL (
    SELECT count(*) AS open_notes, count(*) FILTER (WHERE note.level = 'CRITICAL') AS critical_notes
    FROM student_note note
    WHERE note.organization_id = s.organization_id AND note.student_id = s.id AND note.closed_at IS NULL
) notes
"""
_NO_SIGNS = """
       NULL AS transferred_to, NULL AS transferred_from, NULL AS missed, NULL AS missed_on, false AS is_first_ever,
       0 AS open_notes, 0 AS critical_notes
"""
_TIMESLOTS = """,
           ARRAY(SELECT t.id FROM timeslot t WHERE t.organization_id = :organization_id
                 AND t.offering_id = named.offering_id) AS offering_timeslot_ids"""
_WANTED = "(CAST(:student_ids AS uuid[]) IS NULL OR {student_id} = ANY (:student_ids))"
# The sheets that are read, with the columns timeslot_id, held_on and offering_id.
_NAMED = """unnest(CAST(:timeslot_ids AS uuid[]), CAST(:dates AS date[]), CAST(:offering_ids AS uuid[]))
        AS named (timeslot_id, held_on, offering_id)"""
_DETAILS = """f.id AS family_id, f.name AS family_name, f.email, f.phone,
       w.id AS marker_id, w.kind AS marker_kind, w.first_name AS marker_first_name, w.last_name AS marker_last_name,
       d.id AS kiosk_id, d.name AS kiosk_name, m.by_check_in,
       EXISTS (
           SELECT FROM makeup_token token
           WHERE token.organization_id = m.organization_id AND token.timeslot_id = m.timeslot_id
             AND token.held_on = m.held_on AND token.student_id = m.student_id AND token.needs_review
       ) AS needs_review"""
_NO_DETAILS = """NULL AS family_id, NULL AS family_name, NULL AS email, NULL AS phone,
       NULL AS marker_id, NULL AS marker_kind, NULL AS marker_first_name, NULL AS marker_last_name,
       NULL AS kiosk_id, NULL AS kiosk_name, NULL AS by_check_in, NULL AS needs_review"""
_DETAILS_READ = """
LEFT JOIN person w ON w.organization_id = m.organization_id AND w.id = m.marked_by_id
LEFT JOIN kiosk d ON d.organization_id = m.organization_id AND d.id = m.kiosk_id"""
_PLACE = "c.timeslot_id AS sheet_timeslot_id, c.held_on AS sheet_held_on,\n       "
_RATES, _NO_RATES = "tally.present, tally.absent", "0 AS present, 0 AS absent"
_RATES_READ = """
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE h.status NOT IN ('ABSENT', 'EXCUSED_ABSENCE')) AS present,
           count(*) FILTER (WHERE h.status = 'ABSENT') AS absent
    FROM mark h
    WHERE h.organization_id = s.organization_id AND h.student_id = s.id
      AND h.timeslot_id = ANY (k.offering_timeslot_ids)
) tally
"""


# A row of a held place has no mark, which tells it from the row of a mark that names the same enrollment.
_HOLDS = f"""
    UNION
    SELECT k.timeslot_id, k.held_on, e.student_id, e.id, true
    FROM sheet k
    JOIN enrollment e ON e.organization_id = :organization_id AND e.offering_id = k.offering_id
      AND e.type = 'WAITLIST' AND {covers("e", "k.held_on")} AND {meets_at("e", "k.timeslot_id")}
      AND {takes_place("e", "k.held_on", "CAST(:now AS timestamptz)")}"""  # noqa: S608 - a constant


def roster_query(parts: RosterParts, sheets: str = _NAMED, wanted: str = _WANTED, *, of_one: bool = False) -> str:
    """Return the query of these parts, whose rows are for `candidate_of`.

    sheets -- the sheets that are read, as a table `named` with the columns timeslot_id, held_on and offering_id
    wanted -- the condition on the {student_id} of those who are read of a sheet k
    of_one -- whether it is one sheet; then its rows do not say of which they are
    """
    signs, signs_read = (_SIGNS, _SIGNS_READ) if parts.signs else (_NO_SIGNS, "")
    details, details_read = (_DETAILS, _DETAILS_READ) if parts.details else (_NO_DETAILS, "")
    timeslots, rates, rates_read = (_TIMESLOTS, _RATES, _RATES_READ) if parts.rates else ("", _NO_RATES, "")
    return f"""
WITH sheet AS MATERIALIZED (
    SELECT named.timeslot_id, named.held_on, named.offering_id{timeslots}
    FROM {sheets}
), candidate AS (
    SELECT k.timeslot_id, k.held_on, e.student_id, e.id AS enrollment_id, false AS is_place_held
    FROM sheet k
    JOIN enrollment e ON e.organization_id = :organization_id AND e.offering_id = k.offering_id
      AND {on_sheet("e", "k.timeslot_id", "k.held_on")}
    WHERE {wanted.format(student_id="e.student_id")}
    UNION
    SELECT m.timeslot_id, m.held_on, m.student_id, m.enrollment_id, false
    FROM sheet k
    JOIN mark m ON m.organization_id = :organization_id AND m.timeslot_id = k.timeslot_id AND m.held_on = k.held_on
    WHERE {wanted.format(student_id="m.student_id")}{_HOLDS if parts.holds else ""}
)
SELECT {"" if of_one else _PLACE}s.id AS student_id, s.first_name, s.last_name, s.sort_key, s.birth_on, s.gender,
       s.medical_alert, s.roll_sheet_comment, f.balance,
       e.id AS enrollment_id, e.type, e.starts_on, e.drop_on, e.timeslot_id, e.end_cause,
       e.deleted_at IS NOT NULL AS is_deleted,
       {signs},
       m.status, m.is_defaulted, m.source, m.marked_at, m.note, m.revision,
       {details},
       absences.absences, {rates}
FROM candidate c
JOIN sheet k ON k.timeslot_id = c.timeslot_id AND k.held_on = c.held_on
JOIN student s ON s.organization_id = :organization_id AND s.id = c.student_id
JOIN family f ON f.organization_id = s.organization_id AND f.id = s.family_id
LEFT JOIN enrollment e ON e.organization_id = s.organization_id AND e.id = c.enrollment_id
LEFT JOIN mark m ON m.organization_id = :organization_id AND m.timeslot_id = c.timeslot_id
    AND m.held_on = c.held_on AND m.student_id = c.student_id AND NOT c.is_place_held
{details_read}{signs_read}
CROSS JOIN LATERAL ({absences_near("s.organization_id", "s.id", "c.held_on")}) absences
{rates_read}
ORDER BY c.timeslot_id, c.held_on, s.id
"""  # noqa: S608 - constants


_STATEMENTS = {
    parts: HotStatement(roster_query(parts)) for parts in starmap(RosterParts, product((True, False), repeat=4))
}


# Rows that are read before it is asked whether the turn is over.
_AT_ONCE = 16
# Looking a value up is four times as fast as calling its enumeration.
TYPES = {each.value: each for each in EnrollmentType}
ENDS = {each.value: each for each in EnrollmentEnd}
STATUSES = {each.value: each for each in AttendanceStatus}
SOURCES = {each.value: each for each in Source}
PERSONS = {each.value: each for each in PersonKind}


async def read_candidates(
    connection: AsyncConnection,
    organization_id: UUID,
    head: OccurrenceHead,
    student_ids: Collection[UUID] | None = None,
    parts: RosterParts = WHOLE,
    *,
    now: datetime | None = None,
) -> list[RosterCandidate]:
    """Return what `roster_rows` needs about everybody who may be on the sheet, or about the given students only. A
    student who has left the sheet and has no mark is not included.

    now -- when places count as held; needed if `parts` has holds
    """
    rosters = await read_rosters(connection, organization_id, [head], student_ids, parts, now=now)
    return rosters[head.key]


async def read_rosters(
    connection: AsyncConnection,
    organization_id: UUID,
    heads: Collection[OccurrenceHead],
    student_ids: Collection[UUID] | None = None,
    parts: RosterParts = WHOLE,
    *,
    now: datetime | None = None,
) -> dict[OccurrenceKey, list[RosterCandidate]]:
    """Return what `read_candidates` returns, for several occurrences and still in one statement.

    now -- when places count as held; needed if `parts` has holds
    """
    found = await _STATEMENTS[parts].rows(
        connection,
        {
            "organization_id": organization_id,
            "timeslot_ids": [head.key.timeslot_id for head in heads],
            "dates": [head.key.held_on for head in heads],
            "offering_ids": [head.offering.id for head in heads],
            "student_ids": None if student_ids is None else list(student_ids),
            "now": now,
        },
    )
    rosters: dict[OccurrenceKey, list[RosterCandidate]] = {head.key: [] for head in heads}
    # The rows of a sheet come one after the other.
    mine: list[RosterCandidate] | None = None
    timeslot_id = held_on = None
    async for row in in_turns(found, at_once=_AT_ONCE):
        if mine is None or row.sheet_held_on != held_on or row.sheet_timeslot_id != timeslot_id:
            timeslot_id, held_on = row.sheet_timeslot_id, row.sheet_held_on
            mine = rosters[OccurrenceKey(timeslot_id, held_on)]
        mine.append(candidate_of(row))
    return rosters


def candidate_of(row: Row[Any]) -> RosterCandidate:
    """Return the candidate of a row of `roster_query`."""
    return RosterCandidate(
        student_of(row),
        _enrollment(row) if row.enrollment_id is not None else None,
        _mark(row) if row.status is not None else None,
        row.open_notes,
        row.critical_notes > 0,
        absences_of(row.absences) if row.absences else (),
        row.present,
        row.absent,
    )


def _enrollment(row: Row[Any]) -> RosterEnrollment:
    return RosterEnrollment(
        row.enrollment_id,
        row.student_id,
        TYPES[row.type],
        row.starts_on,
        row.drop_on,
        row.timeslot_id,
        ENDS[row.end_cause] if row.end_cause else None,
        row.is_deleted,
        row.transferred_to,
        row.transferred_from,
        row.missed,
        row.missed_on,
        row.is_first_ever,
    )


def _mark(row: Row[Any]) -> MarkFacts:
    marked_by: tuple[PersonKind, PersonFacts] | KioskFacts | None = None
    if row.marker_id is not None:
        person = PersonFacts(row.marker_id, row.marker_first_name, row.marker_last_name)
        marked_by = (PERSONS[row.marker_kind], person)
    elif row.kiosk_id is not None:
        marked_by = KioskFacts(row.kiosk_id, row.kiosk_name)
    return MarkFacts(
        STATUSES[row.status],
        row.is_defaulted,
        SOURCES[row.source],
        marked_by,
        row.marked_at,
        row.note,
        row.revision,
        row.needs_review,
        row.by_check_in,
    )


def absences_of(found: list[list[Any]] | None) -> tuple[ExpectedAbsence, ...]:
    """Return what `absences_near` has found."""
    return tuple(
        ExpectedAbsence(
            starts_on=date.fromisoformat(starts_on),
            ends_on=date.fromisoformat(ends_on),
            is_excused=is_excused,
            comment=comment,
            window_start=time.fromisoformat(window_starts) if window_starts else None,
            window_end=time.fromisoformat(window_ends) if window_ends else None,
            enrollment_ids=frozenset(map(UUID, enrollment_ids)) if enrollment_ids else None,
        )
        for starts_on, ends_on, is_excused, comment, window_starts, window_ends, enrollment_ids in found or ()
    )
