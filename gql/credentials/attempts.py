"""Limits how often signing in may fail.

An attempt is counted before its password is checked, and is taken back when it succeeds. So many attempts at once
cannot pass together. Guessing stays slow even while Redis is unavailable (gql/credentials/counts.py).
"""

from dataclasses import dataclass
from hashlib import sha256

from redis.asyncio import Redis

from gql.credentials.counts import Counts


@dataclass(frozen=True, slots=True)
class AttemptLimits:
    """The number of failures allowed in a window. A window begins with its first failure and lasts this number of
    seconds.
    """

    per_email: int = 10
    per_address: int = 100
    window: int = 15 * 60


class Attempts:
    """Counts failed sign-ins, or attempts of another kind, for each e-mail address and each network address."""

    def __init__(self, redis: Redis, limits: AttemptLimits | None = None, what: str = "sign-in") -> None:
        """what -- names the attempts: those of another kind are counted apart"""
        self._limits = limits or AttemptLimits()
        self._what = what
        self._counts = Counts(redis, self._limits.window, what.replace("-", "_"))

    @property
    def window(self) -> int:
        """The number of seconds after which somebody who was refused can certainly try again."""
        return self._limits.window

    async def begin(self, email: str, address: str) -> bool:
        """Count an attempt and return whether it may be checked. False means that there were too many."""
        is_within = True
        for key, limit in self._keys(email, address):
            is_within = (await self._counts.add(key)).count <= limit and is_within
        return is_within

    async def succeed(self, email: str, address: str) -> None:
        """Take the attempt back, and forget the failures of the e-mail address."""
        (by_email, _), *by_address = self._keys(email, address)
        await self._counts.forget(by_email)
        for key, _ in by_address:
            await self._counts.take_back(key)

    def _keys(self, email: str, address: str) -> list[tuple[str, int]]:
        digest = sha256(email.strip().lower().encode(errors="replace")).hexdigest()
        keys = [(f"rollbook:{self._what}:email:{digest}", self._limits.per_email)]
        if address:
            keys.append((f"rollbook:{self._what}:address:{address}", self._limits.per_address))
        return keys
