"""Reads what merging two students, guardians or families would move, and locks it (R13.6)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.marks import MarkValue
from attendance.rules.people.merging import HeldMark, MergePlan, SharedOccurrence
from attendance.rules.vocabulary import AttendanceStatus, MergeKind, Source
from db.unit_of_work import UnitOfWork

_LIVE = {
    MergeKind.STUDENT: text("""
        SELECT s.id, s.family_id FROM student s
        WHERE s.organization_id = :organization_id AND s.id IN (:from_id, :into_id) AND s.deleted_at IS NULL
          AND s.erased_at IS NULL AND s.merged_into_id IS NULL
    """),
    MergeKind.GUARDIAN: text("""
        SELECT p.id, p.family_id FROM person p
        WHERE p.organization_id = :organization_id AND p.id IN (:from_id, :into_id) AND p.kind = 'GUARDIAN'
          AND p.merged_into_id IS NULL
    """),
    MergeKind.FAMILY: text("""
        SELECT f.id, f.id AS family_id FROM family f
        WHERE f.organization_id = :organization_id AND f.id IN (:from_id, :into_id) AND f.deleted_at IS NULL
          AND f.erased_at IS NULL AND f.merged_into_id IS NULL
    """),
}
_OF = "{0}.organization_id = :organization_id AND {0}.student_id = :from_id".format
_COUNTS = {
    MergeKind.STUDENT: text(f"""
        SELECT (SELECT count(*) FROM mark m WHERE {_OF("m")}) AS marks,
               (SELECT count(*) FROM enrollment e WHERE {_OF("e")} AND e.deleted_at IS NULL) AS enrollments,
               (SELECT count(*) FROM makeup_token t WHERE {_OF("t")}) AS makeup_tokens,
               (SELECT count(*) FROM student_note n WHERE {_OF("n")}) AS notes,
               (SELECT count(*) FROM expected_absence a WHERE {_OF("a")}) AS expected_absences
    """),  # noqa: S608 - a constant
    MergeKind.GUARDIAN: text("""
        SELECT (SELECT count(*) FROM guardian_phone g
                WHERE g.organization_id = :organization_id AND g.person_id = :from_id) AS phones,
               (SELECT count(*) FROM sign_in i
                WHERE i.organization_id = :organization_id AND i.person_id = :from_id AND i.ended_at IS NULL)
                AS sessions
    """),
    MergeKind.FAMILY: text("""
        SELECT (SELECT count(*) FROM student s WHERE s.organization_id = :organization_id AND s.family_id = :from_id
                AND s.merged_into_id IS NULL) AS students,
               (SELECT count(*) FROM person p WHERE p.organization_id = :organization_id AND p.family_id = :from_id
                AND p.merged_into_id IS NULL) AS guardians
    """),
}
# At these occurrences something is recorded of the student: a change of the row, or a token for the class.
_RECORDED = """
    SELECT c.timeslot_id, c.held_on FROM changed_entry c
    WHERE c.organization_id = :organization_id AND c.student_id = :{who}
    UNION SELECT m.timeslot_id, m.held_on FROM mark m
    WHERE m.organization_id = :organization_id AND m.student_id = :{who}
    UNION SELECT t.timeslot_id, t.held_on FROM makeup_token t
    WHERE t.organization_id = :organization_id AND t.student_id = :{who} AND t.timeslot_id IS NOT NULL
"""
_SHARED = text(f"""
WITH shared AS MATERIALIZED (
    ({_RECORDED.format(who="from_id")}) INTERSECT ({_RECORDED.format(who="into_id")})
)
SELECT h.timeslot_id, h.held_on, m.student_id, m.enrollment_id, m.status, m.note, m.is_defaulted, m.source,
       m.by_check_in, m.marked_by_id, m.kiosk_id
FROM shared h
LEFT JOIN mark m ON m.organization_id = :organization_id AND m.timeslot_id = h.timeslot_id
    AND m.held_on = h.held_on AND m.student_id IN (:from_id, :into_id)
ORDER BY h.timeslot_id, h.held_on
""")  # noqa: S608 - constants
_ALL_OF = text(_RECORDED.format(who="from_id"))
_USED = text("""
SELECT t.id FROM makeup_token t
LEFT JOIN enrollment e ON e.organization_id = t.organization_id AND e.id = t.makeup_enrollment_id
WHERE t.organization_id = :organization_id AND t.student_id = :from_id AND t.origin <> 'MANUAL'
  AND EXISTS (SELECT FROM makeup_token o WHERE o.organization_id = t.organization_id AND o.student_id = :into_id
              AND o.timeslot_id = t.timeslot_id AND o.held_on = t.held_on)
  AND (e.starts_on >= CAST(:now AS timestamptz)::date - 1 AND e.deleted_at IS NULL
       OR EXISTS (SELECT FROM makeup_request q WHERE q.organization_id = t.organization_id
                  AND q.makeup_token_id = t.id AND q.state = 'REQUESTED'))
