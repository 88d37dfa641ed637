"""Hands out the changes of what is followed live in this process: each change is read once, for all who follow it.

A subject is either a roll sheet or the feed of an organization. This is the life of a subscriber to a roll sheet:

    subscribe
        │
        ▼
    WATCHING     Hub.watch registers the watcher, before anything is read. From now on
        │        no change can be missed.
        ▼
    OPENING      Openings.open reads a SNAPSHOT, or the changes since the client's revision.
        │        Hub.follow tells the hub which revision was read.
        ▼
    FOLLOWING    FanOut.join puts the subscriber into a group. The group sends it each later
        │        change, once.
        │
        ├── fell behind ──────────────────────────▶ WATCHING; opens with a SNAPSHOT
        ├── may see something else than before ───▶ WATCHING; opens with what it lacks
        ├── lost its right or its credential ─────▶ WATCHING; opening fails: FORBIDDEN, UNAUTHENTICATED
        └── completes or disconnects ─────────────▶ Hub.leave

Wake-ups only say that there may be something new. The changes come from the database, where revisions run without gaps.
So a wake-up that is lost, repeated or out of order can only cost time, and `compare` limits that time (R10.2).
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from typing import Any, Generic, TypeAlias

import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.calendar.timeslots import OccurrenceKey
from db.engine import Database
from db.history import current_history
from db.roster.roll_sheet_changes import RollSheet, current_revisions
from db.wake_ups import FeedGrew, RollSheetChanged, WakeUp
from gql.live.figures import UNREAD, WENT_BACK
from gql.live.watcher import ChangeT, Watcher
from pace import until_beat

log = structlog.get_logger("rollbook.live")

_LONGEST_PAUSE = 2.0
_UNKNOWN = 2**63

Subject: TypeAlias = Hashable


ReadChanges = Callable[[Any, int], Awaitable[Sequence[ChangeT]]]
"""Reads the next changes after a revision, in order and without gaps. It returns a limited number of them, and none
when there is nothing new.
"""
ReadRevisions = Callable[[AsyncConnection, Collection[Any]], Awaitable[Mapping[Any, int]]]
"""Reads the latest revision of each subject, in one statement on a connection without a transaction."""
SubjectOf = Callable[[WakeUp], tuple[Subject, int | None] | None]
"""Returns the subject of a wake-up, with the revision if the wake-up has one; or None if this hub does not
follow it.
"""


def roll_sheet_of(wake_up: WakeUp) -> tuple[RollSheet, int] | None:
    if not isinstance(wake_up, RollSheetChanged):
        return None
    key = OccurrenceKey(wake_up.timeslot_id, wake_up.held_on)
    return RollSheet(wake_up.organization_id, key), wake_up.revision


def feed_of(wake_up: WakeUp) -> tuple[Subject, None] | None:
    """Return the organization, whose feed has grown. The position is None, because no wake-up knows the position that a
    change has in the feed.
    """
    return (wake_up.organization_id, None) if isinstance(wake_up, RollSheetChanged | FeedGrew) else None


def _differ(one: str, other: str) -> bool:
    """Return whether these are the identities of two histories. An empty one is unknown."""
    return "" not in (one, other) and one != other


class _Watching(AbstractContextManager[Watcher[ChangeT]]):
    """The block of `Hub.watch`. A generator would keep its frame for each subscriber."""

    __slots__ = ("_hub", "_subject", "_watcher")

    def __init__(self, hub: "Hub[ChangeT]", subject: Subject, watcher: Watcher[ChangeT]) -> None:
        self._hub = hub
        self._subject = subject
        self._watcher = watcher

    def __enter__(self) -> Watcher[ChangeT]:
        return self._watcher

    def __exit__(self, *_: object) -> None:
        if not self._watcher.is_kept:
            self._hub.leave(self._subject, self._watcher)


@dataclass(eq=False)
class _Topic(Generic[ChangeT]):
    """A subject that somebody follows.

    read -- the last revision that was handed out; None before anybody called `follow`
    ahead -- the latest revision to look for; _UNKNOWN when a wake-up came without a revision. During a read it holds
        what was heard since the read began
    reached -- the latest revision that was ever seen in the database
    """

    watchers: set[Watcher[ChangeT]] = field(default_factory=set)
    read: int | None = None
    ahead: int = 0
    reached: int = 0
    task: asyncio.Task[None] | None = None


class Hub(Generic[ChangeT]):
    """Reads and hands out the changes of one kind of subject. Each process has one hub for each kind."""

    def __init__(
        self,
        database: Database,
        read_changes: ReadChanges[ChangeT],
        read_revisions: ReadRevisions = current_revisions,
        subject_of: SubjectOf = roll_sheet_of,
        *,
        page: int,
        capacity: int = 64,
        compare_seconds: float = 5.0,
        readers: int = 4,
        history_in: Callable[[ChangeT], str] = lambda _: "",
        read_history: Callable[[AsyncConnection], Awaitable[str]] = current_history,
    ) -> None:
        """page -- how many changes `read_changes` returns at most; with fewer it has reached the end
        capacity -- how many changes can wait for one subscriber
        compare_seconds -- the time between two calls of `compare`
        readers -- how many subjects are read at once, which limits the number of connections
        history_in -- returns the identity of the history to which a change belongs; empty if it is unknown
        read_history -- reads the identity of the database's history as it is now
        """
        self._database = database
        self._read_changes = read_changes
        self._read_revisions = read_revisions
        self._subject_of = subject_of
        self.capacity = capacity
        self._compare_seconds = compare_seconds
        self._readers = asyncio.Semaphore(readers)
        self._page = page
        self._history_in = history_in
        self._read_history = read_history
        self._history = ""
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

    def watch(
        self, subject: Subject, wants: Callable[[ChangeT], bool] | None = None, *, depth: int = 0
    ) -> AbstractContextManager[Watcher[ChangeT]]:
        """Register a watcher for the changes that are committed from now on.

        Read the state inside the block, and then call `follow`. A change that is being read for others at this moment
        may lack a part of the subject that this watcher needs (`depth`).

        To keep the watcher after the block, set its `is_kept` and call `leave` at the end.

        wants -- returns whether a change is for this watcher; None accepts all changes
        depth -- how much of the subject each change must come with; 0: only what changed
        """
        topic = self._topics.setdefault(subject, _Topic())
        watcher = Watcher[ChangeT](self.capacity, topic.read, topic.reached, wants, depth=depth)
        topic.watchers.add(watcher)
        return _Watching(self, subject, watcher)

    def watched_depth(self, subject: Subject) -> int:
        """Return how much of the subject its watchers need with each change."""
        topic, depth = self._topics.get(subject), 0
        # A loop, since making a generator for the one watcher of a topic takes longer.
        for watcher in () if topic is None else topic.watchers:
            depth = max(depth, watcher.depth)
        return depth

    def start_over(self, subject: Subject) -> None:
        """Make all watchers of the subject read its state again, because its changes cannot be handed out."""
        topic = self._topics.get(subject)
        for watcher in () if topic is None else topic.watchers:
            watcher.skip()

    def leave(self, subject: Subject, watcher: Watcher[ChangeT]) -> None:
        """Remove the watcher. It may be called more than once."""
        topic = self._topics.get(subject)
        if topic is not None:
            topic.watchers.discard(watcher)
            if not topic.watchers:
                del self._topics[subject]

    def follow(self, subject: Subject, watcher: Watcher[ChangeT], revision: int, history: str = "") -> None:
        """Declare that the watcher has read the state at `revision` and needs every later change.

        The watcher may receive earlier changes again.

        history -- the identity of the history in which it read the state
        """
        self._history = self._history or history
        watcher.history = history
        if any(_differ(self._history_in(change), history) for change in watcher.waiting):
            # A restore came between the read of these changes and that of the state.
            watcher.skip()
        topic = self._topics[subject]
        if revision < watcher.reached:
            self._rewind(topic, revision)
        topic.reached = max(topic.reached, revision)
        if topic.read is None:
            topic.read = revision
            for other in topic.watchers:
                other.complete_after = revision
        elif watcher.complete_after is not None and watcher.complete_after > revision:
            # The watcher registered before anybody had read the subject, and was overtaken by another watcher that read
            # a later state. The changes in between have been queued for nobody, so they are handed out again.
            topic.ahead = max(topic.ahead, topic.read)
            topic.read = min(topic.read, revision)
            watcher.restart(topic.read)
        self._look(subject, topic)

    def heard(self, wake_up: WakeUp) -> None:
        """Receive a wake-up, of this process or of another one."""
        found = self._subject_of(wake_up) if self._topics else None
        if found is not None:
            subject, revision = found
            self._ahead(subject, _UNKNOWN if revision is None else revision)

    async def compare(self) -> None:
        """Find the changes that no wake-up announced, for all followed subjects in one statement."""
        expected = {subject: topic.reached for subject, topic in self._topics.items() if topic.read is not None}
        if not expected:
            return

        async def read(connection: AsyncConnection) -> tuple[Mapping[Any, int], str]:
            return await self._read_revisions(connection, expected), await self._read_history(connection)

        current, history = await self._database.kept.run(read)
        if self._is_another(history):
            # Each connection keeps the history with which it began.
            await self._database.drop_connections()
            for subject in expected.keys() & self._topics.keys():
                self._rewind(self._topics[subject], current[subject])
            self._history = history
            return
        self._history = history
        for subject, reached in expected.items():
            topic = self._topics.get(subject)
            if topic is not None and current[subject] < reached:
                self._rewind(topic, current[subject])
            else:
                self._ahead(subject, current[subject])

    def _is_another(self, history: str) -> bool:
        """Return whether it is known to be another history than the one of the changes handed out so far."""
        return _differ(self._history, history)

    def _ahead(self, subject: Subject, revision: int) -> None:
        topic = self._topics.get(subject)
        if topic is not None:
            topic.ahead = max(topic.ahead, revision)
            self._look(subject, topic)

    def _rewind(self, topic: _Topic[ChangeT], revision: int) -> None:
        """Handle a database that has another history than before, because it was restored. All subscribers read the
        state again.
        """
        WENT_BACK.inc()
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
                after, sought = topic.read, topic.ahead
                topic.ahead = after
                try:
                    async with self._readers:
                        changes = await self._read_changes(subject, after)
                    if changes and self._is_another(self._history_in(changes[0])):
                        await self.compare()
                        await asyncio.sleep(pause)
                        continue
                except Exception as fault:
                    topic.ahead = max(topic.ahead, sought)
                    UNREAD.inc()
                    log.warning("changes_unread", fault=fault)
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, _LONGEST_PAUSE)
                    continue
                is_wanted = topic.read == after
                if is_wanted and changes:
                    self._hand_out(topic, after, changes)
                if not is_wanted or len(changes) >= self._page:
                    topic.ahead = max(topic.ahead, sought)
        finally:
            topic.task = None

    def _hand_out(self, topic: _Topic[ChangeT], after: int, changes: Sequence[ChangeT]) -> None:
        topic.read = changes[-1].revision
        topic.reached = max(topic.reached, topic.read)
        history = self._history_in(changes[0])
        for watcher in topic.watchers:
            # A restore can come between the read of these changes and the read with which the watcher began.
            if changes[0].revision != after + 1 or _differ(history, watcher.history):
                watcher.skip()
                continue
            for change in changes:
                watcher.put(change)

    async def _compare_for_ever(self) -> None:
        while True:
            await asyncio.sleep(until_beat(self._compare_seconds))
            try:
                await self.compare()
            except Exception as fault:
                log.warning("revisions_not_compared", fault=fault)
