"""Wakes tasks that wait in this process."""

import asyncio
from contextlib import suppress


class Bell:
    """Wakes everybody who waits. A task that takes `next_ring` before it looks for work cannot miss a ring in
    between.
    """

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def ring(self) -> None:
        rung, self._next = self._next, asyncio.Event()
        rung.set()

    def next_ring(self) -> asyncio.Event:
        return self._next

    async def wait(self, ring: asyncio.Event, seconds: float) -> None:
        """Wait for that ring, at most `seconds`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await ring.wait()