ORDER BY t.id
""")
_FAMILY_FACTS = text("""
SELECT f.id, f.name, f.email, f.phone, f.balance FROM family f
WHERE f.organization_id = :organization_id AND f.id IN (:from_id, :into_id) ORDER BY f.id
""")
_LOCK_ABSENCES = text("""
SELECT a.id FROM expected_absence a
WHERE a.organization_id = :organization_id AND a.student_id IN (:from_id, :into_id) ORDER BY a.id FOR UPDATE
""")
# Whoever adds a row about one of them, which its foreign key makes known here, is waited for.
_LOCK_STUDENTS = text("""
SELECT s.id FROM student s
WHERE s.organization_id = :organization_id AND s.id IN (:from_id, :into_id) ORDER BY s.id FOR UPDATE
""")
_LOCK_TOKENS = text("""
SELECT t.id FROM makeup_token t
WHERE t.organization_id = :organization_id AND t.student_id IN (:from_id, :into_id) ORDER BY t.id FOR UPDATE
""")
_LOCK_PEOPLE = {
    MergeKind.GUARDIAN: text("""
        SELECT p.id FROM person p
        WHERE p.organization_id = :organization_id AND p.id IN (:from_id, :into_id) ORDER BY p.id FOR UPDATE
    """),
    MergeKind.FAMILY: text("""
        SELECT f.id FROM family f
        WHERE f.organization_id = :organization_id AND f.id IN (:from_id, :into_id) ORDER BY f.id FOR UPDATE
    """),
}
_LOCK_MEMBERS = text("""
SELECT s.id FROM student s
WHERE s.organization_id = :organization_id AND s.family_id IN (:from_id, :into_id) ORDER BY s.id FOR UPDATE
""")
_OFFERINGS = text("""
SELECT DISTINCT e.offering_id FROM enrollment e
JOIN student s ON s.organization_id = e.organization_id AND s.id = e.student_id
WHERE e.organization_id = :organization_id
  AND (e.student_id IN (:from_id, :into_id) OR s.family_id IN (:from_id, :into_id))
""")
_MEMBERS = text("""
SELECT s.id FROM student s WHERE s.organization_id = :organization_id AND s.family_id IN (:from_id, :into_id)
""")


async def find_merge(
    connection: AsyncConnection, organization_id: UUID, kind: MergeKind, from_id: UUID, into_id: UUID, *, now: datetime
) -> tuple[MergePlan, tuple[UUID, UUID]] | None:
    """Return what merging would do, and the families of both, or None when they are not two who exist, are not
    deleted and are not merged already.
    """
    given = {"organization_id": organization_id, "from_id": from_id, "into_id": into_id}
    families = {row.id: row.family_id for row in await connection.execute(_LIVE[kind], given)}
    if families.keys() != {from_id, into_id} or from_id == into_id:
        return None
    counts = dict((await connection.execute(_COUNTS[kind], given)).one()._mapping)
    shared: tuple[SharedOccurrence, ...] = ()
    used: tuple[UUID, ...] = ()
    facts: tuple[Any, ...] = ()
    if kind is MergeKind.STUDENT:
        shared = _shared((await connection.execute(_SHARED, given)).all(), from_id, into_id)
        used = tuple((await connection.execute(_USED, given | {"now": now})).scalars())
    elif kind is MergeKind.FAMILY:
        facts = tuple(tuple(row) for row in await connection.execute(_FAMILY_FACTS, given))
    plan = MergePlan(kind, from_id, into_id, counts, facts, shared, used)
    return plan, (families[from_id], families[into_id])


def _shared(rows: Any, from_id: UUID, into_id: UUID) -> tuple[SharedOccurrence, ...]:
    marks: dict[OccurrenceKey, dict[UUID, HeldMark]] = {}
    for row in rows:
        held = marks.setdefault(OccurrenceKey(row.timeslot_id, row.held_on), {})
        if row.student_id is not None:
            held[row.student_id] = _mark(row)
    return tuple(SharedOccurrence(key, held.get(from_id), held.get(into_id)) for key, held in marks.items())


def _mark(row: Row[Any]) -> HeldMark:
    value = MarkValue(AttendanceStatus(row.status), row.note, row.is_defaulted, Source(row.source), row.by_check_in)
    return HeldMark(value, row.enrollment_id, row.marked_by_id, row.kiosk_id)


async def find_recorded(uow: UnitOfWork, student_id: UUID) -> set[OccurrenceKey]:
    """Return the occurrences at which something is recorded of the student."""
    given = {"organization_id": uow.organization_id, "from_id": student_id}
    return {OccurrenceKey(*row) for row in await uow.connection.execute(_ALL_OF, given)}


async def find_offerings_of_both(uow: UnitOfWork, from_id: UUID, into_id: UUID) -> set[UUID]:
    """Return the offerings in which the two students, or the students of the two families, have or had a place."""
    given = {"organization_id": uow.organization_id, "from_id": from_id, "into_id": into_id}
    return set((await uow.connection.execute(_OFFERINGS, given)).scalars())


async def find_members_of_both(uow: UnitOfWork, from_id: UUID, into_id: UUID) -> set[UUID]:
    given = {"organization_id": uow.organization_id, "from_id": from_id, "into_id": into_id}
    return set((await uow.connection.execute(_MEMBERS, given)).scalars())


async def lock_both(uow: UnitOfWork, kind: MergeKind, from_id: UUID, into_id: UUID) -> None:
    """Lock both, with the expected absences, students and makeup tokens, in the order of UnitOfWork. Occurrences are
    locked before.
    """
    given = {"organization_id": uow.organization_id, "from_id": from_id, "into_id": into_id}
    if kind is MergeKind.STUDENT:
        for statement in (_LOCK_ABSENCES, _LOCK_STUDENTS, _LOCK_TOKENS):
            await uow.connection.execute(statement, given)
        return
    if kind is MergeKind.FAMILY:
        await uow.connection.execute(_LOCK_MEMBERS, given)
    await uow.connection.execute(_LOCK_PEOPLE[kind], given)
