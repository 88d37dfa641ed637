"""Remembers the rosters that were made of rows, for as long as equal rows are read (decisions 92 and 97).

Many look at the same roll sheet, and most of its rows are the same from one look to the next. PostgreSQL compares them
by hashes with those that are remembered, and sends the others. A row has everything that its facts consist of, so an
equal row gives equal facts.

What nobody has looked at for half a minute is forgotten. So the facts of a family that is erased (R16.5) stay no longer
in any process, whether it has heard of the erasure or not: whoever looks at the sheet again reads its rows again.
"""

import secrets
from collections import OrderedDict
from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from attendance.rules.calendar.occurrences import OccurrenceHead
from attendance.rules.roster.roster_rows import RosterCandidate
from pace import at_beat

SEED = secrets.randbits(63)
"""Decides, with the row, what the hash of a row is. Nobody can know two rows with one hash, since each process has its
own.
"""
# Of all rosters together. A row takes some three kilobytes.
_MOST_ROWS = 4096
# Fifths of a second after which a roster is forgotten that was not used, at most twice as many.
_UNUSED_BEATS = 75


@dataclass(frozen=True, slots=True, eq=False)
class KnownRoster:
    """The candidates of a roster.

    hashes -- the hashes of the rows of which everything was made: of the occurrence, then of each candidate
    head -- the occurrence; None when nothing is known
    made -- what was made of these and of nothing else but the keys
    """

    hashes: Sequence[int] = ()
    candidates: Sequence[RosterCandidate] = ()
    head: OccurrenceHead | None = None
    made: dict[Hashable, Any] = field(default_factory=dict)


class KnownRosters:
    """The rosters that were used last, by their places."""

    def __init__(self, most_rows: int) -> None:
        self._most_rows = most_rows
        self._rows = 0
        self._known: OrderedDict[Hashable, KnownRoster] = OrderedDict()
        self._used: set[Hashable] = set()

    def find(self, place: Hashable) -> KnownRoster:
        """Return the roster that was remembered for the place, or an empty one. That alone is no use of it: whoever
        asks may not see it.
        """
        return self._known.get(place) or KnownRoster()

    def remember(self, place: Hashable, roster: KnownRoster) -> None:
        """Remember the roster, which is used, in place of the one before. The ones that were used least recently are
        forgotten.
        """
        before = self._known.pop(place, None)
        self._known[place] = roster
        self._used.add(place)
        self._rows += len(roster.hashes) - (0 if before is None else len(before.hashes))
        while self._rows > self._most_rows:
            _, forgotten = self._known.popitem(last=False)
            self._rows -= len(forgotten.hashes)

    def forget_unused(self) -> None:
        """Forget the rosters that were not used since the last call."""
        for place in self._known.keys() - self._used:
            self._rows -= len(self._known.pop(place).hashes)
        self._used.clear()


known_rosters = KnownRosters(_MOST_ROWS)


@contextmanager
def forgetting_unused() -> Iterator[None]:
    """Forget rosters of this process that are no longer used, during the block."""
    stop = at_beat(lambda _: known_rosters.forget_unused(), _UNUSED_BEATS)
    try:
        yield
    finally:
        stop()
