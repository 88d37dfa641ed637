"""Counts in Redis how often something happened, for all processes together.

While Redis is unavailable, each process counts for itself. So the limits still apply.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger("rollbook.api")

_COUNT = """
local count = redis.call('INCR', KEYS[1])
local left = redis.call('TTL', KEYS[1])
if count == 1 or left < 0 then
    redis.call('EXPIRE', KEYS[1], ARGV[1])
    left = tonumber(ARGV[1])
end
return {count, left}
"""
_REMEMBERED = 10_000
_REDIS_PAUSE = 5.0


@dataclass(frozen=True, slots=True)
class Counted:
    """How often something happened in this window, and in how many seconds the window ends; at least 1."""

    count: int
    seconds_left: int


class Counts:
    """Counts within windows. A window begins with the first event that is counted in it, and lasts this number of
    seconds.
    """

    def __init__(self, redis: Redis, window: int, what: str) -> None:
        """what -- names the counts in the log, for example sign_in"""
        self._redis = redis
        self._window = window
        self._what = what
        self._own: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._redis_until = 0.0

    async def add(self, key: str) -> Counted:
        if not self._redis_is_away():
            try:
                count, left = await self._redis.eval(_COUNT, 1, key, str(self._window))  # type: ignore[misc]
                return Counted(count, max(left, 1))
            except (RedisError, OSError) as error:
                self._pause(error)
        return self._add_here(key)

    async def take_back(self, key: str) -> None:
        count, ends = self._own.get(key, (0, 0.0))
        if count:
            self._own[key] = (count - 1, ends)
        if not self._redis_is_away():
            try:
                await self._redis.decr(key)
            except (RedisError, OSError) as error:
                self._pause(error)

    async def forget(self, key: str) -> None:
        self._own.pop(key, None)
        if not self._redis_is_away():
            try:
                await self._redis.delete(key)
            except (RedisError, OSError) as error:
                self._pause(error)

    def _add_here(self, key: str) -> Counted:
        now = time.monotonic()
        count, ends = self._own.pop(key, (0, 0.0))
        if ends <= now:
            count, ends = 0, now + self._window
        self._own[key] = (count + 1, ends)
        while len(self._own) > _REMEMBERED:
            self._own.popitem(last=False)
        return Counted(count + 1, max(int(ends - now), 1))

    def _redis_is_away(self) -> bool:
        return time.monotonic() < self._redis_until

    def _pause(self, error: Exception) -> None:
        """Stop asking Redis for a while, because each failing request would take a second."""
        log.warning(f"{self._what}_counts_without_redis", fault=error)
        self._redis_until = time.monotonic() + _REDIS_PAUSE
