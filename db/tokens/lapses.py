"""Students who leave, and what becomes of their unused makeup tokens (R8.11)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text

from attendance.rules.enrollments.leaving import Stay
from attendance.rules.vocabulary import EnrollmentEnd, EnrollmentType
from db.unit_of_work import UnitOfWork

_LOCK = text("""
SELECT s.tokens_lapse_on FROM student s
WHERE s.organization_id = :organization_id AND s.id = :id FOR NO KEY UPDATE
""")
_STAYS = text("""
SELECT e.type, e.drop_on, e.end_cause FROM enrollment e
WHERE e.organization_id = :organization_id AND e.student_id = :student_id AND e.deleted_at IS NULL
""")
# Tied tokens are set too, because a reset makes them unused again. Tokens that ended by an earlier leaving stay ended.
# They are locked in the order of their ids, as in all acts that lock several tokens.
_LAPSE = text("""
WITH leaver AS (
    UPDATE student SET tokens_lapse_on = :lapses_on WHERE organization_id = :organization_id AND id = :student_id
), held AS (
    SELECT t.id FROM makeup_token t
    WHERE t.organization_id = :organization_id AND t.student_id = :student_id AND t.deleted_at IS NULL
      AND (t.expires_on IS NULL OR t.expires_on > :lapses_on) AND (t.lapses_on IS NULL OR t.lapses_on > :lapses_on)
    ORDER BY t.id FOR NO KEY UPDATE
)
UPDATE makeup_token t SET lapses_on = :lapses_on
FROM held WHERE t.organization_id = :organization_id AND t.id = held.id
""")
_STAYS_OF = text("""
SELECT s.id, s.tokens_lapse_on, e.type, e.drop_on, e.end_cause FROM student s
LEFT JOIN enrollment e ON e.organization_id = s.organization_id AND e.student_id = s.id AND e.deleted_at IS NULL
WHERE s.organization_id = :organization_id AND s.id = ANY (CAST(:student_ids AS uuid[]))
""")
_LAPSE_OF = text("""
WITH given AS (
    SELECT * FROM unnest(CAST(:student_ids AS uuid[]), CAST(:days AS date[])) AS line (student_id, lapses_on)
), leaver AS (
    UPDATE student s SET tokens_lapse_on = g.lapses_on FROM given g
    WHERE s.organization_id = :organization_id AND s.id = g.student_id
), held AS (
    SELECT t.id, g.lapses_on FROM makeup_token t JOIN given g ON g.student_id = t.student_id
    WHERE t.organization_id = :organization_id AND t.deleted_at IS NULL
      AND (t.expires_on IS NULL OR t.expires_on > g.lapses_on) AND (t.lapses_on IS NULL OR t.lapses_on > g.lapses_on)
    ORDER BY t.id FOR NO KEY UPDATE OF t
)
UPDATE makeup_token t SET lapses_on = held.lapses_on
FROM held WHERE t.organization_id = :organization_id AND t.id = held.id
""")
_STAY = text("""
WITH stayer AS (
    UPDATE student SET tokens_lapse_on = NULL WHERE organization_id = :organization_id AND id = :student_id
), held AS (
    SELECT t.id FROM makeup_token t
    WHERE t.organization_id = :organization_id AND t.student_id = :student_id AND t.lapses_on >= :today
    ORDER BY t.id FOR NO KEY UPDATE
)
UPDATE makeup_token t SET lapses_on = NULL
FROM held WHERE t.organization_id = :organization_id AND t.id = held.id
""")


@dataclass(frozen=True, slots=True)
class LockedStudent:
    """A student. `tokens_lapse_on` is None when the student has not left."""

    tokens_lapse_on: date | None


async def lock_student(uow: UnitOfWork, student_id: UUID) -> LockedStudent:
    """Lock the student until the transaction ends, after occurrences and before tokens.

    Nobody else can then decide whether the student has left, or issue an automatic token where the organization lets
    tokens lapse.
    """
    found = await uow.connection.execute(_LOCK, {"organization_id": uow.organization_id, "id": student_id})
    return LockedStudent(found.scalar_one())


async def read_stays(uow: UnitOfWork, student_id: UUID) -> Sequence[Stay]:
    """Return all enrollments of the student, except deleted ones.

    The caller has locked the student, so an enrollment that another act is ending or adding is not missed.
    """
    found = await uow.connection.execute(_STAYS, {"organization_id": uow.organization_id, "student_id": student_id})
    return [
        Stay(EnrollmentType(row.type), row.drop_on, EnrollmentEnd(row.end_cause) if row.end_cause else None)
        for row in found
    ]


async def let_tokens_lapse(uow: UnitOfWork, student_id: UUID, lapses_on: date) -> None:
    """Let the student's tokens end on this day at the latest, including automatic tokens that are issued from now on.

    The caller has locked the student.
    """
    given = {"organization_id": uow.organization_id, "student_id": student_id, "lapses_on": lapses_on}
    await uow.connection.execute(_LAPSE, given)


async def read_stays_of(uow: UnitOfWork, student_ids: Collection[UUID]) -> dict[UUID, tuple[date | None, list[Stay]]]:
    """Return for each student the day on which the tokens already lapse, if there is one, and all enrollments except
    deleted ones. The caller has locked the students.
    """
    given = {"organization_id": uow.organization_id, "student_ids": list(student_ids)}
    found: dict[UUID, tuple[date | None, list[Stay]]] = {}
    for row in await uow.connection.execute(_STAYS_OF, given):
        _, stays = found.setdefault(row.id, (row.tokens_lapse_on, []))
        if row.type is not None:
            cause = EnrollmentEnd(row.end_cause) if row.end_cause else None
            stays.append(Stay(EnrollmentType(row.type), row.drop_on, cause))
    return found


async def let_tokens_of_many_lapse(uow: UnitOfWork, days: Mapping[UUID, date]) -> None:
    """Do what `let_tokens_lapse` does for each of these students. The caller has locked them."""
    given = {"student_ids": list(days), "days": list(days.values())}
    await uow.connection.execute(_LAPSE_OF, {"organization_id": uow.organization_id, **given})


async def keep_tokens(uow: UnitOfWork, student_id: UUID, today: date) -> None:
    """Let the student's tokens keep their own dates, except those that have lapsed before `today`. The caller has
    locked the student.
    """
    given = {"organization_id": uow.organization_id, "student_id": student_id, "today": today}
    await uow.connection.execute(_STAY, given)
