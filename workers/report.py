"""What each worker's process reports of itself in Redis, so that a busy worker can be told from a dead one.

A task of its own reports, whatever the jobs wait for. A process that is dead, frozen or blocked reports nothing.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, cast

import orjson
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from workers.context import WorkerContext

WORKERS = "rollbook:workers"
REPORT_SECONDS = 3.0
# A report that is older counts as missing. A machine under full load delays a report by some seconds.
FRESH_SECONDS = 15.0
FORGOTTEN_AFTER_SECONDS = 3600.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    """What a worker did when it reported.

    name -- host and process id
    queue -- "served", "not served yet" at the start, or "lost" while Redis cannot be used
    jobs, emails, tasks -- how many jobs of the queue, messages and background tasks are under way
    age_seconds -- the time since the report, by the clock of Redis
    """

    name: str
    queue: str
    jobs: int
    emails: int
    tasks: int
    age_seconds: float

    @property
    def is_fresh(self) -> bool:
        return self.age_seconds <= FRESH_SECONDS

    @property
    def host(self) -> str:
        return self.name.rpartition("/")[0]

    def __str__(self) -> str:
        if not self.is_fresh:
            return f"Worker {self.name} has not reported for {self.age_seconds:.0f} seconds."
        return (
            f"Worker {self.name} is running: the queue is {self.queue}; under way are {self.jobs} jobs,"
            f" {self.emails} e-mails and {self.tasks} tasks."
        )


def own_name() -> str:
    return f"{socket.gethostname()}/{os.getpid()}"


async def keep_reporting(context: WorkerContext, redis: Redis) -> None:
    """Report every few seconds until cancelled, and then take the report back."""
    name = own_name()
    try:
        while True:
            with contextlib.suppress(RedisError, OSError):
                await _report(context, redis, name)
            await asyncio.sleep(REPORT_SECONDS)
    finally:
        with contextlib.suppress(RedisError, OSError):
            await _answer(redis.hdel(WORKERS, name))


async def read_reports(redis: Redis) -> list[Report]:
    """Return the last report of each worker that did not end in an orderly way, the newest first."""
    now = await _seconds(redis)
    reports = []
    for name, stored in (await _answer(redis.hgetall(WORKERS))).items():
        facts = orjson.loads(stored)
        reports.append(Report(name, age_seconds=max(0.0, now - facts.pop("at")), **facts))
    return sorted(reports, key=lambda report: report.age_seconds)


async def _report(context: WorkerContext, redis: Redis, name: str) -> None:
    facts = {
        "at": await _seconds(redis),
        "queue": context.activity.queue,
        "jobs": context.activity.jobs(),
        "emails": context.post.under_way,
        "tasks": context.pace.tasks,
    }
    await _answer(redis.hset(WORKERS, name, orjson.dumps(facts).decode()))
    forgotten = [each.name for each in await read_reports(redis) if each.age_seconds > FORGOTTEN_AFTER_SECONDS]
    if forgotten:
        await _answer(redis.hdel(WORKERS, *forgotten))


async def _answer(command: object) -> Any:
    """Wait for a command whose type in redis-py is that of its synchronous client too."""
    return await cast("Awaitable[Any]", command)


async def _seconds(redis: Redis) -> float:
    """Return the time by the clock of Redis, which all workers share."""
    seconds, microseconds = await redis.time()
    return float(seconds) + float(microseconds) / 1e6
