"""A group of subscribers to one topic who get the same answers, and a subscriber's place in it (R10.1, R10.5)."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, Protocol

from attendance.rules.organization.permissions import Claims, Viewer
from db.engine import Database
from db.organization.access import access_epoch
from db.organization.viewers import find_viewers
from db.roster.roll_sheet_changes import RollSheet
from gql.live.figures import FELL_BEHIND, ROLL_SHEET, sent
from gql.live.hub import Hub
from gql.live.patience import patiently
from gql.live.watcher import ChangeT, Watcher
from gql.protocol.answers import Answer
from gql.protocol.signal import Signal
from gql.protocol.streams import Stream, Write

if TYPE_CHECKING:
    from gql.live.fan_out import FanOut

_AT_ONCE = 250
_RECENT = 16
# An answer has names of people, and after an erasure (R16.5) no process keeps what was erased.
_RECENT_SECONDS = 20.0


class Followed(Protocol):
    """A change with the number of the last change of access when it was read (see db/organization/access.py)."""

    @property
    def revision(self) -> int: ...

    @property
    def access(self) -> int: ...

    @property
    def committed_at(self) -> datetime: ...


@dataclass(eq=False, slots=True)
class Live(Generic[ChangeT]):
    """The part of a stream in which a subscriber follows its group. A resolver yields this object.

    told -- the last revision that the subscriber received; it is current before and after this part
    view -- subscribers with an equal view of the topic see the same changes and get the same answers
    stays -- returns whether a viewer with these rights certainly has the same view as before
    sees -- returns whether the subscriber may see a change
    show -- turns a change into the event for the subscribers with this view
    has_missed -- whether the subscriber fell behind, so that it needs a SNAPSHOT
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
        follower = Follower(self, stream, write, self.fan_out.capacity)
        group = self.fan_out.join(follower)
        if group is None:
            return
        try:
            while (answer := await follower.take()) is not None:
                yield answer
        finally:
            self.fan_out.leave(group, follower)


class Follower:
    """A subscriber's place in a group: a bounded queue of answers that its socket did not take at once (R10.5).

    It has slots because each event looks through hundreds of followers, and looking into a dictionary for each of them
    would mean waiting for memory.
    """

    __slots__ = (
        "_has_left",
        "_is_sending",
        "_news",
        "_queue",
        "_write",
        "capacity",
        "live",
        "stream",
    )

    def __init__(self, live: Live[Any], stream: Stream, write: Write | None, capacity: int) -> None:
        self.live = live
        self.stream = stream
        self._write = write
        self.capacity = capacity
        # A list is small while it is empty, which it nearly always is.
        self._queue: list[tuple[int, Answer]] = []
        self._news = Signal()
        self._is_sending = False
        self._has_left = False

    def put(self, revision: int, answer: Answer) -> None:
        if self._has_left or revision <= self.live.told:
            return
        if answer.disclosed:
            self.stream.receives(answer)
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
            FELL_BEHIND.inc()

    def leave(self) -> None:
        """End the following after what is queued has been sent."""
        self._has_left = True
        self._news.set()

    def turn_away(self) -> None:
        """End the following and drop what is queued. The subscriber then reads for itself what it may still see."""
        self._queue.clear()
        self.leave()

    async def take(self) -> Answer | None:
        """Wait for the next answer to send, after the last one has been sent. None means that the following
        has ended.
        """
        self._is_sending = False
        while not self._queue:
            if self._has_left:
                return None
            self._news.clear()
            await self._news.wait()
        self._is_sending = True
        self.live.told, answer = self._queue.pop(0)
        return answer


@dataclass(frozen=True, slots=True)
class _Recent:
    """An answer that was sent recently, kept for subscribers who join a moment later.

    It does not hold the change, which has a whole roster.

    sent_at -- a time of the loop
    """

    revision: int
    access: int
    answer: Answer
    sent_at: float


