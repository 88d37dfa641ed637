"""Measures how much of a process each tenant uses. Old use counts less and less, so that a change is soon seen."""

import math
from collections.abc import Hashable

# A share of so few seconds is forgotten.
_LEAST = 1e-4


class Shares:
    """The seconds that operations of tenants have lasted, which fade with the time since then.

    fade -- the seconds after which the weight of an operation has fallen to a third, more precisely to 1/e
    """

    def __init__(self, fade: float) -> None:
        self._fade = fade
        # All seconds are stored with the weight that they would have at this time.
        self._since = 0.0
        self._stored: dict[Hashable, float] = {}
        self._total = 0.0

    def add(self, tenant: Hashable, lasted: float, now: float) -> None:
        """Note that an operation of the tenant has lasted for so many seconds."""
        if now - self._since > self._fade:
            self._fade_all(now)
        weighed = lasted * math.exp((now - self._since) / self._fade)
        self._stored[tenant] = self._stored.get(tenant, 0.0) + weighed
        self._total += weighed

    def has_only(self, tenant: Hashable) -> bool:
        """Return whether no other tenant has used anything."""
        return len(self._stored) == (tenant in self._stored)

    def of(self, tenant: Hashable, now: float) -> float:
        """Return the seconds of the tenant."""
        return self._stored.get(tenant, 0.0) * self._weight(now)

    def of_others(self, tenant: Hashable, now: float) -> float:
        """Return the seconds of all other tenants together."""
        return max(0.0, self._total - self._stored.get(tenant, 0.0)) * self._weight(now)

    def average_of_others(self, tenant: Hashable, now: float, further: float = 0.0) -> float:
        """Return the seconds that each of the other tenants has on average; 0 if there are none.

        further -- seconds of all other tenants together that count too
        """
        others = len(self._stored) - (tenant in self._stored)
        return (self.of_others(tenant, now) + further) / others if others else 0.0

    def _weight(self, now: float) -> float:
        return math.exp((self._since - now) / self._fade)

    def _fade_all(self, now: float) -> None:
        """Store all seconds anew with their weights of now. It happens once in a while, because it visits all."""
        weight = self._weight(now)
        self._stored = {
            tenant: seconds * weight for tenant, seconds in self._stored.items() if seconds * weight > _LEAST
        }
        self._since, self._total = now, sum(self._stored.values())
