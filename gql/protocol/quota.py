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
        if holder is None:
            yield True
            return
        if self._held[holder] >= self.limit:
            yield False
            return
        self._held[holder] += 1
        try:
            yield True
        finally:
            self._held[holder] -= 1
            if not self._held[holder]:
                del self._held[holder]
