"""Ends the sockets of a sign-in or kiosk that has ended, also while they are idle."""

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from uuid import UUID

import structlog

from attendance.rules.organization.permissions import Claims, MayNotEnter
from db.engine import Database
from db.organization.viewers import find_viewer, find_viewers
from gql.live.access_watch import AccessWatch
from gql.live.patience import patiently
from pace import until_beat

_SECONDS = 2.0

log = structlog.get_logger("rollbook.live")


@dataclass(eq=False, slots=True)
class _Watched:
    """A sign-in and what to do at its end. `seen` is the number of the last change of access at which it went on."""

    claims: Claims
    ended: Callable[[], None]
    seen: int | None = None


@dataclass
class SignedOut:
    """Tells sockets of the ends of their sign-ins, within 5 seconds. Each process has one, with one task.

    The database counts the changes of access in each organization. While that number stays, nothing is asked; when it
    changes, one statement looks at all sign-ins of the organization that are watched.
    """

    database: Database
    access: AccessWatch
    clock: Callable[[], datetime]
    _watched: dict[UUID, set[_Watched]] = field(default_factory=dict)
    _looking: asyncio.Task[None] | None = None

    def watch(self, claims: Claims, ended: Callable[[], None]) -> Callable[[], None]:
        """Call `ended` once when the sign-in or kiosk of these claims has ended. Return what ends the watching."""
        watched = _Watched(claims, ended)
        self._watched.setdefault(claims.organization_id, set()).add(watched)
        if self._looking is None:
            self._looking = asyncio.create_task(self._look_for_ever(), name="look-for-ended-sign-ins")
        return partial(self._forget, watched)

    def _forget(self, watched: _Watched) -> None:
        """Stop watching. It may be called more than once."""
        organization_id = watched.claims.organization_id
        mine = self._watched.get(organization_id, set())
        mine.discard(watched)
        if not mine:
            self._watched.pop(organization_id, None)
        if not self._watched and self._looking is not None:
            self._looking.cancel()
            self._looking = None

    async def _look_for_ever(self) -> None:
        while True:
            await asyncio.sleep(until_beat(_SECONDS))
            watched = tuple(self._watched)
            try:
                epochs = await self.access.epochs(watched)
            except Exception as fault:
                log.warning("access_not_checked", fault=fault)
                continue
            # A database that is slow for one organization must not keep the others waiting.
            await asyncio.gather(*(self._look(each, epochs.get(each, 0)) for each in watched))

    async def _look(self, organization_id: UUID, epoch: int) -> None:
        """Look after those who have not been seen since the last change of access, whose number was read before this.

        What is read here knows of every change up to that number.
        """
        try:
            new = [each for each in self._watched.get(organization_id, ()) if each.seen != epoch]
            going_on = await patiently(lambda: self._going_on(organization_id, new)) if new else frozenset()
            for each in new:
                if each.claims in going_on or not await patiently(partial(self._is_over, each.claims)):
                    each.seen = epoch
                else:
                    self._forget(each)
                    each.ended()
        except Exception as fault:
            log.warning("access_not_checked", fault=fault)

    async def _going_on(self, organization_id: UUID, watched: Collection[_Watched]) -> frozenset[Claims]:
        async with self.database.read(organization_id) as connection:
            return frozenset(await find_viewers(connection, {each.claims for each in watched}, self.clock()))

    async def _is_over(self, claims: Claims) -> bool:
        """Return whether nobody can act with these claims, also in another portal."""
        async with self.database.read(claims.organization_id) as connection:
            try:
                return await find_viewer(connection, claims, self.clock()) is None
            except MayNotEnter:
                return False
