"""A connection for reads that follow each other closely, which stays out of the pool between them.

Taking a connection from the pool and giving it back costs a process that sends live events an eighth of its CPU.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

T = TypeVar("T")
Taken = AbstractAsyncContextManager[AsyncConnection]

_IDLE_SECONDS = 1.0
# The pool replaces old connections, but only those that come back to it.
_LONGEST = 60


class KeptConnection:
    """Keeps one connection until nothing was read with it for a second, at most for a minute. Reads that run at the
    same time take others from the pool.
    """

    def __init__(self, take: Callable[[], Taken], is_spare: Callable[[], bool]) -> None:
        """take -- takes a connection from the pool for a block
        is_spare -- returns whether the pool has others, so that this one may stay out of it
        """
        self._take = take
        self._is_spare = is_spare
        self._kept: tuple[Taken, AsyncConnection] | None = None
        self._was_used = False
        self._looks = 0
        self._timer: asyncio.TimerHandle | None = None
        self._releasing: asyncio.Task[None] | None = None
        self._releases = 0

    async def run(self, read: Callable[[AsyncConnection], Awaitable[T]]) -> T:
        """Return the result of `read`, which leaves no transaction open. The connection is not kept after a failure, or
        after a call of `release` during the read.
        """
        releases = self._releases
        kept, self._kept = self._kept, None
        if kept is None:
            taken = self._take()
            kept = taken, await taken.__aenter__()
        try:
            found = await read(kept[1])
        except BaseException as fault:
            await kept[0].__aexit__(type(fault), fault, fault.__traceback__)
            raise
        if self._kept is not None or self._releases != releases or not self._is_spare():
            await kept[0].__aexit__(None, None, None)
            return found
        self._kept, self._was_used = kept, True
        if self._timer is None:
            self._looks = 0
            self._timer = asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._look)
        return found

    async def release(self) -> None:
        """Give the connection back to the pool, if it is being read with, after that. The next read takes one again."""
        self._releases += 1
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        kept, self._kept = self._kept, None
        if kept is not None:
            await kept[0].__aexit__(None, None, None)

    def _look(self) -> None:
        self._looks += 1
        is_needed, self._was_used = self._was_used and self._looks < _LONGEST, False
        if is_needed:
            self._timer = asyncio.get_running_loop().call_later(_IDLE_SECONDS, self._look)
        else:
            self._releasing = asyncio.get_running_loop().create_task(self.release())
