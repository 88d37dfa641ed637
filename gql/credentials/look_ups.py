"""How often a kiosk may look families up (R5.2): nobody shall try one phone number after the other."""

from dataclasses import dataclass
from uuid import UUID

from redis.asyncio import Redis

from gql.credentials.counts import Counts


@dataclass(frozen=True, slots=True)
class LookUpLimits:
    """Look-ups of one device within a window of so many seconds that begins with the first of them."""

    per_kiosk: int = 30
    window: int = 60


class LookUps:
    """Counts what a device asks, found or not: otherwise the limit would tell right numbers from wrong ones."""

    def __init__(self, redis: Redis, limits: LookUpLimits | None = None) -> None:
        self.limits = limits or LookUpLimits()
        self._counts = Counts(redis, self.limits.window, "kiosk_look_up")

    async def begin(self, kiosk_id: UUID) -> int | None:
        """Count one. None: it may go on; else in how many seconds the device may ask again."""
        counted = await self._counts.add(f"rollbook:kiosk-look-up:{kiosk_id}")
        return None if counted.count <= self.limits.per_kiosk else counted.seconds_left
