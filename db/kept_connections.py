"""Connections for work that follows closely on other work, which stay out of the pool in between.

Taking a connection from the pool and giving it back costs a process that sends live events an eighth of its CPU, and
one that shows roll sheets or checks in a twelfth.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, TypeVar

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection

from db.checking_out import driver_of
from pace import until_beat

T = TypeVar("T")
Taken = AbstractAsyncContextManager[AsyncConnection]

_IDLE_SECONDS = 1.0
# The pool replaces old connections, but only those that come back to it.
_LONGEST_SECONDS = 60.0


class Gone(Exception):
    """The server has closed a connection while nobody used it."""


@dataclass(slots=True, eq=False)
class Kept:
    """A connection that was taken from the pool. It is kept no longer than until `ends`, a time of the loop.

    driver -- the driver's connection, which is closed when SQLAlchemy drops it
    releases -- how often all connections had been released when it was taken last
    """

    taken: Taken
    connection: AsyncConnection
    driver: asyncpg.Connection | None
    ends: float
    releases: int = 0

    def is_open(self) -> bool:
        return self.driver is not None and not self.driver.is_closed()


class KeptConnections:
    """Keeps connections, each for as long as so many have been needed at the same time within the last second, and at
    most for a minute. Whoever finds none takes one from the pool. Nobody waits for the pool while one is unused.
    """

    def __init__(self, take: Callable[[], Taken], may_keep: Callable[[int], bool]) -> None:
        """take -- takes a connection from the pool for a block
        may_keep -- returns whether one more may stay out of the pool when so many do already
        """
        self._take = take
        self._may_keep = may_keep
        # The last one that was used is used next, so that the first ones are those that were needed least.
        self._kept: list[Kept] = []
        self._unused = 0
        self._timer: asyncio.TimerHandle | None = None
        self._releasing: asyncio.Task[None] | None = None
        self._releases = 0

    async def run(self, read: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Return the result of `read`, which leaves no transaction open. The connection is not kept after a failure, or
        after a call of `release` during the read.
        """
        async with self.use() as connection:
            return await read(connection)

    def use(self) -> Taken:
        """Use a connection for a block, which leaves no transaction open; see `run`."""
        return _Use(self)

    async def take(self) -> Kept:
        """Return a connection to use alone, and then for `keep`."""
        kept = self._kept.pop() if self._kept else None
        self._unused = min(self._unused, len(self._kept))
        if kept is not None and not kept.is_open():
            await kept.taken.__aexit__(Gone, Gone(), None)
            kept = None
        if kept is None:
            taken = self._take()
            connection = await taken.__aenter__()
            ends = asyncio.get_running_loop().time() + _LONGEST_SECONDS
            kept = Kept(taken, connection, driver_of(connection), ends)
        kept.releases = self._releases
        return kept

    def keep(self, kept: Kept) -> bool:
        """Return whether the connection is kept for others. If not, it has to be given back to the pool."""
        loop = asyncio.get_running_loop()
        if self._releases != kept.releases or kept.ends <= loop.time() or not self._may_keep(len(self._kept)):
            return False
        self._kept.append(kept)
        if self._timer is None:
            self._timer = loop.call_later(until_beat(_IDLE_SECONDS), self._look)
        return True

    async def spare_one(self) -> None:
        """Give the connection that was needed least back to the pool, if any is unused at the moment."""
        if self._kept:
            spared = self._kept.pop(0)
            self._unused = max(0, self._unused - 1)
            await _give_back([spared])

    async def release(self) -> None:
        """Give all connections back to the pool, those that are being read with after that. The next reads take them
        again.
        """
        self._releases += 1
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        kept, self._kept, self._unused = self._kept, [], 0
        await _give_back(kept)

    def _look(self) -> None:
        """Give back the connections that were not needed since the last look, and those that are old."""
        loop = asyncio.get_running_loop()
        needed = [each for each in self._kept[self._unused :] if each.ends > loop.time()]
        surplus = [each for each in self._kept if each not in needed]
        self._kept, self._unused = needed, len(needed)
        if surplus:
            self._releasing = loop.create_task(_give_back(surplus))
        self._timer = loop.call_later(until_beat(_IDLE_SECONDS), self._look) if self._kept else None


class _Use(AbstractAsyncContextManager[AsyncConnection]):
    """A block with one of the connections."""

    __slots__ = ("_connections", "_kept")

    def __init__(self, connections: KeptConnections) -> None:
        self._connections = connections

    async def __aenter__(self) -> AsyncConnection:
        self._kept = await self._connections.take()
        return self._kept.connection

    async def __aexit__(self, *fault: Any) -> None:
        if fault[0] is not None or not self._connections.keep(self._kept):
            await self._kept.taken.__aexit__(*fault)


async def _give_back(kept: list[Kept]) -> None:
    for each in kept:
        await each.taken.__aexit__(None, None, None)
