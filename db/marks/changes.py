"""Statements on the numbered changes of an occurrence (R4.9), which are its audit trail, outbox and replay log in
one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import text

from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.marks.captured import Decision
from attendance.rules.marks.marks import MarkValue
from attendance.rules.organization.permissions import Caller
from attendance.rules.refusals import OccurrenceNotFound
from attendance.rules.vocabulary import ChangeKind, Source
from db.driver import HotStatement, WithValues
from db.unit_of_work import UnitOfWork
from db.wake_ups import RollSheetChanged

# DO UPDATE is used because DO NOTHING would neither lock nor return an existing row.
_LOCKING = """
INSERT INTO occurrence (organization_id, timeslot_id, held_on)
SELECT t.organization_id, t.id, CAST({held_on} AS date)
FROM timeslot t
WHERE t.organization_id = {organization_id} AND t.id = {timeslot_id}
ON CONFLICT (organization_id, timeslot_id, held_on) DO UPDATE SET revision = occurrence.revision
RETURNING occurrence.revision, occurrence.cancelled_at
"""
_LOCK = HotStatement(
    _LOCKING.format(organization_id=":organization_id", timeslot_id=":timeslot_id", held_on=":held_on")
)
NUMBERED = """
WITH numbered AS (
    UPDATE occurrence o SET revision = coalesce(CAST(:revision AS integer), o.revision + 1)
    WHERE o.organization_id = :organization_id AND o.timeslot_id = :timeslot_id AND o.held_on = :held_on
    RETURNING o.organization_id, o.timeslot_id, o.held_on, o.revision, greatest(CAST(:now AS timestamptz), (
        SELECT c.changed_at FROM change c
        WHERE c.organization_id = o.organization_id AND c.timeslot_id = o.timeslot_id AND c.held_on = o.held_on
          AND c.revision = o.revision - 1
    )) AS changed_at
), recorded AS (
    INSERT INTO change (organization_id, timeslot_id, held_on, revision, kind, source, actor_id, kiosk_id, captured_at,
                        changed_at)
    SELECT n.organization_id, n.timeslot_id, n.held_on, n.revision, :kind, :source, CAST(:actor_id AS uuid),
           CAST(:kiosk_id AS uuid), CAST(:captured_at AS timestamptz), n.changed_at
    FROM numbered n
), given AS (
    SELECT entry.*
    FROM json_to_recordset(CAST(:entries AS json)) AS entry (
        student_id uuid, before_status text, before_note text, before_is_defaulted boolean, after_status text,
        after_note text, after_is_defaulted boolean, after_source text, left_roster boolean, enrollment_id uuid,
        marked_by_id uuid, kiosk_id uuid, by_check_in boolean
    )
), entries AS (
    INSERT INTO changed_entry (organization_id, timeslot_id, held_on, revision, student_id, before_status, before_note,
                               before_is_defaulted, after_status, after_note, after_is_defaulted, after_source,
                               left_roster)
    SELECT n.organization_id, n.timeslot_id, n.held_on, n.revision, e.student_id, e.before_status, e.before_note,
           e.before_is_defaulted, e.after_status, e.after_note, e.after_is_defaulted, e.after_source, e.left_roster
    FROM numbered n
    CROSS JOIN given e
)
"""
"""The start of a statement that records a change: `numbered` has its row, with the number and the time, and `given` the
rows that it changed. These are JSON, because the driver takes five times as long for an array for each column. When the
number is given, the primary keys of changes and their entries refuse one that is taken.
"""

_RECORD = HotStatement(f"{NUMBERED} SELECT revision, changed_at FROM numbered")  # noqa: S608 - a constant
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
_LAST_DECISIONS = text("""
SELECT DISTINCT ON (e.student_id) e.student_id,
       e.after_is_defaulted IS TRUE OR (e.after_status IS NULL AND e.after_source = 'SYSTEM') AS is_defaulted,
       c.actor_id IS NOT DISTINCT FROM CAST(:person_id AS uuid)
           AND c.kiosk_id IS NOT DISTINCT FROM CAST(:kiosk_id AS uuid) AS is_own,
       coalesce(c.captured_at, c.changed_at) AS decided_at, c.changed_at, e.revision
FROM changed_entry e
JOIN change c ON c.organization_id = e.organization_id AND c.timeslot_id = e.timeslot_id AND c.held_on = e.held_on
    AND c.revision = e.revision
WHERE e.organization_id = :organization_id AND e.timeslot_id = :timeslot_id AND e.held_on = :held_on
  AND e.student_id = ANY (CAST(:student_ids AS uuid[])) AND c.kind = 'MARKS'
