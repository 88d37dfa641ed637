"""Statements on the numbered changes of an occurrence (R4.9), which are its audit trail, outbox and replay log in
one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.marks import MarkChange
from attendance.rules.organization.permissions import Caller
from attendance.rules.refusals import OccurrenceNotFound
from attendance.rules.vocabulary import ChangeKind, Source
from db import models
from db.models.table import bare
from db.unit_of_work import UnitOfWork
from db.wake_ups import RollSheetChanged

_OCCURRENCE = (models.Occurrence.organization_id, models.Occurrence.timeslot_id, models.Occurrence.held_on)
# DO UPDATE is used because DO NOTHING would neither lock nor return an existing row.
_LOCK = (
    insert_or(models.Occurrence)
    .from_select(
        [column.key for column in _OCCURRENCE],
        select(
            models.Timeslot.organization_id,
            models.Timeslot.id,
            bindparam("on_date", type_=models.Occurrence.held_on.type),
        ).where(
            models.Timeslot.organization_id == bindparam("organization"), models.Timeslot.id == bindparam("timeslot")
        ),
    )
    .on_conflict_do_update(index_elements=_OCCURRENCE, set_={"revision": models.Occurrence.revision})
    .returning(models.Occurrence.revision, models.Occurrence.cancelled_at)
)
_NUMBER = (
    update(models.Occurrence)
    .where(
        models.Occurrence.organization_id == bindparam("organization"),
        models.Occurrence.timeslot_id == bindparam("timeslot"),
        models.Occurrence.held_on == bindparam("on_date"),
    )
    .values(revision=models.Occurrence.revision + 1)
    .returning(
        models.Occurrence.revision,
        select(models.Change.changed_at)
        .where(
            models.Change.organization_id == models.Occurrence.organization_id,
            models.Change.timeslot_id == models.Occurrence.timeslot_id,
            models.Change.held_on == models.Occurrence.held_on,
            models.Change.revision == models.Occurrence.revision - 1,
        )
        .correlate(models.Occurrence)
        .scalar_subquery()
        .label("before_at"),
    )
)
_OTHERS_SINCE = text("""
SELECT e.student_id,
       e.after_is_defaulted IS TRUE OR (e.after_status IS NULL AND e.after_source = 'SYSTEM') AS is_defaulted,
       c.changed_at, e.revision
FROM changed_entry e
JOIN change c ON c.organization_id = e.organization_id AND c.timeslot_id = e.timeslot_id AND c.held_on = e.held_on
    AND c.revision = e.revision
WHERE e.organization_id = :organization_id AND e.timeslot_id = :timeslot_id AND e.held_on = :held_on
  AND e.revision > :revision AND e.student_id = ANY (CAST(:student_ids AS uuid[])) AND c.kind = 'MARKS'
  AND (c.actor_id IS DISTINCT FROM CAST(:person_id AS uuid) OR c.kiosk_id IS DISTINCT FROM CAST(:kiosk_id AS uuid))
