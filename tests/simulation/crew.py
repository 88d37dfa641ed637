"""Worker processes that are killed at any moment, and a Redis that forgets."""

import asyncio
import multiprocessing
import os
import signal
import sys
from collections import Counter
from datetime import datetime
from multiprocessing.process import BaseProcess
from random import Random

from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from commands.servers.process import die_with_parent
from settings import load_settings
from workers.main import run

_UNDONE = text("SELECT count(*) FROM token_run WHERE state = 'ARMED' AND due_at <= :now")
PATIENCE = 100
# Forked from a process that has read the code: dozens of workers start, and each would take seconds for that alone.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["workers.main"])


def work(database_url: str, redis_url: str, now: datetime, burst: bool) -> None:
    """As `rollbook.py worker --now ...`, without a word."""
    die_with_parent(signal.SIGKILL, os.getppid())
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115
    settings = load_settings(database_url=database_url, redis_url=redis_url, secret="for tests " * 4, test_clock=now)
    run(settings, burst=burst)


class Crew:
    """`size` real workers. Each has the clock of the moment at which it was started, and is always killed, never told
    to stop. `told` counts what befell them.
    """

    def __init__(self, database_url: str, redis_url: str, owner: AsyncConnection, random: Random, size: int) -> None:
        self.addresses = database_url, redis_url
        self.owner, self.random, self.size = owner, random, size
        self.workers: list[BaseProcess] = []
        self.told: Counter[str] = Counter()

    def start(self, now: datetime) -> None:
        """Everybody anew, with this clock; whoever still works is killed."""
        self.kill()
        self.workers = [self._worker(now) for _ in range(self.size)]
        self.told["started"] += self.size

    def _worker(self, now: datetime, *, burst: bool = False) -> BaseProcess:
        worker = _PROCESSES.Process(target=work, args=(*self.addresses, now, burst), daemon=True)
        worker.start()
        return worker

    def kill(self) -> None:
        """SIGKILL, whatever they are at."""
        for worker in self.workers:
            assert worker.exitcode is None, "a worker ended by itself"
            worker.kill()
            worker.join()
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
        for worker in last:
            await asyncio.to_thread(worker.join, 120)
        assert [worker.exitcode for worker in last] == [0, 0]
        assert await self.undone(now) == 0
