"""One execution for all who get the same: the subscribers of a topic in groups, each told together.

A subscriber first opens its stream: it gets the state, or what it missed. From then on it only follows (`Live`):
its group takes each change from the hub once, executes it once, encodes it once and writes it to every socket that can
take it. Whoever cannot keep up, or may see something else than before, leaves the group and opens its stream anew.
"""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from db.engine import Database
from db.organization.access import access_epochs
from gql.live.group import Follower, Group

log = structlog.get_logger("rollbook.live")


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
        """None: it must open its stream anew."""
        live = follower.live
        if live.watcher.has_missed:
            live.hub.leave(live.topic, live.watcher)
            live.has_missed = True
            return None
        key = (id(live.hub), live.topic, follower.stream.signature, live.view)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = Group(key, follower)
            live.watcher.is_kept = True
            group.task = self._run(self._follow(group), "fan-out")
        else:
            live.hub.leave(live.topic, live.watcher)
        return group if group.admit(follower) else None

    def leave(self, group: Group[Any], follower: Follower) -> None:
        # It may be among those that are being told: nothing more goes out to an operation that has ended.
        follower.turn_away()
        group.followers.discard(follower)
        if not group.followers and group.task is not None:
            # Out of the way at once: whoever comes next must not join a group that is about to end.
            self._forget(group)
            group.task.cancel()

    async def _follow(self, group: Group[Any]) -> None:
        try:
            await group.follow(self.database, self.clock)
        except Exception as fault:
            log.warning("group_given_up", error=repr(fault))
        finally:
            self._forget(group)
            for follower in group.followers:
                follower.leave()

    def _forget(self, group: Group[Any]) -> None:
        """Once or more often."""
        group.hub.leave(group.topic, group.watcher)
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
