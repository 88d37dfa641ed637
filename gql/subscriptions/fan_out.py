"""One execution for all who get the same: the subscribers of a topic in groups, each told together.

A subscriber opens its stream by itself: it reads the state, or what it missed. From then on it only follows (`Live`):
its group takes each change from the hub once, executes it once, encodes it once and writes it to every socket that can
take it. Whoever cannot keep up, or may see something else than before, leaves the group and opens its stream anew.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol

import structlog

from attendance.rules.permissions import Claims, Viewer
from db.access import access_epoch, access_epochs
from db.engine import Database
from db.roll_sheet_changes import RollSheet
from db.viewers import find_viewers
from gql.answers import Answer
from gql.streams import Stream, Write
from gql.subscriptions.hub import ChangeT, Hub, Watcher
from gql.subscriptions.patience import patiently

log = structlog.get_logger("rollbook.live")

_AT_ONCE = 250


class Followed(Protocol):
    """A change with the number of the last change of anybody's access when it was read (db/access.py)."""

    @property
    def revision(self) -> int: ...

    @property
    def access(self) -> int: ...


@dataclass(eq=False)
class Live(Generic[ChangeT]):
    """The stretch of a stream in which a subscriber follows others; a resolver yields it.

    `told` is the last revision that the subscriber got, before and after; `has_missed`: it fell behind, and the state
    must stand for what it missed. Whoever has an equal `view` of the topic `sees` the same changes, shown (`show`) in
    the same way. `stays`: with these rights the subscriber surely has the view that it had.
    """

    fan_out: "FanOut"
    hub: Hub[ChangeT]
    topic: RollSheet
    watcher: Watcher[ChangeT]
    told: int
    claims: Claims
    viewer: Viewer
    view: Hashable
    stays: Callable[[Viewer], bool]
    sees: Callable[[ChangeT], bool]
    show: Callable[[ChangeT], object]
    has_missed: bool = False

    async def answers(self, stream: Stream, write: Write | None) -> AsyncGenerator[Answer, None]:
        follower = _Follower(self, stream, write, self.fan_out.capacity)
        group = self.fan_out.join(follower)
        if group is None:
            return
        try:
            while (answer := await follower.take()) is not None:
                yield answer
        finally:
            self.fan_out.leave(group, follower)


class _Follower:
    """One subscriber's place in a group: a bounded queue behind what its socket takes at once (R10.5)."""

    def __init__(self, live: Live[Any], stream: Stream, write: Write | None, capacity: int) -> None:
        self.live = live
        self.stream = stream
        self._write = write
        self.capacity = capacity
        self._queue: deque[tuple[int, Answer]] = deque()
        self._news = asyncio.Event()
        self._is_sending = False
        self._has_left = False

    def put(self, revision: int, answer: Answer) -> None:
        if self._has_left or revision <= self.live.told:
            return
        is_idle = not self._queue and not self._is_sending
        if is_idle and self._write is not None and self._write(answer):
            self.live.told = revision
        elif len(self._queue) < self.capacity:
            self._queue.append((revision, answer))
            self._news.set()
        else:
            self._queue.clear()
            self.live.has_missed = True
            self.leave()

    def leave(self) -> None:
        """What is queued is still told."""
        self._has_left = True
        self._news.set()

    async def take(self) -> Answer | None:
        """The next that is to be sent; the one before it has been. None: the stretch is over."""
        self._is_sending = False
        while not self._queue:
            if self._has_left:
                return None
            self._news.clear()
            await self._news.wait()
        self._is_sending = True
        self.live.told, answer = self._queue.popleft()
        return answer


