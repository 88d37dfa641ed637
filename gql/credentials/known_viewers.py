"""Remembers the viewers of credentials for as long as nobody's access changes (decision 68)."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.organization.permissions import Claims, Viewer
from db.driver import Beside
from db.engine import Database
from db.history import history_of
from db.organization.viewers import find_again, find_again_at_once, find_viewer

_REMEMBERED = 4096


@dataclass
class KnownViewers:
    """The viewers that this process has found. Each process has one.

    The database counts the changes of access, in the transactions that make them. While the number in the reader's own
    snapshot is the one with which a viewer was read, the viewer is the same but for names, which are read with the
    number. A restored database can have the same number again, but not the same history.

    Kiosks are read each time, because they expire by the clock and move between locations.
    """

    _known: OrderedDict[Claims, tuple[str, Viewer]] = field(default_factory=OrderedDict)

    async def find(
        self, connection: AsyncConnection, claims: Claims, now: datetime, also: Beside | None = None
    ) -> Viewer | None:
        """Return what `find_viewer` returns, in one statement as well. Raises MayNotEnter as it does.

        also -- a query of the viewer's organization that is executed in the same statement if the viewer is remembered
        """
        history = await history_of(connection)
        known = self._known.get(claims)
        if known is not None and known[0] == history and not known[1].has_ended(now):
            again = await find_again(connection, known[1], also)
            if again is not None:
                return again
        viewer = await find_viewer(connection, claims, now)
        if viewer is not None and claims.kiosk_id is None:
            self._known[claims] = history, viewer
            self._known.move_to_end(claims)
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return viewer

    async def find_at_once(self, database: Database, claims: Claims, now: datetime, also: Beside) -> Viewer | None:
        """Return what `find` returns and execute the query, in a transaction that takes one round trip. None when the
        viewer has to be read first, with `find`.
        """
        remembered = self._known.get(claims)
        if remembered is None or remembered[1].has_ended(now):
            return None
        history, known = remembered

        async def read(connection: AsyncConnection) -> Viewer | None:
            if history != await history_of(connection):
                return None
            return await find_again_at_once(connection, known, also)

        return await database.kept.run(read)
