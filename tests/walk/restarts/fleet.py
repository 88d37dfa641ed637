"""API processes that are killed, frozen, cut off and replaced, and workers that are killed now and then."""

import asyncio
import signal
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from redis.asyncio import Redis

from commands.servers.process import free_port
from tests.support.api_process import ApiProcess, answers, until
from tests.support.processes import Process, api, fork, program_environment, worker

PATIENCE = 60.0
SIZE = 2
FROZEN_FOR = 0.3, 1.5
TROUBLE = {"killed": 10, "frozen": 10, "cut off": 15, "sent twice": 15, "told to stop": 4, "Redis emptied": 6}
"""What befalls mutations and the processes that have them, of a hundred. Queries have a tenth of it."""


@dataclass
class Fleet:
    """`members` serve; all have the clock of the moment at which they were started. `told` counts what befell them."""

    database_url: str
    redis_url: str
    random: Random
    members: list[ApiProcess] = field(default_factory=list)
    told: Counter[str] = field(default_factory=Counter)
    is_calm: bool = True
    _now: datetime | None = None
    _chores: set[asyncio.Task[None]] = field(default_factory=set)
    _doomed: set[int] = field(default_factory=set)

    async def roll_out(self, now: datetime) -> None:
        """A rolling deploy: each member is replaced, one after the other, by one with this clock."""
        await self.rest()
        self._now = now
        for place in range(SIZE):
            new = await self._start()
            if place < len(self.members):
                old, self.members[place] = self.members[place], new
                self._do(self._end(old, signal.SIGTERM))
            else:
                self.members.append(new)
        self.told["rolled out"] += 1

    def pick(self, but: ApiProcess | None = None) -> ApiProcess | None:
        """A member that runs, another one if that can be; None while there is none."""
        running = [member for member in self.members if member.process.poll() is None]
        others = [member for member in running if member is not but]
        return self.random.choice(others or running) if running else None

    def trouble(self, member: ApiProcess, *, is_mutation: bool) -> str:
        """Let something befall the member within the next milliseconds, and answer what."""
        what = self._chance(is_mutation)
        acts = {"killed": self._kill, "told to stop": self._stop, "frozen": self._freeze, "Redis emptied": self._forget}
        if what in acts:
            self._do(acts[what](member, self.random.uniform(0, 0.04)))
        self.told[what] += 1
        return what

    def _chance(self, is_mutation: bool) -> str:
        share = 1.0 if is_mutation else 0.1
        left_alone = 100 - share * sum(TROUBLE.values())
        weights = [*(share * each for each in TROUBLE.values()), left_alone]
        return "left alone" if self.is_calm else self.random.choices([*TROUBLE, "left alone"], weights)[0]

    async def end(self, member: ApiProcess) -> None:
        """Kill it and wait, so that whatever it has begun is over."""
        member.kill()
        await self._replace(member)

    async def rest(self) -> None:
        """Until every frozen member has thawed, and every dead one is replaced."""
        while self._chores:
            await asyncio.gather(*self._chores)

    async def work(self, now: datetime) -> None:
        """What is due now is done by workers, of whom the last is left to it."""
        for _ in range(0 if self.is_calm else self.random.choice((0, 0, 1, 2))):
            process = self._worker(now)
            await asyncio.sleep(self.random.uniform(0.1, 1.0))
            self.told["worker killed"] += process.poll() is None
            process.close()
        last = self._worker(now)
        assert await asyncio.to_thread(last.wait, PATIENCE) == 0, last.said()
        last.close()

    async def close(self) -> None:
        await self.rest()
        for member in self.members:
            await self._end(member, signal.SIGKILL)

    def _worker(self, now: datetime) -> Process:
        return fork(worker, now, True, environment=program_environment(self.database_url, self.redis_url))

    async def _start(self) -> ApiProcess:
        given = {"graceful_timeout": 1, "live_compare_seconds": 0.5, "database_pool_size": 4, "test_clock": self._now}
        port = free_port()
        process = fork(api, port, environment=program_environment(self.database_url, self.redis_url, **given))
        await until(lambda: process.poll() is not None or answers(port), PATIENCE)
        assert process.poll() is None, process.said()
        return ApiProcess(process, port)

    async def _kill(self, member: ApiProcess, after: float) -> None:
        await asyncio.sleep(after)
        await self.end(member)

    async def _stop(self, member: ApiProcess, after: float) -> None:
        await asyncio.sleep(after)
        await self._replace(member, signal.SIGTERM)

    async def _freeze(self, member: ApiProcess, after: float) -> None:
        await asyncio.sleep(after)
        member.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(self.random.uniform(*FROZEN_FOR))
        member.process.send_signal(signal.SIGCONT)

    async def _forget(self, _member: ApiProcess, after: float) -> None:
        await asyncio.sleep(after)
        async with Redis.from_url(self.redis_url) as redis:
            await redis.flushall()

    async def _replace(self, member: ApiProcess, sign: signal.Signals = signal.SIGKILL) -> None:
        """By one with the same clock, unless it was replaced already."""
        if member in self.members and member.port not in self._doomed:
            self._doomed.add(member.port)
            place = self.members.index(member)
            await self._end(member, sign)
            new = await self._start()
            self.members[place] = new

    async def _end(self, member: ApiProcess, sign: signal.Signals) -> None:
        assert isinstance(member.process, Process)
        await asyncio.to_thread(member.process.stop, sign, 10)
        member.process.close()

    def _do(self, chore: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(chore)
        self._chores.add(task)
        task.add_done_callback(self._chores.discard)
