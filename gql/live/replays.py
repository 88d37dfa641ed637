"""Reads again what followers of a feed have missed, once for all of the process that miss about the same (R10.2).

A process that was frozen has many followers who fell behind together, and a process that was killed has many clients
who come to another one with nearly the same cursor.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from uuid import UUID

from db.engine import Database
from db.feed import FeedFilter, feed_position
from gql.live.feed import FeedChange, read_feed_changes
from gql.live.patience import patiently
from gql.protocol.streams import BriefMemo, Memo

# Followers whose positions lie in the same step share what is read.
STEP = 64


@dataclass(frozen=True, slots=True)
class Replay:
    """The changes up to `position`, in order. Everybody who shares them also shares `memo`."""

    position: int
    changes: Sequence[FeedChange]
    memo: Memo = field(default_factory=Memo, compare=False, repr=False)


@dataclass
class Replays:
    """Each process has one. It keeps what was read for others for a second."""

    database: Database
    memo: BriefMemo = field(default_factory=lambda: BriefMemo(1.0))

    async def since(self, organization_id: UUID, after: int, up_to: int, at_most: int, chosen: FeedFilter) -> Replay:
        """Return at least the changes after `after` up to `up_to` that `chosen` wants, and maybe others around them.

        The caller holds no connection, because reading takes one, and knows that the feed still has these positions.

        at_most -- the greatest distance between `after` and `up_to`
        """
        start = after - after % STEP
        read = partial(patiently, partial(self._read, organization_id, start, at_most + STEP, chosen))
        found = await self.memo.once((organization_id, start, chosen), read)
        if found.position < up_to:
            found = await self.memo.once((organization_id, start, chosen, up_to), read)
        return found

    async def _read(self, organization_id: UUID, after: int, at_most: int, chosen: FeedFilter) -> Replay:
        async with self.database.read(organization_id) as connection:
            position, _ = await feed_position(connection, organization_id)
            changes = await read_feed_changes(connection, organization_id, after, at_most, chosen)
            return Replay(position, changes)
