"""The live roll sheets of this process: what is new is read once and handed to everybody who has the sheet open.

A watcher registers before it reads the state, so that nothing falls between the two. Wake-ups only say that a look
is worth it; the changes come from the database, where revisions run without gaps. So a wake-up that is lost, doubled
or out of order costs time at most, and `compare` bounds that time (R10.2).
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

import structlog

from attendance.rules.calendar import OccurrenceKey
from db.engine import Database
from db.roll_sheet_changes import RollSheet, current_revisions
from db.wake_ups import RollSheetChanged, WakeUp

log = structlog.get_logger("rollbook.live")

_LONGEST_PAUSE = 2.0


class Numbered(Protocol):
    """A change of a roll sheet. All watchers share it, hence nobody changes it."""

    @property
    def revision(self) -> int: ...


ChangeT = TypeVar("ChangeT", bound=Numbered)
ReadChanges = Callable[[RollSheet, int], Awaitable[Sequence[ChangeT]]]
"""The next changes after a revision, in their order, without gaps; a bounded number of them; empty: none yet."""


class Watcher(Generic[ChangeT]):
    """One subscriber's bounded queue (R10.5)."""

    def __init__(self, capacity: int, complete_after: int | None) -> None:
        self._capacity = capacity
        self._queue: deque[ChangeT] = deque()
        self._has_missed = False
        self._news = asyncio.Event()
        self.complete_after = complete_after

    def put(self, change: ChangeT) -> None:
        if len(self._queue) >= self._capacity:
            self.skip()
        elif not self._has_missed:
            self._queue.append(change)
            self._news.set()

    def skip(self) -> None:
        """Drop what is queued: the subscriber starts again from the state."""
        self._queue.clear()
        self._has_missed = True
        self._news.set()

    async def take(self) -> ChangeT | None:
        """Wait for the next change. None: some were dropped; the state, read from now on, stands for them."""
        await self._news.wait()
        if self._has_missed:
            self._has_missed = False
            self._news.clear()
            return None
        change = self._queue.popleft()
        if not self._queue:
            self._news.clear()
        return change


@dataclass(eq=False)
class _Topic(Generic[ChangeT]):
    """A roll sheet that somebody has open: `read` up to this revision, `ahead` as far as is known."""

    watchers: set[Watcher[ChangeT]] = field(default_factory=set)
    read: int | None = None
    ahead: int = 0
    task: asyncio.Task[None] | None = None


class Hub(Generic[ChangeT]):
    """One for each process."""

    def __init__(
        self,
        database: Database,
        read_changes: ReadChanges[ChangeT],
        *,
        capacity: int = 64,
        compare_seconds: float = 5.0,
        readers: int = 4,
    ) -> None:
        """capacity -- changes queued for a subscriber; readers -- roll sheets read at once, a bound on connections."""
        self._database = database
        self._read_changes = read_changes
        self._capacity = capacity
        self._compare_seconds = compare_seconds
        self._readers = asyncio.Semaphore(readers)
        self._topics: dict[RollSheet, _Topic[ChangeT]] = {}
        self._comparing: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._comparing = asyncio.create_task(self._compare_for_ever(), name="compare-roll-sheets")

    async def close(self) -> None:
        tasks = [topic.task for topic in self._topics.values()] + [self._comparing]
        for task in filter(None, tasks):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    @contextmanager
    def watch(self, sheet: RollSheet) -> Iterator[Watcher[ChangeT]]:
        """Register for every change that is committed from now on. Read the state inside the block, then `follow`."""
        topic = self._topics.setdefault(sheet, _Topic())
        watcher = Watcher[ChangeT](self._capacity, topic.read)
        topic.watchers.add(watcher)
        try:
            yield watcher
        finally:
            topic.watchers.discard(watcher)
            if not topic.watchers and self._topics.get(sheet) is topic:
                del self._topics[sheet]

    def follow(self, sheet: RollSheet, watcher: Watcher[ChangeT], revision: int) -> None:
        """The watcher has read the state at `revision` and wants each later change; it may get earlier ones again."""
        topic = self._topics[sheet]
        if topic.read is None:
            topic.read = revision
            for other in topic.watchers:
                other.complete_after = revision
        elif watcher.complete_after is not None and watcher.complete_after > revision:
            # It registered before the sheet was read for anybody and was overtaken by a watcher that read a later
            # state: what lies between was queued for nobody.
            topic.ahead = max(topic.ahead, topic.read)
            topic.read = watcher.complete_after = min(topic.read, revision)
        self._look(sheet, topic)

    async def hear(self, wake_ups: Sequence[WakeUp]) -> None:
        """The sink for this process's own wake-ups, so that its subscribers do not depend on Redis."""
        for wake_up in wake_ups:
            if isinstance(wake_up, RollSheetChanged):
                self.heard(wake_up)

    def heard(self, wake_up: RollSheetChanged) -> None:
        key = OccurrenceKey(wake_up.timeslot_id, wake_up.held_on)
        self._ahead(RollSheet(wake_up.organization_id, key), wake_up.revision)

    async def compare(self) -> None:
        """Find in one statement what no wake-up told of, on whichever roll sheets are open."""
        expected = {sheet: topic.read for sheet, topic in self._topics.items() if topic.read is not None}
        if not expected:
            return
        async with self._database.engine.connect() as connection:
            current = await current_revisions(connection, expected)
        for sheet, read in expected.items():
            if current[sheet] < read:
                self._rewind(sheet, current[sheet])
            else:
                self._ahead(sheet, current[sheet])

    def _ahead(self, sheet: RollSheet, revision: int) -> None:
        topic = self._topics.get(sheet)
        if topic is not None:
            topic.ahead = max(topic.ahead, revision)
            self._look(sheet, topic)

    def _rewind(self, sheet: RollSheet, revision: int) -> None:
        """The database is behind what it said before: it was restored. The state stands for the lost history."""
        topic = self._topics.get(sheet)
        if topic is not None:
            log.warning("roll_sheet_went_back", read=topic.read, revision=revision)
            topic.read = topic.ahead = revision
            for watcher in topic.watchers:
                watcher.skip()

    def _look(self, sheet: RollSheet, topic: _Topic[ChangeT]) -> None:
        if topic.task is None and topic.read is not None and topic.ahead > topic.read:
            topic.task = asyncio.create_task(self._catch_up(sheet, topic))

    async def _catch_up(self, sheet: RollSheet, topic: _Topic[ChangeT]) -> None:
        pause = 0.05
        try:
            while topic.watchers and topic.read is not None and topic.ahead > topic.read:
                after = topic.read
                try:
                    async with self._readers:
                        changes = await self._read_changes(sheet, after)
                except Exception as fault:
                    log.warning("roll_sheet_unread", error=repr(fault))
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, _LONGEST_PAUSE)
                    continue
                if topic.read == after:
                    self._hand_out(topic, after, changes)
        finally:
            topic.task = None

    def _hand_out(self, topic: _Topic[ChangeT], after: int, changes: Sequence[ChangeT]) -> None:
        if not changes:
            # Whoever announced this revision did not commit it, or it was lost in a restore.
            topic.ahead = after
            return
        topic.read = changes[-1].revision
        for watcher in topic.watchers:
            if changes[0].revision != after + 1:
                watcher.skip()
                continue
            for change in changes:
                watcher.put(change)

    async def _compare_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._compare_seconds)
            try:
                await self.compare()
            except Exception as fault:
                log.warning("roll_sheets_not_compared", error=repr(fault))
