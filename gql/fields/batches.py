"""Collects what the fields of an operation ask for at the same time, so that it is read together."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

import pace

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

LARGEST = 200


class Batches(Generic[K, V]):
    """Reads the values of keys in batches of at most LARGEST, and keeps nothing between batches.

    Strawberry's DataLoader reads what was asked for within one turn of the loop. The fields of a long response are
    completed in many turns, and a batch waits for all of them.

    read -- receives the keys of a batch and returns the values in their order
    """

    def __init__(self, read: Callable[[list[K]], Awaitable[list[V]]]) -> None:
        self._read = read
        self._asked: list[tuple[K, asyncio.Future[V]]] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def load(self, key: K) -> V:
        """Return the value of the key, or raise what reading its batch has raised."""
        future: asyncio.Future[V] = asyncio.get_running_loop().create_future()
        self._asked.append((key, future))
        if len(self._asked) == 1:
            self._start(self._collect())
        return await future

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _collect(self) -> None:
        await pace.settled()
        asked, self._asked = self._asked, []
        for start in range(0, len(asked), LARGEST):
            self._start(self._answer(asked[start : start + LARGEST]))

    async def _answer(self, asked: list[tuple[K, asyncio.Future[V]]]) -> None:
        wanted = [(key, future) for key, future in asked if not future.done()]
        if not wanted:
            return
        try:
            values = await self._read([key for key, _ in wanted])
        except Exception as fault:
            for _, future in wanted:
                if not future.done():
                    future.set_exception(fault)
            return
        for (_, future), value in zip(wanted, values, strict=True):
            if not future.done():
                future.set_result(value)
