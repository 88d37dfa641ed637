"""What is followed live in this process: what is new is read once and handed to everybody who follows it.

A subject is a roll sheet, or an organization with its feed.

A watcher registers before it reads the state, so that nothing falls between the two. Wake-ups only say that a look
is worth it; the changes come from the database, where revisions run without gaps. So a wake-up that is lost, doubled
or out of order costs time at most, and `compare` bounds that time (R10.2).
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.timeslots import OccurrenceKey
from db.engine import Database
from db.roster.roll_sheet_changes import RollSheet, current_revisions
from db.wake_ups import FeedGrew, RollSheetChanged, WakeUp

log = structlog.get_logger("rollbook.live")

_LONGEST_PAUSE = 2.0
_UNKNOWN = 2**63

Subject: TypeAlias = Hashable


class Numbered(Protocol):
    """A change of a subject. All watchers share it, hence nobody changes it."""

    @property
    def revision(self) -> int: ...


ChangeT = TypeVar("ChangeT", bound=Numbered)
ReadChanges = Callable[[Any, int], Awaitable[Sequence[ChangeT]]]
"""The next changes after a revision, in their order, without gaps; a bounded number of them; empty: none yet."""
ReadRevisions = Callable[[AsyncConnection, Collection[Any]], Awaitable[Mapping[Any, int]]]
"""How far each subject has come, in one statement."""
SubjectOf = Callable[[WakeUp], tuple[Subject, int | None] | None]
"""What a wake-up is about, and its revision if it tells one; None: nothing that this hub follows."""


def roll_sheet_of(wake_up: WakeUp) -> tuple[RollSheet, int] | None:
    if not isinstance(wake_up, RollSheetChanged):
        return None
    key = OccurrenceKey(wake_up.timeslot_id, wake_up.held_on)
    return RollSheet(wake_up.organization_id, key), wake_up.revision


def feed_of(wake_up: WakeUp) -> tuple[Subject, None] | None:
    """What a roll sheet went through is in the feed too, but no wake-up knows the position that it has there."""
    return (wake_up.organization_id, None) if isinstance(wake_up, RollSheetChanged | FeedGrew) else None


class Watcher(Generic[ChangeT]):
    """One subscriber's bounded queue (R10.5)."""

    def __init__(
        self,
        capacity: int,
        complete_after: int | None,
        reached: int,
        wants: Callable[[ChangeT], bool] | None = None,
        *,
        wholly: bool = False,
    ) -> None:
        """reached -- the state that this subscriber will read is not older; wants -- tells which changes are for it;
        None: all are; wholly -- it shows the subject as a whole with each change, and not only what changed.
        """
        self._capacity = capacity
        self._wants = wants
        self._queue: deque[ChangeT] = deque()
        self._has_missed = False
        self._news = asyncio.Event()
        self.complete_after = complete_after
        self.reached = reached
        self.wholly = wholly
        self.is_kept = False

    @property
    def has_missed(self) -> bool:
        """Is the state needed for what was dropped?"""
        return self._has_missed

    def put(self, change: ChangeT) -> None:
        if self._wants is not None and not self._wants(change):
            return
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

    def restart(self, revision: int) -> None:
        """What comes after the revision is handed out again, in its order: what is queued of it would come first."""
        self.complete_after = revision
        self._queue.clear()
        if not self._has_missed:
            self._news.clear()

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
    """A subject that somebody follows: `read` up to this revision, `ahead` as far as is known; _UNKNOWN: there is
    something, but nobody said how much. `reached`: the database was seen to be as far as this.
    """

    watchers: set[Watcher[ChangeT]] = field(default_factory=set)
    read: int | None = None
    ahead: int = 0
    reached: int = 0
    task: asyncio.Task[None] | None = None


