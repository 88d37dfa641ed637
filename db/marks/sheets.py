"""The statements that lock an occurrence's roll sheet, and read what an act on its marks needs.

An act needs less than a reader is shown: no indicators and no rate (R3.3, R3.4). What it needs is read in one
statement, as arrays that are put together here, because each round trip costs more than any of its parts.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from attendance.rules.absences.expected_absences import ExpectedAbsence, covering
from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import CALENDAR, OccurrenceKey
from attendance.rules.marks.marks import MarkValue, SheetRow
from attendance.rules.marks.sheets import SheetFacts
from attendance.rules.roster.roster import RosterEnrollment, standing
from attendance.rules.vocabulary import TokenRunPhase
from db.calendar.known_heads import known_head_of
from db.calendar.occurrences import heads_of
from db.driver import Beside, HotStatement
from db.fragments import on_sheet
from db.marks.changes import lock_occurrence
from db.roster.rosters import SOURCES, STATUSES, TYPES, absences_of
from db.unit_of_work import UnitOfWork

_ASKED = "(SELECT CAST(:timeslot_id AS uuid) AS timeslot_id, CAST(:held_on AS date) AS held_on, 1 AS place)"
_QUERY = f"""
WITH head AS MATERIALIZED ({heads_of(_ASKED)})
SELECT head.*, placed.*, marked.*, tokens.*, runs.*, students.*, absences.*, (
    SELECT latest.changed_at FROM change latest
    WHERE latest.organization_id = :organization_id AND latest.timeslot_id = head.timeslot_id
      AND latest.held_on = head.held_on AND latest.revision = head.revision
) AS changed_at
FROM head
CROSS JOIN LATERAL (
    SELECT array_agg(e.id) AS placed_ids, array_agg(e.student_id) AS placed_student_ids,
           array_agg(e.type) AS placed_types, array_agg(e.starts_on) AS placed_starts,
           array_agg(e.drop_on) AS placed_drops, array_agg(e.timeslot_id) AS placed_timeslot_ids
    FROM enrollment e
    WHERE e.organization_id = :organization_id AND e.offering_id = head.offering_id
      AND {on_sheet("e", "head.timeslot_id", "head.held_on")}
) placed
CROSS JOIN LATERAL (
    SELECT array_agg(m.student_id) AS marked_ids, array_agg(m.enrollment_id) AS marked_enrollment_ids,
           array_agg(m.status) AS marked_statuses, array_agg(m.note) AS marked_notes,
           array_agg(m.is_defaulted) AS marked_are_defaulted, array_agg(m.source) AS marked_sources,
           array_agg(m.by_check_in) AS marked_by_check_in, array_agg(m.marked_at) AS marked_times,
           array_agg(m.revision) AS marked_revisions
    FROM mark m
    WHERE m.organization_id = :organization_id AND m.timeslot_id = head.timeslot_id AND m.held_on = head.held_on
) marked
CROSS JOIN LATERAL (
    SELECT array_agg(token.student_id) AS token_ids,
           array_agg(token.student_id) FILTER (WHERE token.needs_review) AS review_ids
    FROM makeup_token token
    WHERE token.organization_id = :organization_id AND token.timeslot_id = head.timeslot_id
      AND token.held_on = head.held_on
) tokens
CROSS JOIN LATERAL (
    SELECT array_agg(run.phase) AS armed_phases, array_agg(run.by_check_in) AS armed_by_check_in
    FROM token_run run
    WHERE run.organization_id = :organization_id AND run.timeslot_id = head.timeslot_id AND run.held_on = head.held_on
      AND run.state = 'ARMED'
) runs
CROSS JOIN LATERAL (
    SELECT array_agg(pupil.id) AS student_ids, array_agg(pupil.sort_key) AS student_sort_keys,
           array_agg(pupil.first_name) AS student_first_names, array_agg(pupil.last_name) AS student_last_names
    FROM student pupil
    WHERE pupil.organization_id = :organization_id AND pupil.id = ANY (placed.placed_student_ids || marked.marked_ids)
) students
CROSS JOIN LATERAL (
    SELECT json_agg(json_build_array(
               away.student_id, away.starts_on, away.ends_on, away.is_excused, away.comment, away.window_starts,
               away.window_ends,
               (SELECT json_agg(chosen.enrollment_id) FROM expected_absence_enrollment chosen
                WHERE chosen.organization_id = away.organization_id AND chosen.expected_absence_id = away.id)
           )) AS expected
    FROM expected_absence away
    WHERE away.organization_id = :organization_id
      AND away.student_id = ANY (placed.placed_student_ids || marked.marked_ids)
      AND away.state = 'APPROVED' AND away.starts_on <= head.held_on + 1 AND away.ends_on >= head.held_on
) absences
"""  # noqa: S608 - constants
_SHEET = HotStatement(_QUERY)


def marks_beside(key: OccurrenceKey) -> Beside | None:
    """Return the query of a roll sheet, for statements of its organization; None when the date cannot be read."""
    if key.held_on not in CALENDAR:
        return None
    return Beside(_QUERY, {"timeslot_id": key.timeslot_id, "held_on": key.held_on})


async def lock_sheet(uow: UnitOfWork, key: OccurrenceKey) -> SheetFacts | None:
    """Lock the occurrence until the end of the transaction, and return its roll sheet, or None when the timeslot does
    not fall on the date. Raises OccurrenceNotFound when the organization has no such timeslot.

    Nothing is locked or read again that was as the transaction began (`UnitOfWork.opened`).
    """
    if key not in uow.opened:
        await lock_occurrence(uow, key)
    found = uow.opened.pop(key, None)
    if found is None and (query := marks_beside(key)) is not None:
        found = await _SHEET.rows(uow.connection, {"organization_id": uow.organization_id, **query.given})
    if not found:
        return None
    (row,) = found
    head = known_head_of(row)
    if head is None:
        return None
    phases = map(TokenRunPhase, row.armed_phases or ())
    armed = dict(zip(phases, row.armed_by_check_in or (), strict=True))
    return SheetFacts(head, _rows(head, row), armed, row.changed_at)


def _rows(head: OccurrenceHead, found: Any) -> tuple[SheetRow, ...]:
    if not found.student_ids:
        return ()
    students = sorted(
        zip(
            found.student_sort_keys,
            found.student_ids,
            found.student_first_names,
            found.student_last_names,
            strict=True,
        )
    )
    enrollments, marks, absences = _enrollments(found), _marks(found), _absences(found.expected)
    rows = []
    for _, student_id, first_name, last_name in students:
        mark = marks.get(student_id, _UNMARKED)
        place = standing(enrollments.get(student_id, ()), head.key, is_marked=mark.value is not None)
        if place is None:
            continue
        enrollment, is_subdued = place
        enrollment_id = mark.enrollment_id if enrollment is None else enrollment.id
        rows.append(
            SheetRow(
                student_id,
                enrollment_id,
                mark.value,
                is_excused=student_id in absences and _is_excused(absences[student_id], head, enrollment_id),
                is_subdued=is_subdued,
                marked_at=mark.marked_at,
                revision=mark.revision,
                has_token=student_id in (found.token_ids or ()),
                needs_review=student_id in (found.review_ids or ()),
                first_name=first_name,
                last_name=last_name,
            )
        )
    return tuple(rows)


def _is_excused(absences: Collection[ExpectedAbsence], head: OccurrenceHead, enrollment_id: UUID | None) -> bool:
    slot = head.slot
    absence = covering(absences, head.key.held_on, slot.start_time, slot.duration_minutes, enrollment_id)
    return absence is not None and absence.is_excused


def _enrollments(found: Any) -> Mapping[UUID, list[RosterEnrollment]]:
    """Return the enrollments that put each student on the sheet."""
    enrollments: dict[UUID, list[RosterEnrollment]] = defaultdict(list)
    if found.placed_ids is None:
        return enrollments
    for enrollment_id, student_id, type_, starts_on, drop_on, timeslot_id in zip(
        found.placed_ids,
        found.placed_student_ids,
        found.placed_types,
        found.placed_starts,
        found.placed_drops,
        found.placed_timeslot_ids,
        strict=True,
    ):
        enrollments[student_id].append(
            RosterEnrollment(enrollment_id, student_id, TYPES[type_], starts_on, drop_on, timeslot_id)
        )
    return enrollments


class _Mark(NamedTuple):
    enrollment_id: UUID | None = None
    value: MarkValue | None = None
    marked_at: datetime | None = None
    revision: int | None = None


_UNMARKED = _Mark()


def _marks(found: Any) -> dict[UUID, _Mark]:
    if found.marked_ids is None:
        return {}
    columns = zip(
        found.marked_ids,
        found.marked_enrollment_ids,
        found.marked_statuses,
        found.marked_notes,
        found.marked_are_defaulted,
        found.marked_sources,
        found.marked_by_check_in,
        found.marked_times,
        found.marked_revisions,
        strict=True,
    )
    return {
        student_id: _Mark(
            enrollment_id,
            MarkValue(STATUSES[status], note, is_defaulted, SOURCES[source], by_check_in),
            marked_at,
            revision,
        )
        for student_id, enrollment_id, status, note, is_defaulted, source, by_check_in, marked_at, revision in columns
    }


def _absences(found: list[list[Any]] | None) -> Mapping[UUID, tuple[ExpectedAbsence, ...]]:
    by_student: dict[UUID, list[list[Any]]] = defaultdict(list)
    for student_id, *absence in found or ():
        by_student[UUID(student_id)].append(absence)
    return {student_id: absences_of(mine) for student_id, mine in by_student.items()}
