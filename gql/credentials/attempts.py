"""How often somebody may fail to sign in, counted in Redis for all processes together.

An attempt counts before its password is checked and is taken back when it succeeds, so that many at once cannot pass
together. While Redis is away each process counts for itself: signing in goes on, and guessing stays slow.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass
from hashlib import sha256

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger("rollbook.api")

_COUNT = """
local count = redis.call('INCR', KEYS[1])
if count == 1 or redis.call('TTL', KEYS[1]) < 0 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
return count
"""
_REMEMBERED = 10_000
_REDIS_PAUSE = 5.0


@dataclass(frozen=True, slots=True)
class AttemptLimits:
    """Failures within a window of so many seconds that begins with the first of them."""

    per_email: int = 10
    per_address: int = 100
    window: int = 15 * 60


class Attempts:
    """Counts failed sign-ins per e-mail address and per network address."""

    def __init__(self, redis: Redis, limits: AttemptLimits | None = None) -> None:
        self._redis = redis
        self._limits = limits or AttemptLimits()
        self._own: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._redis_until = 0.0

    @property
    def window(self) -> int:
        """After how many seconds at the latest somebody who was refused may try again."""
        return self._limits.window

    async def begin(self, email: str, address: str) -> bool:
        """Count an attempt. False: there were too many, and it must be refused unchecked."""
        is_within = True
        for key, limit in self._keys(email, address):
            is_within = await self._count(key) <= limit and is_within
        return is_within

    async def succeed(self, email: str, address: str) -> None:
        """Take the attempt back, and forget the failures of the e-mail address."""
        (by_email, _), *by_address = self._keys(email, address)
        self._own.pop(by_email, None)
        for key, _ in by_address:
            count, ends = self._own.get(key, (0, 0.0))
            if count:
                self._own[key] = (count - 1, ends)
        if not self._redis_is_away():
            try:
                await self._redis.delete(by_email)
                for key, _ in by_address:
                    await self._redis.decr(key)
            except (RedisError, OSError) as error:
                self._pause(error)

    def _keys(self, email: str, address: str) -> list[tuple[str, int]]:
        digest = sha256(email.strip().lower().encode(errors="replace")).hexdigest()
        keys = [(f"rollbook:sign-in:email:{digest}", self._limits.per_email)]
        if address:
            keys.append((f"rollbook:sign-in:address:{address}", self._limits.per_address))
        return keys

    async def _count(self, key: str) -> int:
        if not self._redis_is_away():
            try:
                count: int = await self._redis.eval(_COUNT, 1, key, str(self._limits.window))  # type: ignore[misc]
                return count
            except (RedisError, OSError) as error:
                self._pause(error)
        return self._count_here(key)

    def _count_here(self, key: str) -> int:
        now = time.monotonic()
        count, ends = self._own.pop(key, (0, 0.0))
        if ends <= now:
            count, ends = 0, now + self._limits.window
        self._own[key] = (count + 1, ends)
        while len(self._own) > _REMEMBERED:
            self._own.popitem(last=False)
        return count + 1

    def _redis_is_away(self) -> bool:
        return time.monotonic() < self._redis_until

    def _pause(self, error: Exception) -> None:
        """Redis takes a second to fail; for a while nobody waits for it again."""
        log.warning("sign_in_counts_without_redis", error=repr(error))
        self._redis_until = time.monotonic() + _REDIS_PAUSE
