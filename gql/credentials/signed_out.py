"""Ends the sockets of a sign-in or kiosk that has ended, also while they are idle."""

import asyncio
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
from gql.protocol.streams import BriefMemo

# Whoever asks has waited for so long, so what is shared for as long was read when it waited already, save for a late
# timer. Whom it does not know is looked up alone.
_SECONDS = 2.0

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
    _waiting: dict[object, Claims] = field(default_factory=dict)
    _memo: BriefMemo = field(default_factory=lambda: BriefMemo(_SECONDS))

    async def wait(self, claims: Claims) -> None:
        """Return when the sign-in or kiosk of these claims has ended, within 5 seconds of it."""
        seen: int | None = None
        place = object()
        self._waiting[place] = claims
        try:
            while True:
                await asyncio.sleep(_SECONDS)
                try:
                    epoch = await self.access.epoch(claims.organization_id)
                    if epoch != seen and await self._has_ended(claims, epoch):
                        return
                except Exception as fault:
                    log.warning("access_not_checked", fault=fault)
                else:
                    seen = epoch
        finally:
            del self._waiting[place]

    async def _has_ended(self, claims: Claims, epoch: int) -> bool:
        # What was read for an earlier number may not know of the change behind this one.
        organization_id = claims.organization_id
        key = (organization_id, epoch)
        going_on = await self._memo.once(key, lambda: patiently(lambda: self._going_on(organization_id)))
        return claims not in going_on and await patiently(lambda: self._is_over(claims))

    async def _going_on(self, organization_id: UUID) -> frozenset[Claims]:
        waiting = [claims for claims in self._waiting.values() if claims.organization_id == organization_id]
        async with self.database.read(organization_id) as connection:
            return frozenset(await find_viewers(connection, waiting, self.clock()))

    async def _is_over(self, claims: Claims) -> bool:
        """Return whether nobody can act with these claims, also in another portal."""
        async with self.database.read(claims.organization_id) as connection:
            try:
                return await find_viewer(connection, claims, self.clock()) is None
            except MayNotEnter:
                return False
