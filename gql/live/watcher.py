"""The queue of one subscriber, into which a hub puts the changes of what the subscriber follows (R10.5)."""

from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from gql.protocol.signal import Signal


class Numbered(Protocol):
    """A change of a subject. All watchers share it, so nobody may modify it."""

    @property
    def revision(self) -> int: ...


ChangeT = TypeVar("ChangeT", bound=Numbered)


class Watcher(Generic[ChangeT]):
    """The bounded queue of one subscriber (R10.5).

    history -- the identity of the history in which the subscriber read the state; empty before that, or if unknown
    """

    __slots__ = (
        "_capacity",
        "_has_missed",
        "_news",
        "_queue",
        "_wants",
        "complete_after",
        "depth",
        "history",
        "is_kept",
        "reached",
    )

    def __init__(
        self,
        capacity: int,
        complete_after: int | None,
        reached: int,
        wants: Callable[[ChangeT], bool] | None = None,
        *,
        depth: int = 0,
    ) -> None:
        """capacity -- how many changes can wait in the queue
        complete_after -- the revision after which the queue has every change; None before the subject was read
        reached -- a revision that the database is known to have, so the subscriber reads no older state
        wants -- returns whether a change is for this subscriber; None accepts all changes
        depth -- how much of the subject the subscriber shows with each change; 0: only what changed
        """
        self._capacity = capacity
        self._wants = wants
        self._queue: list[ChangeT] = []
        self._has_missed = False
        self._news = Signal()
        self.complete_after = complete_after
        self.reached = reached
        self.history = ""
        self.depth = depth
        self.is_kept = False

    @property
    def has_missed(self) -> bool:
        """Whether changes were dropped, so that the subscriber must read the state again."""
        return self._has_missed

    @property
    def waiting(self) -> Sequence[ChangeT]:
        """The changes in the queue."""
        return self._queue

    def put(self, change: ChangeT) -> None:
        if self._wants is not None and not self._wants(change):
            return
        if len(self._queue) >= self._capacity:
            self.skip()
        elif not self._has_missed:
            self._queue.append(change)
            self._news.set()

    def skip(self) -> None:
        """Drop everything in the queue. The subscriber must read the state again."""
        self._queue.clear()
        self._has_missed = True
        self._news.set()

    def restart(self, revision: int) -> None:
        """Drop everything in the queue, because the changes after this revision will be put into it again, in order."""
        self.complete_after = revision
        self._queue.clear()
        if not self._has_missed:
            self._news.clear()

    async def take(self) -> ChangeT | None:
        """Wait for the next change and return it.

        None means that changes were dropped. The subscriber must then read the state, which includes them.
        """
        await self._news.wait()
        if self._has_missed:
            self._has_missed = False
            self._news.clear()
            return None
        change = self._queue.pop(0)
        if not self._queue:
            self._news.clear()
        return change
