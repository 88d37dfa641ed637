"""Statements that read and write expected absences (R6.1, R6.2)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, insert, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.absences.absence_requests import OpenAbsence, ToldAbsence
from attendance.rules.absences.expected_absences import ExpectedAbsence
from attendance.rules.calendar.occurrences import PersonFacts
from attendance.rules.vocabulary import ExpectedAbsenceState, PersonKind, Source
from db import models
from db.ids import new_id
from db.listing import values
from db.marks.changes import Author
from db.people.students import VISIBLE_STUDENTS, Visibility
from db.unit_of_work import UnitOfWork

_ABSENCES = f"""
SELECT a.*,
       ARRAY(SELECT x.enrollment_id FROM expected_absence_enrollment x
             WHERE x.organization_id = a.organization_id AND x.expected_absence_id = a.id) AS enrollment_ids,
       r.kind AS requester_kind, r.first_name AS requester_first_name, r.last_name AS requester_last_name,
       d.first_name AS decider_first_name, d.last_name AS decider_last_name,
       w.kind AS withdrawer_kind, w.first_name AS withdrawer_first_name, w.last_name AS withdrawer_last_name
FROM expected_absence a
JOIN student s ON s.organization_id = a.organization_id AND s.id = a.student_id
LEFT JOIN person r ON r.organization_id = a.organization_id AND r.id = a.requested_by_id
LEFT JOIN person d ON d.organization_id = a.organization_id AND d.id = a.decided_by_id
LEFT JOIN person w ON w.organization_id = a.organization_id AND w.id = a.withdrawn_by_id
WHERE a.organization_id = :organization_id AND {VISIBLE_STUDENTS}
"""  # noqa: S608 - a constant
_BY_ID = text(_ABSENCES + "  AND a.id = ANY (CAST(:ids AS uuid[]))")
_LISTED = text(
    _ABSENCES
    + """
  AND (CAST(:student_ids AS uuid[]) IS NULL OR a.student_id = ANY (:student_ids))
  AND (CAST(:states AS text[]) IS NULL OR a.state = ANY (:states))
  AND (CAST(:is_late AS boolean) IS NULL OR a.is_late = :is_late)
  AND (CAST(:from_on AS date) IS NULL OR a.ends_on >= :from_on)
  AND (CAST(:to_on AS date) IS NULL OR a.starts_on <= :to_on)
  AND (CAST(:after_on AS date) IS NULL OR (a.starts_on, a.id) > (:after_on, CAST(:after_id AS uuid)))
ORDER BY a.starts_on, a.id
LIMIT :limit
"""
)


@dataclass(frozen=True, slots=True)
class ExpectedAbsenceFilter:
    """A filter for expected absences. None or an empty collection sets no condition. `from_on` and `to_on` select
    absences that overlap these dates.
    """

    student_ids: Collection[UUID] | None = None
    states: Collection[ExpectedAbsenceState] | None = None
    is_late: bool | None = None
    from_on: date | None = None
    to_on: date | None = None


async def read_expected_absences(
    connection: AsyncConnection, organization_id: UUID, ids: Collection[UUID], visibility: Visibility
) -> dict[UUID, ToldAbsence]:
    """Return expected absences by id. Those that do not exist or whose students may not be seen are left out."""
    given = {"organization_id": organization_id, "ids": list(ids), **_seen(visibility)}
    return {row.id: _told(row) for row in await connection.execute(_BY_ID, given)}


async def list_expected_absences(
    connection: AsyncConnection,
    organization_id: UUID,
    visibility: Visibility,
    chosen: ExpectedAbsenceFilter,
    *,
    after: tuple[date, UUID] | None,
    limit: int,
) -> list[ToldAbsence]:
    """Return expected absences after the position, ordered by first date, then id."""
    given = {
        "organization_id": organization_id,
        **_seen(visibility),
        "student_ids": values(chosen.student_ids),
        "states": values(chosen.states),
        "is_late": chosen.is_late,
        "from_on": chosen.from_on,
        "to_on": chosen.to_on,
        "after_on": after[0] if after else None,
        "after_id": after[1] if after else None,
        "limit": limit,
    }
    return [_told(row) for row in await connection.execute(_LISTED, given)]


_LOCK = text("""
SELECT a.state FROM expected_absence a WHERE a.organization_id = :organization_id AND a.id = :id FOR UPDATE
""")
# The row of the student comes later in the order of locks.
_LOCK_STUDENT = text("SELECT pg_advisory_xact_lock(hashtextextended('absences of ' || :student_id, 0))")
_OPEN = text("""
SELECT a.id, a.state, a.starts_on, a.ends_on, a.is_excused, a.comment, a.window_starts, a.window_ends,
       ARRAY(SELECT x.enrollment_id FROM expected_absence_enrollment x
             WHERE x.organization_id = a.organization_id AND x.expected_absence_id = a.id) AS enrollment_ids
FROM expected_absence a
WHERE a.organization_id = :organization_id AND a.student_id = :student_id AND a.ends_on >= :since
  AND a.state IN ('REQUESTED', 'APPROVED')
