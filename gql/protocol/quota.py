"""Limits how many live connections one sign-in or device has in this process, over all transports."""

from collections import Counter
from collections.abc import Hashable, Iterator
from contextlib import contextmanager


class Quota:
    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._held: Counter[Hashable] = Counter()

    @contextmanager
    def one_more(self, holder: Hashable | None) -> Iterator[bool]:
        """Hold one connection for the block. False means that the holder has as many as allowed. None, for nobody, is
        not counted.
        """
        if not self.take(holder):
            yield False
            return
        try:
            yield True
        finally:
            self.give_back(holder)

    def take(self, holder: Hashable | None) -> bool:
        """Hold one connection until `give_back`. Return False when the holder has as many as allowed."""
        if holder is None:
            return True
        if self._held[holder] >= self.limit:
            return False
        self._held[holder] += 1
        return True

    def give_back(self, holder: Hashable | None) -> None:
        if holder is None:
            return
        self._held[holder] -= 1
        if not self._held[holder]:
            del self._held[holder]
