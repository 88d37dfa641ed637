"""The changes that followers of an organization's feed receive. They are read once for the process and filtered in
memory.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.calendar.timeslots import OccurrenceKey
from attendance.rules.roster.roster_rows import BARE
from attendance.rules.vocabulary import ChangeKind
from db.calendar.occurrences import read_heads
from db.engine import Database
from db.feed import PAGE, Fed, FeedFilter, current_positions, read_feed
from db.history import history_of
from db.organization.access import access_epoch
from db.roster.rosters import read_rosters
from gql.live.hub import Hub, feed_of
from gql.protocol.streams import Memo

_OF_ALL = frozenset({ChangeKind.CANCELLED, ChangeKind.RESTORED})


@dataclass(frozen=True, slots=True)
class FeedChange:
    """One transaction, with the occurrences that it changed, as they were when it was read.

    All subscribers share the object and, through `memo`, the work that it takes.

    heads -- the changed occurrences; one that no longer exists is missing
    students -- the students concerned; for a cancellation or restoration, everybody on the roster
    access -- the number of the organization's last change of access when this was read
    history -- the identity of the history that it belongs to
    """

    fed: Fed
    heads: Mapping[OccurrenceKey, OccurrenceHead]
    students: frozenset[UUID]
    access: int
    history: str = ""
    memo: Memo = field(default_factory=Memo, compare=False, repr=False)

    @property
    def revision(self) -> int:
        return self.fed.position

    def is_about(self, student_id: UUID) -> bool:
        return self.fed.is_everything or student_id in self.students


async def read_feed_changes(
    connection: AsyncConnection, organization_id: UUID, after: int, at_most: int, chosen: FeedFilter
) -> list[FeedChange]:
    """Return the next transactions in the feed.

    This executes four statements; three when nothing was cancelled or restored; one when there is nothing new.
    """
    found = await read_feed(connection, organization_id, after, at_most, chosen)
    if not found:
        return []
    access = await access_epoch(connection, organization_id)
    changes = [change for fed in found for change in fed.changes]
    heads = {head.key: head for head in await read_heads(connection, organization_id, {each.key for each in changes})}
    wholly = {change.key for change in changes if change.kind in _OF_ALL} & heads.keys()
    on_roster = await _on_roster(connection, organization_id, [heads[key] for key in wholly])
    history = await history_of(connection)
    return [FeedChange(fed, heads, _students(fed, on_roster), access, history) for fed in found]


def make_feed_hub(database: Database, *, capacity: int = 64, compare_seconds: float = 5.0) -> Hub[FeedChange]:
    return Hub(
        database,
        _reader_of(database),
        current_positions,
        feed_of,
        capacity=capacity,
        compare_seconds=compare_seconds,
        page=PAGE,
        history_in=lambda change: change.history,
    )


def _reader_of(database: Database) -> Callable[[UUID, int], Awaitable[Sequence[FeedChange]]]:
    async def read(organization_id: UUID, after: int) -> Sequence[FeedChange]:
        async with database.read(organization_id) as connection:
            return await read_feed_changes(connection, organization_id, after, PAGE, FeedFilter())

    return read


async def _on_roster(
    connection: AsyncConnection, organization_id: UUID, heads: Collection[OccurrenceHead]
) -> dict[OccurrenceKey, frozenset[UUID]]:
    if not heads:
        return {}
    rosters = await read_rosters(connection, organization_id, heads, parts=BARE)
    return {key: frozenset(each.student.id for each in candidates) for key, candidates in rosters.items()}


def _students(fed: Fed, on_roster: Mapping[OccurrenceKey, frozenset[UUID]]) -> frozenset[UUID]:
    touched = {entry.student_id for change in fed.changes for entry in change.entries}
    affected = (on_roster.get(change.key, frozenset()) for change in fed.changes if change.kind in _OF_ALL)
    return fed.token_students.union(touched, *affected)