class Group(Generic[ChangeT]):
    """Subscribers with equal requests and an equal view of one topic.

    at -- the last revision that the group has sent
    access -- the rights of all followers have been checked at this number of the last change of access, or later
    """

    def __init__(self, key: Hashable, first: Follower) -> None:
        live = first.live
        self.key, self.view = key, live.view
        self.hub, self.topic, self.watcher, self.at = live.hub, live.topic, live.watcher, live.told
        self.access = live.viewer.access
        self.followers: set[Follower] = set()
        self.task: asyncio.Task[None] | None = None
        self._recent: deque[_Recent] = deque(maxlen=min(first.capacity, _RECENT))

    def admit(self, follower: Follower) -> bool:
        """Add the follower and return whether that was possible.

        If not, the follower must open its stream again, because the group is too far ahead of it or knows of newer
        rights.
        """
        live = follower.live
        missed = [each for each in self._recent if each.revision > live.told]
        live.has_missed = live.told + len(missed) < self.at
        if live.has_missed or any(each.access > live.viewer.access for each in missed):
            return False
        self.followers.add(follower)
        # The follower that was checked longest ago decides when all of them are checked again.
        self.access = min(self.access, live.viewer.access)
        for each in missed:
            follower.put(each.revision, each.answer)
        return True

    def forget_recent(self, now: float) -> None:
        """Forget the answers that were sent more than twenty seconds ago; whoever has missed them reads for itself.

        now -- a time of the loop
        """
        while self._recent and self._recent[0].sent_at < now - _RECENT_SECONDS:
            self._recent.popleft()

    async def follow(self, database: Database, clock: Callable[[], datetime]) -> None:
        """Send each change. It returns when a change is missing, when nobody is left, or when executing failed."""
        while self.followers:
            change: Any = await self.watcher.take()
            if change is None:
                for follower in self.followers:
                    follower.live.has_missed = True
                FELL_BEHIND.inc(len(self.followers))
                return
            if change.revision > self.at + 1:
                return
            if change.revision <= self.at:
                continue
            if self.access < change.access:
                await self._look_after(change, database, clock)
            answer = await self._execute(change, database, clock)
            if self.access < change.access:
                # This is for the followers who joined during the execution.
                await self._look_after(change, database, clock)
            if answer is None:
                return
            self.at = change.revision
            sent_at = asyncio.get_running_loop().time()
            self._recent.append(_Recent(change.revision, change.access, answer, sent_at))
            await self._tell(change.revision, answer)
            sent(ROLL_SHEET, len(self.followers), clock() - change.committed_at)
            answer.compact()

    async def _look_after(self, change: Followed, database: Database, clock: Callable[[], datetime]) -> None:
        """Check the followers' rights until they are at least as new as the change."""
        while self.access < change.access:
            await self.check(database, clock(), at_least=change.access)

    async def _execute(self, change: Any, database: Database, clock: Callable[[], datetime]) -> Answer | None:
        """Execute the change for one of the followers who remain. None means that it failed or that nobody is left."""
        while self.followers:
            one = next(iter(self.followers))
            if not one.live.sees(change):
                return None
            answer = await one.stream.execute(one.live.show(change), self.view)
            if not answer.has_errors:
                return answer
            await self.check(database, clock())
            if one in self.followers:
                return None
        return None

    async def _tell(self, revision: int, answer: Answer) -> None:
        for number, follower in enumerate(tuple(self.followers), 1):
            follower.put(revision, answer)
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)

    async def check(self, database: Database, now: datetime, at_least: int = 0) -> None:
        """Remove the followers who may no longer see what they saw before (R10.4).

        at_least -- the number of the last change of access that was seen already; after a restore, the database may
            have a lower one
        """
        organization_id, followers = self.topic.organization_id, tuple(self.followers)
        claims = {each.live.claims for each in followers}

        async def read() -> tuple[int, dict[Claims, Viewer]]:
            async with database.read(organization_id) as connection:
                return await access_epoch(connection, organization_id), await find_viewers(connection, claims, now)

        access, viewers = await patiently(read)
        for follower in followers:
            viewer = viewers.get(follower.live.claims)
            if viewer is None or not follower.live.stays(viewer):
                self.followers.discard(follower)
                follower.turn_away()
        # Followers who joined during the read were not checked.
        unseen = self.followers.difference(followers)
        self.access = min((max(access, at_least), *(each.live.viewer.access for each in unseen)))
