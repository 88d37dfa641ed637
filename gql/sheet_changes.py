"""What subscribers to a roll sheet are told: read once, shown to each viewer according to what the viewer may see."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.indicators import Sight
from attendance.rules.occurrences import OccurrenceHead
from attendance.rules.roster_rows import MarkFacts, RosterCandidate
from attendance.rules.vocabulary import ChangeKind
from db.engine import Database
from db.occurrences import find_head
from db.roll_sheet_changes import ChangeAuthor, EntryAsOf, RecordedChange, RollSheet, changes_after
from db.rosters import read_candidates
from gql.streams import Memo

REPLAY_LIMIT = 200


@dataclass(frozen=True, slots=True)
class SheetChange:
    """One revision of a roll sheet, or (`kind` and `author` None) its state at that revision.

    `touched` are the students whose rows it tells, `candidates` those rows with their marks as of the revision; who is
    touched and gets no row has left the roll sheet. `head` and `everyone` are the occurrence and its whole roster when
    the change was read: at this revision, or at a later one when changes come fast; `access` numbers what everybody may
    see at that time (db/access.py). All subscribers share the object, and through `memo` and `shown` (what viewers with
    one sight are shown) the work that it takes.
    """

    revision: int
    kind: ChangeKind | None
    changed_at: datetime
    author: ChangeAuthor | None
    head: OccurrenceHead
    everyone: tuple[RosterCandidate, ...]
    touched: frozenset[UUID]
    candidates: tuple[RosterCandidate, ...]
    access: int = 0
    memo: Memo = field(default_factory=Memo, compare=False, repr=False)
    shown: dict[Sight, Any] = field(default_factory=dict, compare=False, repr=False)


async def read_state(connection: AsyncConnection, sheet: RollSheet, head: OccurrenceHead, now: datetime) -> SheetChange:
    """The roll sheet as the connection's snapshot shows it; `head` was read from the same snapshot."""
    everyone = tuple(await read_candidates(connection, sheet.organization_id, head))
    touched = frozenset(candidate.student.id for candidate in everyone)
    return SheetChange(head.revision, None, now, None, head, everyone, touched, everyone)


async def read_changes(
    connection: AsyncConnection, sheet: RollSheet, head: OccurrenceHead, after: int
) -> list[SheetChange]:
    """The next changes after a revision, REPLAY_LIMIT at most, in four statements however many there are."""
    changes = (await changes_after(connection, [sheet.key], after, REPLAY_LIMIT))[sheet.key]
    if not changes:
        return []
    everyone = tuple(await read_candidates(connection, sheet.organization_id, head))
    return [sheet_change(change, head, everyone) for change in changes]


def reader_of(database: Database) -> Callable[[RollSheet, int], Awaitable[Sequence[SheetChange]]]:
    """How the hub reads: in a snapshot of its own, so that the rows belong to the changes."""

    async def read(sheet: RollSheet, after: int) -> Sequence[SheetChange]:
        async with database.read(sheet.organization_id) as connection:
            head = await find_head(connection, sheet.organization_id, sheet.key)
            return [] if head is None else await read_changes(connection, sheet, head, after)

    return read


def sheet_change(change: RecordedChange, head: OccurrenceHead, everyone: tuple[RosterCandidate, ...]) -> SheetChange:
    """A change with its rows; `everyone` is the roster in the snapshot that the change was read from."""
    entries = {entry.student_id: entry for entry in change.entries}
    rows = tuple(_as_of(change.revision, entries, everyone))
    return SheetChange(
        change.revision,
        change.kind,
        change.changed_at,
        change.author,
        head,
        everyone,
        frozenset(entries),
        rows,
        change.access,
    )


def _as_of(
    revision: int, entries: dict[UUID, EntryAsOf], everyone: tuple[RosterCandidate, ...]
) -> Iterator[RosterCandidate]:
    for candidate in everyone:
        entry = entries.get(candidate.student.id)
        if entry is not None and not entry.left_roster:
            yield replace(candidate, mark=_mark_as_of(revision, entry, candidate.mark))


def _mark_as_of(revision: int, entry: EntryAsOf, current: MarkFacts | None) -> MarkFacts | None:
    if current is not None and current.revision == (entry.mark.revision if entry.mark else None):
        return current
    if not entry.has_history and current is not None and current.revision <= revision:
        return current
    return entry.mark
