"""Work that nobody waits for leaves room for what people wait for: tasks and mail rest between their steps."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

# Seconds of rest for each second of this process's own CPU. PostgreSQL works somewhat longer on a batch than the worker
# does: the two together leave a third of one core, and a busy machine does not make the rest longer.
REST = 1.0
LONGEST_REST_SECONDS = 0.25
LOOK_SECONDS = 0.1


class Pace:
    """Of one process, shared by all that rests in it: together they take no more than one of them alone.

    share -- seconds of rest for each second of CPU; 0: never
    cpu -- tells the seconds of CPU that the process has used
    """

    def __init__(self, share: float = 0, cpu: Callable[[], float] = time.process_time) -> None:
        self._share = share
        self._cpu = cpu
        self._paid = cpu()
        self._free_at = 0.0
        self._tasks = 0

    async def rest(self, stop: asyncio.Event) -> None:
        """For what was done since the last rest, after those who rest already; `stop` ends it at once."""
        used = self._cpu()
        due, self._paid = min(self._share * (used - self._paid), LONGEST_REST_SECONDS), used
        now = asyncio.get_running_loop().time()
        self._free_at = max(self._free_at, now) + due
        await _wait(stop, self._free_at - now)

    @contextmanager
    def task(self) -> Iterator[None]:
        """A background task is at work in the block."""
        self._tasks += 1
        try:
            yield
        finally:
            self._tasks -= 1

    async def calm(self, stop: asyncio.Event, *, at_most: float) -> None:
        """Wait until no task is at work, nor comes back at once for its next slice; `at_most` seconds."""
        until = asyncio.get_running_loop().time() + at_most
        quiet = 0
        while quiet < 2 and asyncio.get_running_loop().time() < until and not stop.is_set():
            quiet = 0 if self._tasks else quiet + 1
            await _wait(stop, LOOK_SECONDS)


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    if seconds > 0:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await stop.wait()