ORDER BY e.revision
""")
_ADD_CHANGE = insert(models.Change)
_ADD_ENTRY = insert(bare(models.ChangedEntry))


@dataclass(frozen=True, slots=True)
class LockedOccurrence:
    """An occurrence that the transaction holds locked: nobody else can change it until the transaction ends."""

    key: OccurrenceKey
    revision: int
    is_cancelled: bool


@dataclass(frozen=True, slots=True)
class NumberedChange:
    """A change that was recorded: its number, and its time, which is not before that of the revision before."""

    revision: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Author:
    """Who made a change: a person, a kiosk or, when both are None, the system itself."""

    source: Source
    person_id: UUID | None = None
    kiosk_id: UUID | None = None

    @classmethod
    def of(cls, caller: Caller) -> "Author":
        return cls(caller.source, caller.person_id, caller.kiosk_id)


SYSTEM = Author(Source.SYSTEM)


@dataclass(frozen=True, slots=True)
class ForeignChange:
    """The last change of a student's mark by somebody else. `is_defaulted` says that no person decided it: it made a
    default (R4.5), or took one back together with a check-in (R4.5b).
    """

    student_id: UUID
    is_defaulted: bool
    changed_at: datetime
    revision: int


async def lock_occurrence(uow: UnitOfWork, key: OccurrenceKey) -> LockedOccurrence:
    """Lock the occurrence until the end of the transaction, waiting for it if necessary. Its row is made when nothing
    has happened to it yet.

    Raises OccurrenceNotFound when the organization has no such timeslot. It does not check whether the timeslot meets
    on that date, or whether the caller may see it.
    """
    row = (await uow.connection.execute(_LOCK, _given(uow, key))).one_or_none()
    if row is None:
        raise OccurrenceNotFound
    return LockedOccurrence(key, row.revision, row.cancelled_at is not None)


async def record_change(
    uow: UnitOfWork,
    key: OccurrenceKey,
    kind: ChangeKind,
    author: Author,
    *,
    now: datetime,
    marks: Sequence[MarkChange] = (),
    students: Iterable[UUID] = (),
    leaving: Iterable[UUID] = (),
) -> NumberedChange:
    """Number a change and record what it did to each row. Subscribers to the roll sheet are woken after the commit.

    marks -- the rows whose marks changed.
    students -- the rows that changed in another way (roster, tokens).
    leaving -- the rows that are no longer on the roster.

    The caller holds the occurrence's lock, so revisions have no gaps. The time is read under the lock too, and the
    clocks of two processes may differ: times are in the order of the revisions (R4.9).
    """
    numbered = (await uow.connection.execute(_NUMBER, _given(uow, key))).one()
    revision, changed_at = numbered.revision, uow.time_under_lock(now)
    if numbered.before_at is not None:
        changed_at = max(changed_at, numbered.before_at)
    of_change = {
        "organization_id": uow.organization_id,
        "timeslot_id": key.timeslot_id,
        "held_on": key.held_on,
        "revision": revision,
    }
    by = {"source": author.source, "actor_id": author.person_id, "kiosk_id": author.kiosk_id}
    await uow.connection.execute(_ADD_CHANGE, of_change | by | {"kind": kind, "changed_at": changed_at})
    gone = set(leaving)
    others = sorted((gone | set(students)) - {mark.student_id for mark in marks})
    entries = [of_change | _entry_of(mark) for mark in marks]
    entries += [of_change | {"student_id": student, "left_roster": student in gone} for student in others]
    await _insert_entries(uow.connection, entries)
    uow.wake_ups.append(RollSheetChanged(uow.organization_id, key.timeslot_id, key.held_on, revision))
    return NumberedChange(revision, changed_at)


async def others_since(
    uow: UnitOfWork,
    key: OccurrenceKey,
    revision: int,
    author: Author,
    students: Iterable[UUID],
) -> dict[UUID, ForeignChange]:
    """Return, for each of these students, the last change of the mark after `revision` that somebody other than the
    author made (R4.10).
    """
    given = {
        "organization_id": uow.organization_id,
        "timeslot_id": key.timeslot_id,
        "held_on": key.held_on,
        "revision": revision,
        "student_ids": list(students),
        "person_id": author.person_id,
        "kiosk_id": author.kiosk_id,
    }
    rows = await uow.connection.execute(_OTHERS_SINCE, given)
    return {row.student_id: ForeignChange(*row) for row in rows}


def _given(uow: UnitOfWork, key: OccurrenceKey) -> dict[str, object]:
    return {"organization": uow.organization_id, "timeslot": key.timeslot_id, "on_date": key.held_on}


def _entry_of(mark: MarkChange) -> dict[str, object]:
    before, after = mark.before, mark.after
    return {
        "student_id": mark.student_id,
        "before_status": before and before.status,
        "before_note": before and before.note,
        "before_is_defaulted": before and before.is_defaulted,
        "after_status": after and after.status,
        "after_note": after and after.note,
        "after_is_defaulted": after and after.is_defaulted,
        "after_source": Source.SYSTEM if mark.follows else after and after.source,
        "left_roster": False,
    }


async def _insert_entries(connection: AsyncConnection, entries: list[dict[str, object]]) -> None:
    if entries:
        nothing = _entry_of(MarkChange(UUID(int=0), None, None, None))
        await connection.execute(_ADD_ENTRY, [nothing | entry for entry in entries])
