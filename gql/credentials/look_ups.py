"""Limits how often a kiosk may look up families (R5.2), so that nobody can try one phone number after the other."""

from dataclasses import dataclass
from uuid import UUID

from redis.asyncio import Redis

from gql.credentials.counts import Counts


@dataclass(frozen=True, slots=True)
class LookUpLimits:
    """The number of look-ups that a device may make in a window. A window begins with its first look-up and lasts this
    number of seconds.
    """

    per_kiosk: int = 30
    window: int = 60


class LookUps:
    """Counts the look-ups of a device, whether they found a family or not. Otherwise the limit would reveal which
    numbers are right.
    """

    def __init__(self, redis: Redis, limits: LookUpLimits | None = None) -> None:
        self.limits = limits or LookUpLimits()
        self._counts = Counts(redis, self.limits.window, "kiosk_look_up")

    async def begin(self, kiosk_id: UUID) -> int | None:
        """Count a look-up. Return None when it is allowed, else the number of seconds after which the device may ask
        again.
        """
        counted = await self._counts.add(f"rollbook:kiosk-look-up:{kiosk_id}")
        return None if counted.count <= self.limits.per_kiosk else counted.seconds_left
