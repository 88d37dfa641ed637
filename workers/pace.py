"""Slows down work that nobody waits for, so that people are served quickly: tasks and mail rest between their steps."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

# Seconds of rest for each second of CPU of this process. PostgreSQL works somewhat longer on a batch than the worker
# does, so the two together leave a third of one core free. A busy machine does not make the rest longer.
REST = 1.0
LONGEST_REST_SECONDS = 0.25
LOOK_SECONDS = 0.1


class Pace:
    """The pace of one process. All that rests shares it: together they use no more CPU than one of them alone would.

    share -- seconds of rest for each second of CPU; 0: never rest
    cpu -- returns the seconds of CPU that the process has used
    """

    def __init__(self, share: float = 0, cpu: Callable[[], float] = time.process_time) -> None:
        self._share = share
        self._cpu = cpu
        self._paid = cpu()
        self._free_at = 0.0
        self._tasks = 0

    async def rest(self, stop: asyncio.Event) -> None:
        """Rest for the work done since the last rest, after others that are resting already. `stop` ends the rest at
        once.
        """
        used = self._cpu()
        due, self._paid = min(self._share * (used - self._paid), LONGEST_REST_SECONDS), used
        now = asyncio.get_running_loop().time()
        self._free_at = max(self._free_at, now) + due
        await _wait(stop, self._free_at - now)

    @property
    def tasks(self) -> int:
        """The number of background tasks that are being worked on."""
        return self._tasks

    @contextmanager
    def task(self) -> Iterator[None]:
        """Mark the duration of the block as work on a background task."""
        self._tasks += 1
        try:
            yield
        finally:
            self._tasks -= 1

    async def calm(self, stop: asyncio.Event, *, at_most: float) -> None:
        """Waits, at most `at_most` seconds, until no task is being worked on and none continues at once with its next
        slice.
        """
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
