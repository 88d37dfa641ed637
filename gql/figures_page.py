"""The page of an API process's figures. What waits in the database is read when somebody asks for the page (R16.6)."""

import asyncio
import math
import time
from dataclasses import astuple
from typing import TypeAlias

import structlog
from prometheus_client import Gauge, generate_latest
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from clock import Clock
from db.backlog import read_backlog
from gql import figures

_SECONDS = 2.0
_KEPT_SECONDS = 5.0
# In the order of the fields of Backlog.
_OF_BACKLOG: tuple[Gauge, ...] = (
    figures.TOKEN_RUNS_DUE,
    figures.TOKEN_RUN_AGE,
    figures.EMAILS_DUE,
    figures.EMAIL_AGE,
    figures.TASKS_OPEN,
    figures.TASK_WAIT,
    figures.BLOCKED_SESSIONS,
    figures.OLDEST_TRANSACTION,
)
log = structlog.stdlib.get_logger("rollbook.health")

Values: TypeAlias = tuple[float, ...]


class FiguresPage:
    """Shows the figures of this process, and those of the backlog, which are the same in every API process.

    PostgreSQL and Redis are asked at most every five seconds, for at most two, however often the page is read. What is
    not known is NaN.
    """

    def __init__(self, engine: AsyncEngine, redis: Redis, clock: Clock) -> None:
        """engine -- has a connection that requests do not use, so that an overloaded process can still be seen"""
        self._engine = engine
        self._redis = redis
        self._clock = clock
        self._turn = asyncio.Lock()
        self._asked_at = -math.inf

    async def show(self) -> bytes:
        async with self._turn:
            if time.monotonic() - self._asked_at >= _KEPT_SECONDS:
                await asyncio.gather(self._ask_database(), self._ask_redis())
                self._asked_at = time.monotonic()
        return generate_latest()

    async def _ask_database(self) -> None:
        values: Values = (math.nan,) * len(_OF_BACKLOG)
        try:
            async with asyncio.timeout(_SECONDS), self._engine.connect() as connection:
                values = astuple(await read_backlog(connection, self._clock()))
        except Exception as fault:
            log.warning("backlog_unread", error=type(fault).__name__)
        figures.DATABASE_REACHABLE.set(not math.isnan(values[0]))
        for gauge, value in zip(_OF_BACKLOG, values, strict=True):
            gauge.set(value)

    async def _ask_redis(self) -> None:
        try:
            async with asyncio.timeout(_SECONDS):
                await self._redis.ping()
        except Exception as fault:
            log.warning("redis_away", error=type(fault).__name__)
            figures.REDIS_REACHABLE.set(0)
        else:
            figures.REDIS_REACHABLE.set(1)
