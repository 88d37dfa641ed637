"""How subscribers of a roll sheet begin: all who ask while others are read for are served together, from one snapshot.

After a restart, or when a process fell behind, hundreds come to one sheet in a moment. Together they cost what one of
them does, and one look at all their credentials; one by one they would be the next reason to fall behind.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar import local_date
from attendance.rules.occurrences import OccurrenceHead, may_see_occurrence
from attendance.rules.permissions import Claims, Viewer
from db.engine import Database
from db.occurrences import find_head
from db.roll_sheet_changes import RollSheet
from db.roster_changes import follow_sheet, is_far_ahead
from db.unit_of_work import unit_of_work
from db.viewers import find_viewers
from db.wake_ups import Announcer
from gql.errors import NobodyThere
from gql.sheet_changes import REPLAY_LIMIT, SheetChange, read_changes, read_state


@dataclass(frozen=True, slots=True)
class Wish:
    """`after`: the revision that the subscriber has, None if none; `wholly`: it shows the whole roster each time."""

    claims: Claims
    after: int | None
    wholly: bool


@dataclass(frozen=True, slots=True)
class Opening:
    """What a subscriber is told first, everything up to `revision`; `changes` None: there is no such occurrence for
    the viewer.
    """

    viewer: Viewer
    revision: int
    changes: Sequence[SheetChange] | None


_Asked: TypeAlias = tuple[int | None, bool]
"""The `after` and `wholly` of a wish."""


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """`changes` for the wishes of viewers who see the occurrence."""

    viewers: Mapping[Claims, Viewer]
    head: OccurrenceHead | None
    changes: Mapping[_Asked, Sequence[SheetChange]]

    def opening(self, wish: Wish) -> Opening:
        viewer = self.viewers.get(wish.claims)
        if viewer is None:
            raise NobodyThere(wish.claims)
        if self.head is None or not may_see_occurrence(viewer.caller, self.head):
            return Opening(viewer, 0, None)
        return Opening(viewer, self.head.revision, self.changes[wish.after, wish.wholly])


_Batch: TypeAlias = "tuple[list[Wish], asyncio.Task[_Snapshot]]"


@dataclass
class Openings:
    """One for each process."""

    database: Database
    announcer: Announcer
    clock: Callable[[], datetime]
    _waiting: dict[RollSheet, _Batch] = field(default_factory=dict)
    _reading: dict[RollSheet, _Batch] = field(default_factory=dict)

    async def open(self, sheet: RollSheet, wish: Wish) -> Opening:
        """The changes after a revision, if they can all be told one by one, else the state, as it is after this was
        called. Raises NotAuthenticated.
        """
        batch = self._waiting.get(sheet)
        if batch is None:
            wishes: list[Wish] = []
            task = asyncio.create_task(self._serve(sheet, wishes), name="open-roll-sheet")
            batch = self._waiting[sheet] = (wishes, task)
        batch[0].append(wish)
        # A subscriber that leaves must not take the reading of the others with it.
        snapshot = await asyncio.shield(batch[1])
        return snapshot.opening(wish)

    async def _serve(self, sheet: RollSheet, wishes: Collection[Wish]) -> _Snapshot:
        """After those who are being read for: whoever asks meanwhile may ask for what their snapshot does not have."""
        if sheet in self._reading:
            await asyncio.wait([self._reading[sheet][1]])
        batch = self._reading[sheet] = self._waiting.pop(sheet)
        try:
            return await self._read(sheet, wishes)
        finally:
            if self._reading[sheet] is batch:
                del self._reading[sheet]

    async def _read(self, sheet: RollSheet, wishes: Collection[Wish], *, is_first: bool | None = None) -> _Snapshot:
        """`is_first`: of a far sheet, has nobody opened it before? None: it is not known, or not to be asked."""
        now, wanted = self.clock(), set[_Asked]()
        async with self.database.read(sheet.organization_id) as connection:
            viewers = await find_viewers(connection, {wish.claims for wish in wishes}, now)
            head = await find_head(connection, sheet.organization_id, sheet.key)
            if head is not None:
                seeing = {claims for claims, viewer in viewers.items() if may_see_occurrence(viewer.caller, head)}
                wanted = {(wish.after, wish.wholly) for wish in wishes if wish.claims in seeing}
            if head is None or not wanted:
                return _Snapshot(viewers, head, {})
            is_far = is_far_ahead(sheet.key.held_on, local_date(now, head.zone))
            if is_first is not None or head.revision > 0 or not is_far:
                # What a client has may be from a time when nobody was told of such a sheet.
                since = {each: None if is_first else each[0] for each in wanted}
                return _Snapshot(viewers, head, await _changes(connection, sheet, head, since, now))
        async with unit_of_work(self.database, sheet.organization_id, self.announcer) as uow:
            is_first = await follow_sheet(uow, sheet.key)
        return await self._read(sheet, wishes, is_first=is_first)


async def _changes(
    connection: AsyncConnection,
    sheet: RollSheet,
    head: OccurrenceHead,
    since: Mapping[_Asked, int | None],
    now: datetime,
) -> dict[_Asked, Sequence[SheetChange]]:
    """For each wish, the changes after the revision in `since` if they can all be told one by one, else the state."""
    found: dict[_Asked, Sequence[SheetChange]] = {}
    state: list[SheetChange] | None = None
    for (after, wholly), told in since.items():
        changes = None if told is None else await _replay(connection, sheet, head, told, wholly=wholly)
        if changes is None:
            changes = state = state or [await read_state(connection, sheet.organization_id, head, now)]
        found[after, wholly] = changes
    return found


async def _replay(
    connection: AsyncConnection, sheet: RollSheet, head: OccurrenceHead, after: int, *, wholly: bool
) -> list[SheetChange] | None:
    """None: they cannot all be told."""
    if not 0 <= head.revision - after <= REPLAY_LIMIT:
        return None
    if head.revision == after:
        return []
    changes = await read_changes(connection, sheet.organization_id, head, after, wholly=wholly)
    is_whole = [change.revision for change in changes] == list(range(after + 1, head.revision + 1))
    return changes if is_whole else None
