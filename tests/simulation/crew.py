"""Worker processes that are killed at any moment, and a Redis that forgets."""

import asyncio
from collections import Counter
from datetime import datetime
from random import Random

from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.support.processes import Process, fork, program_environment, worker

_UNDONE = text("SELECT count(*) FROM token_run WHERE state = 'ARMED' AND due_at <= :now")
PATIENCE = 100


class Crew:
    """`size` real workers. Each has the clock of the moment at which it was started, and is always killed, never told
    to stop. `told` counts what befell them.
    """

    def __init__(self, database_url: str, redis_url: str, owner: AsyncConnection, random: Random, size: int) -> None:
        self.addresses = database_url, redis_url
        self.owner, self.random, self.size = owner, random, size
        self.workers: list[Process] = []
        self.told: Counter[str] = Counter()

    def start(self, now: datetime) -> None:
        """Everybody anew, with this clock; whoever still works is killed."""
        self.kill()
        self.workers = [self._worker(now) for _ in range(self.size)]
        self.told["started"] += self.size

    def _worker(self, now: datetime, *, burst: bool = False) -> Process:
        return fork(worker, now, burst, environment=program_environment(*self.addresses))

    def kill(self) -> None:
        """SIGKILL, whatever they are at."""
        for each in self.workers:
            assert each.poll() is None, "a worker ended by itself"
            each.close()
        self.told["killed"] += len(self.workers)
        self.workers.clear()

    async def undone(self, now: datetime) -> int:
        return int((await self.owner.execute(_UNDONE.bindparams(now=now))).scalar_one())

    async def trouble(self, now: datetime) -> None:
        """Redis is emptied now and then, and everybody is killed once they have begun with what is due, and started
        anew, up to two times; in the end they are left to it for a while, or not.
        """
        for _ in range(self.random.choice((0, 1, 1, 2))):
            if self.random.random() < 0.3:
                await self.empty_redis()
            await self._progress(now)
            self.told["killed amid work"] += await self.undone(now) > 0
            self.start(now)
        for _ in range(self.random.choice((0, 1, 3))):
            await self._progress(now)

    async def _progress(self, now: datetime) -> None:
        """Wait for a bit of work to be done, and a moment more."""
        left = await self.undone(now)
        for _ in range(PATIENCE if left else 1):
            await asyncio.sleep(self.random.uniform(0.01, 0.05))
            if await self.undone(now) < left:
                self.told["seen at work"] += 1
                break

    async def empty_redis(self) -> None:
        async with Redis.from_url(self.addresses[1]) as redis:
            self.told["jobs lost"] += await redis.zcard("arq:queue")
            await redis.flushdb()
        self.told["Redis emptied"] += 1

    async def finish(self, now: datetime) -> None:
        """Two at once do what is left, and end by themselves."""
        self.kill()
        last = [self._worker(now, burst=True) for _ in range(2)]
        assert [await asyncio.to_thread(each.wait, 120) for each in last] == [0, 0]
        for each in last:
            each.close()
        assert await self.undone(now) == 0
