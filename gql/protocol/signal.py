"""A signal for one who waits, a queue for one who reads, and a gate that is nearly always open.

Those of asyncio serve many at once, for which each keeps up to four kilobytes. A process has thousands of them idle.
"""

import asyncio
from typing import Generic, TypeVar

T = TypeVar("T")


class Signal:
    """An asyncio.Event that at most one task waits for at a time."""

    __slots__ = ("_is_set", "_waiting")

    def __init__(self) -> None:
        self._is_set = False
        self._waiting: asyncio.Future[None] | None = None

    def set(self) -> None:
        self._is_set = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def clear(self) -> None:
        self._is_set = False

    async def wait(self) -> None:
        """Return at once when the signal is set, otherwise when it is set next."""
        if self._is_set:
            return
        self._waiting = asyncio.get_running_loop().create_future()
        try:
            await self._waiting
        finally:
            self._waiting = None


class Gate:
    """An asyncio.Event that is set at first, and keeps nothing for those who wait while nobody does."""

    __slots__ = ("_closed",)

    def __init__(self) -> None:
        self._closed: asyncio.Event | None = None

    def is_set(self) -> bool:
        return self._closed is None

    def set(self) -> None:
        if self._closed is not None:
            self._closed.set()
            self._closed = None

    def clear(self) -> None:
        if self._closed is None:
            self._closed = asyncio.Event()

    async def wait(self) -> None:
        """Return at once when the gate is set, otherwise when it is set next."""
        if self._closed is not None:
            await self._closed.wait()


class Inbox(Generic[T]):
    """An unbounded asyncio.Queue that at most one task reads at a time."""

    __slots__ = ("_items", "_news")

    def __init__(self) -> None:
        self._items: list[T] = []
        self._news = Signal()

    def put_nowait(self, item: T) -> None:
        self._items.append(item)
        self._news.set()

    def empty(self) -> bool:
        return not self._items

    async def get(self) -> T:
        while not self._items:
            self._news.clear()
            await self._news.wait()
        return self._items.pop(0)