class _Group(Generic[ChangeT]):
    """Those who ask the same of one topic and see the same of it. `at`: told up to this revision."""

    def __init__(self, key: Hashable, first: _Follower) -> None:
        live = first.live
        self.key = key
        self.hub, self.topic, self.watcher, self.at = live.hub, live.topic, live.watcher, live.told
        self.access = live.viewer.access
        self.followers: set[_Follower] = set()
        self.task: asyncio.Task[None] | None = None
        self._recent: deque[tuple[int, Answer]] = deque(maxlen=first.capacity)

    def admit(self, follower: _Follower) -> bool:
        """False: the group is too far ahead of it."""
        missed = [(revision, answer) for revision, answer in self._recent if revision > follower.live.told]
        if follower.live.told + len(missed) < self.at:
            return False
        self.followers.add(follower)
        # Whoever was looked at longest ago decides when all are looked at again.
        self.access = min(self.access, follower.live.viewer.access)
        for revision, answer in missed:
            follower.put(revision, answer)
        return True

    async def follow(self, database: Database, clock: Callable[[], datetime]) -> None:
        """Tell each change, until one is missing, nobody is left, or somebody's answer went wrong."""
        while self.followers:
            change: Any = await self.watcher.take()
            if change is None or change.revision > self.at + 1:
                return
            if change.revision <= self.at:
                continue
            if change.access != self.access:
                await self.check(database, clock())
            if not self.followers:
                return
            one = next(iter(self.followers))
            if not one.live.sees(change):
                return
            answer = await one.stream.execute(one.live.show(change))
            if answer.has_errors:
                # It may be the affair of one alone; by themselves each gets its own.
                return
            self.at = change.revision
            self._recent.append((change.revision, answer))
            await self._tell(change.revision, answer)

    async def _tell(self, revision: int, answer: Answer) -> None:
        for number, follower in enumerate(tuple(self.followers), 1):
            follower.put(revision, answer)
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)

    async def check(self, database: Database, now: datetime) -> None:
        """Let those go who may not see any more what they saw (R10.4)."""
        organization_id, followers = self.topic.organization_id, tuple(self.followers)
        claims = {each.live.claims for each in followers}

        async def read() -> tuple[int, dict[Claims, Viewer]]:
            async with database.read(organization_id) as connection:
                return await access_epoch(connection, organization_id), await find_viewers(connection, claims, now)

        self.access, viewers = await patiently(read)
        for follower in followers:
            viewer = viewers.get(follower.live.claims)
            if viewer is None or not follower.live.stays(viewer):
                self.followers.discard(follower)
                follower.leave()


@dataclass
class FanOut:
    """One for each process.

    capacity -- answers queued for a subscriber whose socket is full, and kept for those who join.
    check_seconds -- how soon a stream on which nothing happens notices that its viewer lost a right.
    """

    database: Database
    clock: Callable[[], datetime]
    capacity: int = 64
    check_seconds: float = 2.0
    _groups: dict[Hashable, _Group[Any]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> None:
        self._run(self._check_for_ever(), "check-access")

    async def __aexit__(self, *_: object) -> None:
        for task in tuple(self._tasks):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def join(self, follower: _Follower) -> _Group[Any] | None:
        """None: its group is too far ahead, so it must read the state and come again."""
        live = follower.live
        key = (id(live.hub), live.topic, follower.stream.signature, live.view)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = _Group(key, follower)
            live.watcher.is_kept = True
            group.task = self._run(self._follow(group), "fan-out")
        else:
            live.hub.leave(live.topic, live.watcher)
        live.has_missed = not group.admit(follower)
        return None if live.has_missed else group

    def leave(self, group: _Group[Any], follower: _Follower) -> None:
        group.followers.discard(follower)
        if not group.followers and group.task is not None:
            # Out of the way at once: whoever comes next must not join a group that is about to end.
            self._forget(group)
            group.task.cancel()

    async def _follow(self, group: _Group[Any]) -> None:
        try:
            await group.follow(self.database, self.clock)
        except Exception as fault:
            log.warning("group_given_up", error=repr(fault))
        finally:
            group.hub.leave(group.topic, group.watcher)
            self._forget(group)
            for follower in group.followers:
                follower.leave()

    def _forget(self, group: _Group[Any]) -> None:
        if self._groups.get(group.key) is group:
            del self._groups[group.key]

    async def check(self) -> None:
        """Look at those whose organization changed anybody's access, in one statement if none did."""
        groups = tuple(self._groups.values())
        organizations = {group.topic.organization_id for group in groups}
        if not organizations:
            return
        epochs = await access_epochs(self.database, organizations)
        for group in groups:
            if group.access != epochs.get(group.topic.organization_id, 0):
                await group.check(self.database, self.clock())

    async def _check_for_ever(self) -> None:
        while True:
            await asyncio.sleep(self.check_seconds)
            try:
                await self.check()
            except Exception as fault:
                log.warning("access_not_checked", error=repr(fault))

    def _run(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
