"""The places in which one worker's process talks to the mail server. They are none of arq's places for jobs, so a slow
mail server delays nothing but mail.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

import structlog

from workers.faults import tell

PLACES = 4

log = structlog.get_logger(__name__)


class Post:
    """At most `places` messages are under way at once, whoever sends them."""

    def __init__(self, places: int = PLACES) -> None:
        self._free = asyncio.Semaphore(places)
        self._aside = set[asyncio.Task[None]]()
        self.under_way = 0

    @property
    def is_full(self) -> bool:
        return self._free.locked()

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """Hold a place for the duration of the block, after those who wait for one already."""
        async with self._free:
            self.under_way += 1
            try:
                yield
            finally:
                self.under_way -= 1

    def send_aside(self, sending: Awaitable[object]) -> None:
        """Send a message in a task of its own, as soon as there is a place. A failure is logged."""
        task = asyncio.create_task(self._in_place(sending), name="letter")
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)

    async def close(self, patience_seconds: float) -> None:
        """Wait for the messages that are sent aside, and cancel what takes longer."""
        if self._aside:
            _, late = await asyncio.wait(self._aside, timeout=patience_seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _in_place(self, sending: Awaitable[object]) -> None:
        async with self.place():
            try:
                await sending
            except Exception as fault:
                tell(log, "mail_not_sent", fault)
