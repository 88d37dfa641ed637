"""The background tasks that are followed in this process, with their revisions.

Wake-ups only say that there may be something new. A few times a second at most, one statement reads the revisions of
all tasks for which a wake-up came. However fast a task proceeds, a subscriber is told a few times a second, and always
gets the last state (R9.4). `compare` reads the revisions of all followed tasks, and so finds changes that no wake-up
announced.
"""

import asyncio
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TypeVar
from uuid import UUID

import structlog

from db.engine import Database
from db.tasks.background_tasks import current_revisions
from db.wake_ups import TaskChanged, WakeUp

log = structlog.get_logger("rollbook.live")

Subject = tuple[UUID, UUID]
"""The id of an organization and the id of one of its tasks."""


class _Watcher:
    """One subscriber.

    pause_seconds -- how long it waits after news, so that it reads once for all that happens together
    """

    def __init__(self, pause_seconds: float = 0.0) -> None:
        self._pause_seconds = pause_seconds
        self._news = asyncio.Event()

    async def change(self, seconds: float) -> None:
        """Wait until something may have been added, changed or deleted, at most `seconds`. The caller then reads it."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._news.wait()
        if self._news.is_set() and self._pause_seconds:
            await asyncio.sleep(self._pause_seconds)
        self._news.clear()


class TaskWatcher(_Watcher):
    """A subscriber to one task. It sets `told` to the last revision that it sent to its client; None before it has sent
    any.
    """

    told: int | None = None

    def look(self, revision: int | None) -> None:
        """Take note of the task's current revision, or of None when the task no longer exists."""
        if revision is None or revision != self.told:
            self._news.set()


class ListWatcher(_Watcher):
    """A subscriber to the list of an organization's tasks. It reads the list itself, with its viewer's rights."""

    def look(self) -> None:
        """Take note that a task of the organization may have changed."""
        self._news.set()


KeyT = TypeVar("KeyT")
WatcherT = TypeVar("WatcherT", bound=_Watcher)


@contextmanager
def _registered(watchers: dict[KeyT, set[WatcherT]], key: KeyT, watcher: WatcherT) -> Iterator[WatcherT]:
    watchers.setdefault(key, set()).add(watcher)
    try:
        yield watcher
    finally:
        watchers[key].discard(watcher)
        if not watchers[key]:
            del watchers[key]


class TaskBoard:
    """The board of this process."""

    def __init__(self, database: Database, *, compare_seconds: float = 5.0, pause_seconds: float = 0.3) -> None:
        """compare_seconds -- the time after which all followed tasks are read again
        pause_seconds -- the pause between two reads
        """
        self._database = database
        self._compare_seconds = compare_seconds
        self._pause_seconds = pause_seconds
        self._watchers: dict[Subject, set[TaskWatcher]] = {}
        self._list_watchers: dict[UUID, set[ListWatcher]] = {}
        self._heard_of: set[Subject] = set()
        self._news = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._looking = asyncio.create_task(self._look_for_ever(), name="look-at-tasks")

    async def close(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            with suppress(asyncio.CancelledError):
                await self._looking

    def watch(self, organization_id: UUID, task_id: UUID) -> AbstractContextManager[TaskWatcher]:
        """Register for the changes that are committed from now on. Read the task inside the block."""
        return _registered(self._watchers, (organization_id, task_id), TaskWatcher())

    def watch_list(self, organization_id: UUID) -> AbstractContextManager[ListWatcher]:
        """Register for the changes of all tasks of the organization. Read the list inside the block."""
        return _registered(self._list_watchers, organization_id, ListWatcher(self._pause_seconds))

    def heard(self, wake_up: WakeUp) -> None:
        """Receive a wake-up, of this process or of another one."""
        if not isinstance(wake_up, TaskChanged):
            return
        for watcher in self._list_watchers.get(wake_up.organization_id, ()):
            watcher.look()
        if (wake_up.organization_id, wake_up.task_id) in self._watchers:
            self._heard_of.add((wake_up.organization_id, wake_up.task_id))
            self._news.set()

    async def compare(self) -> None:
        """Read the revisions of all followed tasks, and let those who follow a list read it."""
        for watchers in self._list_watchers.values():
            for watcher in watchers:
                watcher.look()
        self._heard_of.update(self._watchers)
        await self._look()

    async def _look(self) -> None:
        """Read the revisions in one statement. Tasks for which a wake-up arrives meanwhile are read again."""
        subjects, self._heard_of = self._heard_of & self._watchers.keys(), set()
        self._news.clear()
        if not subjects:
            return
        try:
            async with self._database.connect() as connection:
                revisions = await current_revisions(connection, subjects)
        except BaseException:
            self._heard_of |= subjects
            raise
        for subject in subjects:
            for watcher in self._watchers.get(subject, ()):
                watcher.look(revisions.get(subject))

    async def _look_for_ever(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self._compare_seconds):
                    await self._news.wait()
            except TimeoutError:
                self._heard_of.update(self._watchers)
            try:
                await self._look()
            except Exception as fault:
                log.warning("tasks_not_looked_at", fault=fault)
            await asyncio.sleep(self._pause_seconds)
