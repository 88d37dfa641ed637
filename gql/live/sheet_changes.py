"""The changes that subscribers to a roll sheet receive: read once, and shown to each viewer as far as the viewer may
see.
"""

from collections.abc import Iterator, Sequence
from dataclasses import field, replace
from datetime import datetime
from enum import IntEnum
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.quickly_made import quickly_made
from attendance.rules.roster.indicators import Sight
from attendance.rules.roster.roster import AttendanceTally
from attendance.rules.roster.roster_rows import WHOLE, WITH_HOLDS, MarkFacts, RosterCandidate, divide_held
from attendance.rules.vocabulary import ChangeKind
from db.calendar.occurrences import find_head
from db.engine import Database
from db.history import history_of, history_read_with
from db.roster.roll_sheet_changes import ChangeAuthor, EntryAsOf, RecordedChange, RollSheet, changes_after
from db.roster.rosters import read_candidates
from db.roster.sheet_events import SheetEvents, read_events
from gql.live.hub import Hub
from gql.protocol.streams import Memo

REPLAY_LIMIT = 200


class Depth(IntEnum):
    """How much of a roll sheet is read with its changes: the rows that changed and the tally, the whole roster, or also
    those for whom a place is held, without whom the open places are not known.
    """

    CHANGED = 0
    ROSTER = 1
    PLACES = 2


@quickly_made
class SheetChange:
    """One revision of a roll sheet or, when `kind` and `author` are None, its state at that revision.

    All subscribers share the object and the work that it takes, through `memo` and `shown`.

    head -- the occurrence when this was read, which can be later than this revision when changes come fast
    everyone -- the whole roster at that time; None when nobody shows it, and then `tally` is there instead
    touched -- the students whose rows changed
    candidates -- the rows of these students with their marks as of the revision; a touched student without a row has
        left the roll sheet
    history -- the identity of the history that the revision belongs to
    held -- those for whom a place is held while they wait, beside `everyone`; None when nobody shows the open places
    access -- the number of the last change of access at that time (see db/organization/access.py)
    shown -- what viewers with one sight are shown, with and without indicators
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
    history: str
    access: int = 0
    held: tuple[RosterCandidate, ...] | None = None
    memo: Memo = field(default_factory=Memo, compare=False, repr=False)
    shown: dict[tuple[Sight, bool], Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def depth(self) -> Depth:
        """How much of the roll sheet was read with the change."""
        if self.everyone is None:
            return Depth.CHANGED
        return Depth.ROSTER if self.held is None else Depth.PLACES

    @property
    def committed_at(self) -> datetime:
        return self.changed_at


async def read_state(
    connection: AsyncConnection, organization_id: UUID, head: OccurrenceHead, now: datetime, depth: Depth
) -> SheetChange:
    """Return the roll sheet in the connection's snapshot. `head` was read from the same snapshot. The whole roster is
    read, whatever the depth is.
    """
    rows, held = await _read_rows(connection, organization_id, head, depth=depth, now=now)
    touched = frozenset(candidate.student.id for candidate in rows)
    history = await history_of(connection)
    return SheetChange(head.revision, None, now, None, head, rows, None, touched, rows, history, held=held)


async def read_changes(
    connection: AsyncConnection, organization_id: UUID, head: OccurrenceHead, after: int, *, depth: Depth
) -> list[SheetChange]:
    """Return the next changes after a revision, at most REPLAY_LIMIT. `head` was read from the same snapshot.

    This executes two statements, however many changes there are. `held` is as of the last change.
    """
    wholly = depth > Depth.CHANGED
    found = await changes_after(connection, organization_id, [head.key], after, REPLAY_LIMIT, with_tally=not wholly)
    changes = found[head.key]
    if not changes:
        return []
    touched = None if wholly else {entry.student_id for change in changes for entry in change.entries}
    now = changes[-1].changed_at
    rows, held = await _read_rows(connection, organization_id, head, touched, depth=depth, now=now)
    history = await history_of(connection)
    return [replace(sheet_change(change, head, rows, history, change.tally), held=held) for change in changes]


async def _read_rows(
    connection: AsyncConnection,
    organization_id: UUID,
    head: OccurrenceHead,
    touched: set[UUID] | None = None,
    *,
    depth: Depth,
    now: datetime,
) -> tuple[tuple[RosterCandidate, ...], tuple[RosterCandidate, ...] | None]:
    """Return the rows of these students, or of all, and those for whom a place is held; None when nobody shows them."""
    parts = WITH_HOLDS if depth is Depth.PLACES else WHOLE
    found = await read_candidates(connection, organization_id, head, touched, parts, now=now)
    if depth is not Depth.PLACES:
        return tuple(found), None
    here, held = divide_held(found)
    return tuple(here), tuple(held)


class SheetHub(Hub[SheetChange]):
    """Hands out the changes of roll sheets. They come with what the watchers of the sheet need."""

    def __init__(self, database: Database, *, capacity: int = 64, compare_seconds: float = 5.0) -> None:
        super().__init__(
            database,
            self.read,
            page=REPLAY_LIMIT,
            capacity=capacity,
            compare_seconds=compare_seconds,
            history_in=lambda change: change.history,
        )

    async def read(self, sheet: RollSheet, after: int) -> Sequence[SheetChange]:
        """Read the next changes in a snapshot of their own, so that the rows fit the changes."""
        if self.watched_depth(sheet) == Depth.CHANGED:
            events, history = await self._database.kept.run(partial(_read_events, sheet, after))
            if events is None:
                self.start_over(sheet)
                return []
            rows = tuple(events.candidates)
            return [sheet_change(change, events.head, rows, history, change.tally) for change in events.changes]
        async with self._database.read(sheet.organization_id) as connection:
            head = await find_head(connection, sheet.organization_id, sheet.key)
            if head is None:
                # Its timeslot was given other dates. The subscribers' streams end when they read the state.
                self.start_over(sheet)
                return []
            depth = Depth(self.watched_depth(sheet))
            return await read_changes(connection, sheet.organization_id, head, after, depth=depth)


async def _read_events(sheet: RollSheet, after: int, connection: AsyncConnection) -> tuple[SheetEvents | None, str]:
    return await read_events(connection, sheet, after, REPLAY_LIMIT), history_read_with(connection)


def sheet_change(
    change: RecordedChange,
    head: OccurrenceHead,
    rows: tuple[RosterCandidate, ...],
    history: str,
    tally: AttendanceTally | None = None,
) -> SheetChange:
    """Return a change with its rows, all from the snapshot in which the change was read.

    rows -- everybody; or, when there is a `tally`, at least the students whom the change touched
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
        history,
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
