"""What subscribers to a roll sheet are told: read once, shown to each viewer according to what the viewer may see."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.roster.indicators import Sight
from attendance.rules.roster.roster import AttendanceTally
from attendance.rules.roster.roster_rows import MarkFacts, RosterCandidate
from attendance.rules.vocabulary import ChangeKind
from db.calendar.occurrence_listings import read_tallies
from db.calendar.occurrences import find_head
from db.engine import Database
from db.roster.roll_sheet_changes import ChangeAuthor, EntryAsOf, RecordedChange, RollSheet, changes_after
from db.roster.rosters import read_candidates
from gql.live.hub import Hub
from gql.protocol.streams import Memo

REPLAY_LIMIT = 200


@dataclass(frozen=True, slots=True)
class SheetChange:
    """One revision of a roll sheet, or (`kind` and `author` None) its state at that revision.

    `touched` are the students whose rows it tells, `candidates` those rows with their marks as of the revision; who is
    touched and gets no row has left the roll sheet. `head` and `everyone` are the occurrence and its whole roster when
    the change was read: at this revision, or at a later one when changes come fast; where nobody shows the roster,
    `everyone` is None and `tally` is in its place. `access` numbers what everybody may see at that time
    (db/organization/access.py).
    All subscribers share the object, and through `memo` and `shown` (what viewers with one sight are shown) the work
    that it takes.
    """

    revision: int
    kind: ChangeKind | None
    changed_at: datetime
    author: ChangeAuthor | None
    head: OccurrenceHead
    everyone: tuple[RosterCandidate, ...] | None
    tally: AttendanceTally | None
    touched: frozenset[UUID]
    candidates: tuple[RosterCandidate, ...]
    access: int = 0
    memo: Memo = field(default_factory=Memo, compare=False, repr=False)
    shown: dict[Sight, Any] = field(default_factory=dict, compare=False, repr=False)


async def read_state(
    connection: AsyncConnection, organization_id: UUID, head: OccurrenceHead, now: datetime
) -> SheetChange:
    """The roll sheet as the connection's snapshot shows it; `head` was read from the same snapshot."""
    everyone = tuple(await read_candidates(connection, organization_id, head))
    touched = frozenset(candidate.student.id for candidate in everyone)
    return SheetChange(head.revision, None, now, None, head, everyone, None, touched, everyone)


async def read_changes(
    connection: AsyncConnection, organization_id: UUID, head: OccurrenceHead, after: int, *, wholly: bool
) -> list[SheetChange]:
    """The next changes after a revision, REPLAY_LIMIT at most, however many in three statements, `wholly` (with
    `everyone`) in two; `head` was read from the same snapshot.
    """
    changes = (await changes_after(connection, organization_id, [head.key], after, REPLAY_LIMIT))[head.key]
    if not changes:
        return []
    touched = None if wholly else {entry.student_id for change in changes for entry in change.entries}
    rows = tuple(await read_candidates(connection, organization_id, head, touched))
    tally = None if wholly else (await read_tallies(connection, organization_id, [head.key]))[head.key]
    return [sheet_change(change, head, rows, tally) for change in changes]


class SheetHub(Hub[SheetChange]):
    """Hands out the changes of roll sheets, with the whole rosters of those that somebody watches wholly."""

    def __init__(self, database: Database, *, capacity: int = 64, compare_seconds: float = 5.0) -> None:
        super().__init__(database, self.read, capacity=capacity, compare_seconds=compare_seconds)

    async def read(self, sheet: RollSheet, after: int) -> Sequence[SheetChange]:
        """In a snapshot of its own, so that the rows belong to the changes."""
        async with self._database.read(sheet.organization_id) as connection:
            head = await find_head(connection, sheet.organization_id, sheet.key)
            if head is None:
                return []
            wholly = self.is_watched_wholly(sheet)
            return await read_changes(connection, sheet.organization_id, head, after, wholly=wholly)


def sheet_change(
    change: RecordedChange,
    head: OccurrenceHead,
    rows: tuple[RosterCandidate, ...],
    tally: AttendanceTally | None = None,
) -> SheetChange:
    """A change with its rows. `rows` are everyone, or with a `tally` at least those that the change touched; all from
    the snapshot that the change was read from.
    """
    entries = {entry.student_id: entry for entry in change.entries}
    return SheetChange(
        change.revision,
        change.kind,
        change.changed_at,
        change.author,
        head,
        rows if tally is None else None,
        tally,
        frozenset(entries),
        tuple(_as_of(change.revision, entries, rows)),
        change.access,
    )


def _as_of(
    revision: int, entries: dict[UUID, EntryAsOf], rows: tuple[RosterCandidate, ...]
) -> Iterator[RosterCandidate]:
    for candidate in rows:
        entry = entries.get(candidate.student.id)
        if entry is not None and not entry.left_roster:
            mark = _mark_as_of(revision, entry, candidate.mark)
            yield candidate if mark is candidate.mark else replace(candidate, mark=mark)


def _mark_as_of(revision: int, entry: EntryAsOf, current: MarkFacts | None) -> MarkFacts | None:
    if current is not None and current.revision == (entry.mark.revision if entry.mark else None):
        return current
    if not entry.has_history and current is not None and current.revision <= revision:
        return current
    return entry.mark