ORDER BY a.starts_on, a.id
""")


async def lock_expected_absence(uow: UnitOfWork, absence_id: UUID) -> ExpectedAbsenceState:
    """Lock the absence until the end of the transaction and return its state. The caller has found it before."""
    return ExpectedAbsenceState(
        (await uow.connection.execute(_LOCK, {"organization_id": uow.organization_id, "id": absence_id})).scalar_one()
    )


async def lock_open_absences(uow: UnitOfWork, student_id: UUID, since: date) -> list[OpenAbsence]:
    """Return the student's absences that are requested or approved and not over. Until the transaction ends, nobody
    else tells an absence of the student.
    """
    await uow.connection.execute(_LOCK_STUDENT, {"student_id": str(student_id)})
    given = {"organization_id": uow.organization_id, "student_id": student_id, "since": since}
    found = await uow.connection.execute(_OPEN, given)
    return [OpenAbsence(row.id, ExpectedAbsenceState(row.state), _said(row)) for row in found]


async def add_expected_absence(
    uow: UnitOfWork,
    student_id: UUID,
    told: ExpectedAbsence,
    *,
    state: ExpectedAbsenceState,
    is_late: bool,
    author: Author,
    now: datetime,
) -> UUID:
    """Add an expected absence and return its id. Staff who record an absence also decide it; nobody decides what a
    setting approves.
    """
    is_decided = state is ExpectedAbsenceState.APPROVED
    absence_id = new_id()
    row = {
        "organization_id": uow.organization_id,
        "id": absence_id,
        "student_id": student_id,
        "starts_on": told.starts_on,
        "ends_on": told.ends_on,
        "window_starts": told.window_start,
        "window_ends": told.window_end,
        "comment": told.comment,
        "is_excused": told.is_excused,
        "is_late": is_late,
        "state": state,
        "source": author.source,
        "requested_by_id": author.person_id,
        "requested_at": now,
        "decided_by_id": author.person_id if is_decided and author.source is not Source.GUARDIAN else None,
        "decided_at": now if is_decided else None,
    }
    await uow.connection.execute(insert(models.ExpectedAbsence).values(row))
    if told.enrollment_ids is not None:
        await _add_enrollments(uow, absence_id, told.enrollment_ids)
    return absence_id


async def decide_expected_absence(
    uow: UnitOfWork, absence_id: UUID, state: ExpectedAbsenceState, *, is_excused: bool, author: Author, now: datetime
) -> None:
    """Write the decision on the absence. The caller holds the absence's lock."""
    decision = {"is_excused": is_excused, "decided_by_id": author.person_id, "decided_at": now}
    await _update(uow, absence_id, {"state": state, **decision})


async def withdraw(uow: UnitOfWork, absence_id: UUID, author: Author, now: datetime) -> None:
    """Write the withdrawal of the absence. The caller holds the absence's lock."""
    withdrawal = {"withdrawn_by_id": author.person_id, "withdrawn_at": now}
    await _update(uow, absence_id, {"state": ExpectedAbsenceState.WITHDRAWN, **withdrawal})


async def _update(uow: UnitOfWork, absence_id: UUID, changes: dict[str, Any]) -> None:
    absence = models.ExpectedAbsence
    mine = (absence.organization_id == uow.organization_id) & (absence.id == absence_id)
    await uow.connection.execute(update(absence).where(mine).values(changes))


async def _add_enrollments(uow: UnitOfWork, absence_id: UUID, enrollment_ids: Iterable[UUID]) -> None:
    of_absence = {"organization_id": uow.organization_id, "expected_absence_id": absence_id}
    rows = [{**of_absence, "enrollment_id": each} for each in sorted(enrollment_ids)]
    await uow.connection.execute(insert(models.ExpectedAbsenceEnrollment), rows)


def _seen(visibility: Visibility) -> dict[str, UUID | None]:
    return {"family_id": visibility.family_id, "visible_to": visibility.visible_to}


def _told(row: Row[Any]) -> ToldAbsence:
    return ToldAbsence(
        id=row.id,
        student_id=row.student_id,
        told=_said(row),
        state=ExpectedAbsenceState(row.state),
        is_late=row.is_late,
        source=Source(row.source),
        requested_by=_actor(row.requester_kind, row.requested_by_id, row.requester_first_name, row.requester_last_name),
        requested_at=row.requested_at,
        decided_by=row.decided_by_id and PersonFacts(row.decided_by_id, row.decider_first_name, row.decider_last_name),
        decided_at=row.decided_at,
        withdrawn_by=_actor(
            row.withdrawer_kind, row.withdrawn_by_id, row.withdrawer_first_name, row.withdrawer_last_name
        ),
        withdrawn_at=row.withdrawn_at,
    )


def _said(row: Row[Any]) -> ExpectedAbsence:
    return ExpectedAbsence(
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        is_excused=row.is_excused,
        comment=row.comment,
        window_start=row.window_starts,
        window_end=row.window_ends,
        enrollment_ids=frozenset(row.enrollment_ids) or None,
    )


def _actor(
    kind: str | None, person_id: UUID | None, first_name: str, last_name: str
) -> tuple[PersonKind, PersonFacts] | None:
    return (
        None if person_id is None or kind is None else (PersonKind(kind), PersonFacts(person_id, first_name, last_name))
    )
