"""Ends the sockets of a sign-in or kiosk that has ended, also while they are idle."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import structlog

from attendance.rules.organization.permissions import Claims, MayNotEnter
from db.engine import Database
from db.organization.viewers import find_viewer, find_viewers
from gql.live.following import AccessWatch
from gql.live.patience import patiently
from gql.protocol.streams import Memo

log = structlog.get_logger("rollbook.live")


@dataclass
class SignedOut:
    """Waits for the ends of sign-ins. Each process has one.

    The database counts the changes of access in each organization. While that number stays, a wait costs nothing of its
    own; when it changes, one statement looks at all sign-ins of the organization that are waited for.
    """

    database: Database
    access: AccessWatch
    clock: Callable[[], datetime]
    seconds: float = 2.0
    _waiting: Counter[Claims] = field(default_factory=Counter)
    _memo: Memo = field(default_factory=Memo)
    _slice: int = 0

    async def wait(self, claims: Claims) -> None:
        """Return when the sign-in or kiosk of these claims has ended, within 5 seconds of it."""
        self._waiting[claims] += 1
        seen: int | None = None
        try:
            while True:
                await asyncio.sleep(self.seconds)
                try:
                    epoch = await self.access.epoch(claims.organization_id)
                    if epoch != seen and await self._has_ended(claims):
                        return
                except Exception as fault:
                    log.warning("access_not_checked", fault=fault)
                else:
                    seen = epoch
        finally:
            self._waiting -= Counter([claims])

    async def _has_ended(self, claims: Claims) -> bool:
        now = int(time.monotonic() / self.seconds)
        if now != self._slice:
            self._slice, self._memo = now, Memo()
        organization_id = claims.organization_id
        going_on = await self._memo.once(organization_id, lambda: patiently(lambda: self._going_on(organization_id)))
        return claims not in going_on and await patiently(lambda: self._is_over(claims))

    async def _going_on(self, organization_id: UUID) -> frozenset[Claims]:
        waiting = [claims for claims in self._waiting if claims.organization_id == organization_id]
        async with self.database.read(organization_id) as connection:
            return frozenset(await find_viewers(connection, waiting, self.clock()))

    async def _is_over(self, claims: Claims) -> bool:
        """Return whether nobody can act with these claims, also in another portal."""
        async with self.database.read(claims.organization_id) as connection:
            try:
                return await find_viewer(connection, claims, self.clock()) is None
            except MayNotEnter:
                return False