ORDER BY e.student_id, e.revision DESC
""")


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
    """Who made a change: a person, a kiosk or, when both are None, the system itself.

    captured_at -- when a client that was offline captured the change (R14.2); None when it was made at once.
    """

    source: Source
    person_id: UUID | None = None
    kiosk_id: UUID | None = None
    captured_at: datetime | None = None

    @classmethod
    def of(cls, caller: Caller, captured_at: datetime | None = None) -> "Author":
        return cls(caller.source, caller.person_id, caller.kiosk_id, captured_at)


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


def locking(organization_id: UUID, key: OccurrenceKey) -> WithValues:
    """Return the statement of `lock_occurrence` for a transaction that begins with it. It locks nothing when the
    organization has no such timeslot.
    """
    statement = _LOCKING.format(
        organization_id=f"'{organization_id}'", timeslot_id=f"'{key.timeslot_id}'", held_on=f"'{key.held_on}'"
    )
    return WithValues(statement, _LOCK.statement)


async def lock_occurrence(uow: UnitOfWork, key: OccurrenceKey) -> LockedOccurrence:
    """Lock the occurrence until the end of the transaction, waiting for it if necessary. Its row is made when nothing
    has happened to it yet.

    Raises OccurrenceNotFound when the organization has no such timeslot. It does not check whether the timeslot meets
    on that date, or whether the caller may see it.
    """
    given = {"organization_id": uow.organization_id, "timeslot_id": key.timeslot_id, "held_on": key.held_on}
    for row in await _LOCK.rows(uow.connection, given):
        return LockedOccurrence(key, row.revision, row.cancelled_at is not None)
    raise OccurrenceNotFound


async def record_change(
    uow: UnitOfWork,
    key: OccurrenceKey,
    kind: ChangeKind,
    author: Author,
    *,
    now: datetime,
    students: Iterable[UUID] = (),
    leaving: Iterable[UUID] = (),
) -> NumberedChange:
    """Number a change of anything but marks (`record_marks` numbers those) and record which rows it changed, in one
    statement. Subscribers to the roll sheet are woken after the commit.

    students -- the rows that changed.
    leaving -- the rows that are no longer on the roster.

    The caller holds the occurrence's lock, so revisions have no gaps. The time is read under the lock too, and the
    clocks of two processes may differ: times are in the order of the revisions (R4.9).
    """
    gone = set(leaving)
    entries = [entry_of(student, has_left=student in gone) for student in sorted(gone | set(students))]
    given = numbered_by(uow, key, kind, author, entries, now=uow.time_under_lock(now))
    (row,) = await _RECORD.rows(uow.connection, given)
    numbered = NumberedChange(row.revision, row.changed_at)
    announce_change(uow, key, numbered)
    return numbered


def numbered_by(
    uow: UnitOfWork,
    key: OccurrenceKey,
    kind: ChangeKind,
    author: Author,
    entries: Sequence[Mapping[str, object]],
    *,
    now: datetime,
    revision: int | None = None,
) -> dict[str, object]:
    """Return the parameters of `NUMBERED`.

    entries -- what `entry_of` has returned for each row
    revision -- the number, if the caller knows that of the change before
    """
    return {
        "organization_id": uow.organization_id,
        "revision": revision,
        "timeslot_id": key.timeslot_id,
        "held_on": key.held_on,
        "now": now,
        "kind": kind,
        "source": author.source,
        "actor_id": author.person_id,
        "kiosk_id": author.kiosk_id,
        "captured_at": author.captured_at,
        "entries": orjson.dumps(entries, default=str).decode(),
    }


def entry_of(
    student_id: UUID,
    before: MarkValue | None = None,
    after: MarkValue | None = None,
    source: Source | None = None,
    *,
    has_left: bool = False,
) -> dict[str, object]:
    """Return what a change did to a row, by the columns of `given`.

    before, after -- None where there was no mark, or where the change is not about marks
    source -- who made the mark that there is now, or took it away
    """
    entry: dict[str, object] = {"student_id": student_id, "after_source": source, "left_roster": has_left}
    if before is not None:
        entry |= {
            "before_status": before.status,
            "before_note": before.note,
            "before_is_defaulted": before.is_defaulted,
        }
    if after is not None:
        entry |= {"after_status": after.status, "after_note": after.note, "after_is_defaulted": after.is_defaulted}
    return entry


def announce_change(uow: UnitOfWork, key: OccurrenceKey, numbered: NumberedChange) -> None:
    """Wake the subscribers to the roll sheet after the commit."""
    uow.wake_ups.append(RollSheetChanged(uow.organization_id, key.timeslot_id, key.held_on, numbered.revision))


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


async def last_decisions(
    uow: UnitOfWork, key: OccurrenceKey, author: Author, students: Iterable[UUID]
) -> dict[UUID, Decision]:
    """Return the last change of each of these students' marks, from the point of view of the author (R14.2). Students
    whose mark has never changed are left out.
    """
    given = {
        "organization_id": uow.organization_id,
        "timeslot_id": key.timeslot_id,
        "held_on": key.held_on,
        "student_ids": list(students),
        "person_id": author.person_id,
        "kiosk_id": author.kiosk_id,
    }
    rows = await uow.connection.execute(_LAST_DECISIONS, given)
    return {row.student_id: Decision(*row[1:]) for row in rows}