class Hub(Generic[ChangeT]):
    """One for each process and kind of subject."""

    def __init__(
        self,
        database: Database,
        read_changes: ReadChanges[ChangeT],
        read_revisions: ReadRevisions = current_revisions,
        subject_of: SubjectOf = roll_sheet_of,
        *,
        capacity: int = 64,
        compare_seconds: float = 5.0,
        readers: int = 4,
        page: int = 200,
    ) -> None:
        """capacity -- changes queued for a subscriber; readers -- subjects read at once, a bound on connections;
        page -- with fewer changes than this `read_changes` has come to the end.
        """
        self._database = database
        self._read_changes = read_changes
        self._read_revisions = read_revisions
        self._subject_of = subject_of
        self.capacity = capacity
        self._compare_seconds = compare_seconds
        self._readers = asyncio.Semaphore(readers)
        self._page = page
        self._topics: dict[Subject, _Topic[ChangeT]] = {}
        self._comparing: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._comparing = asyncio.create_task(self._compare_for_ever(), name="compare-what-is-followed")

    async def close(self) -> None:
        tasks = [topic.task for topic in self._topics.values()] + [self._comparing]
        for task in filter(None, tasks):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    @contextmanager
    def watch(
        self, subject: Subject, wants: Callable[[ChangeT], bool] | None = None, *, wholly: bool = False
    ) -> Iterator[Watcher[ChangeT]]:
        """Register for every change that is committed from now on, or those that it wants. Read the state inside the
        block, then `follow`. What is read for others just then may not be whole where it is watched `wholly`.

        Whoever sets `is_kept` meanwhile goes on with the watcher after the block, and calls `leave` in the end.
        """
        topic = self._topics.setdefault(subject, _Topic())
        watcher = Watcher[ChangeT](self.capacity, topic.read, topic.reached, wants, wholly=wholly)
        topic.watchers.add(watcher)
        try:
            yield watcher
        finally:
            if not watcher.is_kept:
                self.leave(subject, watcher)

    def is_watched_wholly(self, subject: Subject) -> bool:
        topic = self._topics.get(subject)
        return topic is not None and any(watcher.wholly for watcher in topic.watchers)

    def leave(self, subject: Subject, watcher: Watcher[ChangeT]) -> None:
        """Once or more often."""
        topic = self._topics.get(subject)
        if topic is not None:
            topic.watchers.discard(watcher)
            if not topic.watchers:
                del self._topics[subject]

    def follow(self, subject: Subject, watcher: Watcher[ChangeT], revision: int) -> None:
        """The watcher has read the state at `revision` and wants each later change; it may get earlier ones again."""
        topic = self._topics[subject]
        if revision < watcher.reached:
            self._rewind(topic, revision)
        topic.reached = max(topic.reached, revision)
        if topic.read is None:
            topic.read = revision
            for other in topic.watchers:
                other.complete_after = revision
        elif watcher.complete_after is not None and watcher.complete_after > revision:
            # It registered before the subject was read for anybody and was overtaken by a watcher that read a later
            # state: what lies between was queued for nobody.
            topic.ahead = max(topic.ahead, topic.read)
            topic.read = min(topic.read, revision)
            watcher.restart(topic.read)
        self._look(subject, topic)

    async def hear(self, wake_ups: Sequence[WakeUp]) -> None:
        """The sink for this process's own wake-ups, so that its subscribers do not depend on Redis."""
        for wake_up in wake_ups:
            self.heard(wake_up)

    def heard(self, wake_up: WakeUp) -> None:
        found = self._subject_of(wake_up)
        if found is not None:
            subject, revision = found
            self._ahead(subject, _UNKNOWN if revision is None else revision)

    async def compare(self) -> None:
        """Find in one statement what no wake-up told of, on whichever subjects are followed."""
        expected = {subject: topic.reached for subject, topic in self._topics.items() if topic.read is not None}
        if not expected:
            return
        async with self._database.engine.connect() as connection:
            current = await self._read_revisions(connection, expected)
        for subject, reached in expected.items():
            topic = self._topics.get(subject)
            if topic is not None and current[subject] < reached:
                self._rewind(topic, current[subject])
            else:
                self._ahead(subject, current[subject])

    def _ahead(self, subject: Subject, revision: int) -> None:
        topic = self._topics.get(subject)
        if topic is not None:
            topic.ahead = max(topic.ahead, revision)
            self._look(subject, topic)

    def _rewind(self, topic: _Topic[ChangeT], revision: int) -> None:
        """The database is behind what it said before: it was restored. The state stands for the lost history."""
        log.warning("history_went_back", reached=topic.reached, revision=revision)
        topic.read = topic.ahead = topic.reached = revision
        for watcher in topic.watchers:
            watcher.reached = min(watcher.reached, revision)
            watcher.skip()

    def _look(self, subject: Subject, topic: _Topic[ChangeT]) -> None:
        if topic.task is None and topic.read is not None and topic.ahead > topic.read:
            topic.task = asyncio.create_task(self._catch_up(subject, topic))

    async def _catch_up(self, subject: Subject, topic: _Topic[ChangeT]) -> None:
        pause = 0.05
        try:
            while topic.watchers and topic.read is not None and topic.ahead > topic.read:
                after, known = topic.read, topic.ahead
                if known == _UNKNOWN:
                    # A wake-up that comes while this is read makes it unknown again.
                    topic.ahead = after + 1
                try:
                    async with self._readers:
                        changes = await self._read_changes(subject, after)
                except Exception as fault:
                    topic.ahead = max(topic.ahead, known)
                    log.warning("changes_unread", error=repr(fault))
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, _LONGEST_PAUSE)
                    continue
                if topic.read == after:
                    self._hand_out(topic, after, changes)
                if known == _UNKNOWN and len(changes) >= self._page:
                    topic.ahead = _UNKNOWN
        finally:
            topic.task = None

    def _hand_out(self, topic: _Topic[ChangeT], after: int, changes: Sequence[ChangeT]) -> None:
        if not changes:
            # Whoever announced this revision did not commit it, or it was lost in a restore.
            topic.ahead = topic.ahead if topic.ahead == _UNKNOWN else after
            return
        topic.read = changes[-1].revision
        topic.reached = max(topic.reached, topic.read)
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
                log.warning("revisions_not_compared", error=repr(fault))
