"""Executes each change once for all subscribers who get the same answer.

The subscribers of a topic form groups. A subscriber first opens its stream and gets the state, or what it missed. From
then on it only follows (`Live`): its group takes each change from the hub, executes and encodes it once, and writes it
to every socket that can take it. A subscriber that cannot keep up, or that may see something else than before, leaves
the group and opens its stream again.
"""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from db.engine import Database
from gql.live.access_watch import AccessWatch
from gql.live.group import Follower, Group
from pace import until_beat

log = structlog.get_logger("rollbook.live")


@dataclass
class FanOut:
    """The groups of this process.

    capacity -- how many answers are queued for a subscriber whose socket is full, and kept for those who join later
    check_seconds -- the time after which an idle stream notices that its viewer has lost a right
    """

    database: Database
    access: AccessWatch
    clock: Callable[[], datetime]
    capacity: int = 64
    check_seconds: float = 2.0
    _groups: dict[Hashable, Group[Any]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def __aenter__(self) -> None:
        self._run(self._check_for_ever(), "check-access")

    async def __aexit__(self, *_: object) -> None:
        for task in tuple(self._tasks):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def join(self, follower: Follower) -> Group[Any] | None:
        """Put the follower into the group of its equals and return the group. None means that it must open its stream
        again.
        """
        live = follower.live
        if live.watcher.has_missed:
            live.hub.leave(live.topic, live.watcher)
            live.has_missed = True
            return None
        # A group is in one history, like its first follower. Whoever has read another one must not be told its changes.
        key = (id(live.hub), live.topic, follower.stream.signature, live.view, live.watcher.history)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = Group(key, follower)
            live.watcher.is_kept = True
            group.task = self._run(self._follow(group), "fan-out")
        else:
            live.hub.leave(live.topic, live.watcher)
        return group if group.admit(follower) else None

    def leave(self, group: Group[Any], follower: Follower) -> None:
        # The follower may belong to a batch that is being sent. Nothing may go out to an operation that has ended.
        follower.turn_away()
        group.followers.discard(follower)
        if not group.followers and group.task is not None:
            # The group is removed at once, so that nobody joins a group that is about to end.
            self._forget(group)
            group.task.cancel()

    async def _follow(self, group: Group[Any]) -> None:
        try:
            await group.follow(self.database, self.clock)
        except Exception as fault:
            log.warning("group_given_up", fault=fault)
        finally:
            self._forget(group)
            for follower in group.followers:
                follower.leave()

    def _forget(self, group: Group[Any]) -> None:
        """Remove the group. It may be called more than once."""
        group.hub.leave(group.topic, group.watcher)
        if self._groups.get(group.key) is group:
            del self._groups[group.key]

    async def check(self) -> None:
        """Check the access of followers whose organization has changed anybody's access.

        When no organization has, this executes only one statement.
        """
        groups = tuple(self._groups.values())
        organizations = {group.topic.organization_id for group in groups}
        if not organizations:
            return
        epochs = await self.access.epochs(organizations)
        for group in groups:
            if group.access != epochs.get(group.topic.organization_id, 0):
                await group.check(self.database, self.clock())

    def forget_recent(self) -> None:
        """Forget the answers that are kept for those who join later, once they are old."""
        now = asyncio.get_running_loop().time()
        for group in self._groups.values():
            group.forget_recent(now)

    async def _check_for_ever(self) -> None:
        while True:
            await asyncio.sleep(until_beat(self.check_seconds))
            self.forget_recent()
            try:
                await self.check()
            except Exception as fault:
                log.warning("access_not_checked", fault=fault)

    def _run(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
