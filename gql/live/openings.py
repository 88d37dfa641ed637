"""Opens the streams of subscribers to a roll sheet. Those who come while others are being served are served together.

After a restart, or when a process fell behind, hundreds of subscribers come to one roll sheet at once. Served together,
they cost one snapshot and one check of all credentials. Served one by one, they would delay the process again.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.occurrences import OccurrenceHead, may_see_occurrence
from attendance.rules.calendar.timeslots import local_date
from attendance.rules.organization.permissions import Claims, Viewer
from db.calendar.occurrences import find_head
from db.engine import Database
from db.history import history_of
from db.organization.viewers import find_viewers
from db.roster.roll_sheet_changes import RollSheet
from db.roster.roster_changes import follow_sheet, is_far_ahead
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer
from gql.credentials.nobody_there import NobodyThere
from gql.live.figures import ROLL_SHEET, opened
from gql.live.sheet_changes import REPLAY_LIMIT, Depth, SheetChange, read_changes, read_state


@dataclass(frozen=True, slots=True)
class Wish:
    """What a subscriber needs to begin.

    after -- the revision that the subscriber has, or None
    history -- the identity of the history that `after` belongs to; None if the subscriber does not say it
    depth -- how much of the roll sheet it shows with each change
    """

    claims: Claims
    after: int | None
    history: str | None
    depth: Depth

    def asked(self, history: str) -> "_Asked":
        """Return what to read for it. A revision of another history says nothing about this one."""
        return (self.after if self.history in (None, history) else None), self.depth


@dataclass(frozen=True, slots=True)
class Opening:
    """What a subscriber is sent first: everything up to `revision`.

    `changes` is None when the viewer may see no such occurrence.
    """

    viewer: Viewer
    revision: int
    history: str
    changes: Sequence[SheetChange] | None


_Asked: TypeAlias = tuple[int | None, Depth]
"""The fields `after` and `depth` of a wish; `after` is None if it belongs to another history."""


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """What was read for a batch of wishes. `changes` has the wishes of viewers who may see the occurrence."""

    viewers: Mapping[Claims, Viewer]
    head: OccurrenceHead | None
    history: str
    changes: Mapping[_Asked, Sequence[SheetChange]]

    def opening(self, wish: Wish) -> Opening:
        viewer = self.viewers.get(wish.claims)
        if viewer is None:
            raise NobodyThere(wish.claims)
        if self.head is None or not may_see_occurrence(viewer.caller, self.head):
            return Opening(viewer, 0, self.history, None)
        return Opening(viewer, self.head.revision, self.history, self.changes[wish.asked(self.history)])


# Seconds. After this time, the database is considered unavailable, and those who wait ask again.
_LONGEST_READ = 15.0


@dataclass
class Openings:
    """The openings of this process."""

    database: Database
    announcer: Announcer
    clock: Callable[[], datetime]
    _waiting: dict[RollSheet, tuple[list[Wish], asyncio.Task[_Snapshot]]] = field(default_factory=dict)
    _reading: dict[RollSheet, asyncio.Task[_Snapshot]] = field(default_factory=dict)

    async def open(self, sheet: RollSheet, wish: Wish) -> Opening:
        """Return the changes after a revision or, when they cannot be sent one by one, the state.

        Either is read after this call. Raises NotAuthenticated.
        """
        batch = self._waiting.get(sheet)
        if batch is None:
            wishes: list[Wish] = []
            task = asyncio.create_task(self._serve(sheet, wishes), name="open-roll-sheet")
            task.add_done_callback(lambda done: done.cancelled() or done.exception())
            batch = self._waiting[sheet] = (wishes, task)
        batch[0].append(wish)
        # A subscriber that leaves must not cancel the reading for the others.
        snapshot = await asyncio.shield(batch[1])
        opening = snapshot.opening(wish)
        opened(ROLL_SHEET, with_snapshot=any(change.kind is None for change in opening.changes or ()))
        return opening

    async def _serve(self, sheet: RollSheet, wishes: Collection[Wish]) -> _Snapshot:
        """Serve a batch, after the batch that is being read.

        A wish that arrives during a read waits for the next batch, because it may need what that snapshot lacks.
        """
        if sheet in self._reading:
            await asyncio.wait([self._reading[sheet]])
        self._reading[sheet] = self._waiting.pop(sheet)[1]
        try:
            async with asyncio.timeout(_LONGEST_READ):
                return await self._read(sheet, wishes)
        finally:
            del self._reading[sheet]

    async def _read(self, sheet: RollSheet, wishes: Collection[Wish], *, is_followed: bool = False) -> _Snapshot:
        """Read what the wishes need, in one snapshot.

        is_followed -- whether changes of the roster are known to be recorded for this sheet, even if it is far ahead
        """
        now = self.clock()
        async with self.database.read(sheet.organization_id) as connection:
            history = await history_of(connection)
            viewers = await find_viewers(connection, {wish.claims for wish in wishes}, now)
            head = await find_head(connection, sheet.organization_id, sheet.key)
            if head is None:
                return _Snapshot(viewers, None, history, {})
            seeing = {claims for claims, viewer in viewers.items() if may_see_occurrence(viewer.caller, head)}
            wanted = {wish.asked(history) for wish in wishes if wish.claims in seeing}
            is_far = is_far_ahead(sheet.key.held_on, local_date(now, head.zone))
            if is_followed or not wanted or head.revision > 0 or not is_far:
                changes = await _changes(connection, sheet.organization_id, head, wanted, now, is_far=is_far)
                return _Snapshot(viewers, head, history, changes)
        async with unit_of_work(self.database, sheet.organization_id, self.announcer) as uow:
            await follow_sheet(uow, sheet.key)
        return await self._read(sheet, wishes, is_followed=True)


async def _changes(
    connection: AsyncConnection,
    organization_id: UUID,
    head: OccurrenceHead,
    wanted: Collection[_Asked],
    now: datetime,
    *,
    is_far: bool,
) -> dict[_Asked, Sequence[SheetChange]]:
    """Return for each wish the changes after its revision or, when they cannot be sent one by one, the state.

    Each is read once for all wishes.
    """
    # A sheet that is far ahead may have had changes of its roster at revision 0 which were not recorded for it.
    oldest = max(head.revision - REPLAY_LIMIT, 1 if is_far else 0)
    found: dict[_Asked, Sequence[SheetChange]] = {}
    for depth in Depth:
        told = {after for after, asked in wanted if after is not None and asked is depth}
        told = {after for after in told if oldest <= after <= head.revision}
        changes: list[SheetChange] = []
        if told and min(told) < head.revision:
            changes = await read_changes(connection, organization_id, head, min(told), depth=depth)
        for after in told:
            later = [change for change in changes if change.revision > after]
            if [change.revision for change in later] == list(range(after + 1, head.revision + 1)):
                found[after, depth] = later
    lacking = [depth for after, depth in wanted if (after, depth) not in found]
    if not lacking:
        return found
    state = (await read_state(connection, organization_id, head, now, max(lacking)),)
    return {each: found.get(each, state) for each in wanted}
