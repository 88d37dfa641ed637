"""Measures for how long the event loop is held in one piece."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass


@dataclass
class LoopWatch:
    """`longest` is the most CPU time, in seconds, that passed between two turns of the loop.

    It is the CPU time of the loop's thread, so what other processes and threads take does not count.
    """

    longest: float = 0.0


@asynccontextmanager
async def watching_the_loop() -> AsyncIterator[LoopWatch]:
    watch = LoopWatch()

    async def look() -> None:
        last = time.thread_time()
        while True:
            await asyncio.sleep(0)
            now = time.thread_time()
            watch.longest = max(watch.longest, now - last)
            last = now

    task = asyncio.ensure_future(look())
    await asyncio.sleep(0)
    try:
        yield watch
    finally:
        task.cancel()
