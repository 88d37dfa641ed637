"""The part of an API process between its sockets and the database, from the inside."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from redis.asyncio import Redis

from attendance.rules.organization.permissions import Claims
from attendance.rules.vocabulary import Permission, Portal
from db.engine import Database
from db.wake_ups import Announcer
from gql.live.sheet_changes import SheetHub
from gql.services import Services, make_services
from tests.support.api import settings_with
from tests.support.api_process import sign_in
from tests.support.factories import World
from tests.support.live_sheet import LiveSheet, live_sheet
from tests.support.processes import SECRET
from tests.support.streams import Stream, heard, subscribed
from tests.support.subscriber import WATCH

PERMISSIONS = (Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL)


@dataclass
class Process:
    """Without Redis."""

    hub: SheetHub
    services: Services
    sheet: LiveSheet

    def subscribed(
        self, claims: Claims, after: int | None = None, *, query: str = WATCH
    ) -> AbstractAsyncContextManager[Stream]:
        return subscribed(self.services, claims, query, id=self.sheet.id, after=after)

    async def claims(self, *permissions: Permission, portal: Portal = Portal.OFFICE, teaches: bool = False) -> Claims:
        """Of somebody new."""
        world, taught = self.sheet.world, [self.sheet.lesson.offering_id] if teaches else []
        token = await sign_in(world, await world.staff(*(permissions or PERMISSIONS), teaches=taught), portal)
        return self.services.access_tokens.check(token)

    async def hear(self) -> None:
        """What Redis would do, and the hub's own reading after it."""
        await heard(self.hub)


@asynccontextmanager
async def live_process(database: Database, world: World, redis_url: str, capacity: int) -> AsyncIterator[Process]:
    """With a roll sheet of its own; `capacity` is that of each queue."""
    hub = SheetHub(database, capacity=capacity)
    services = make_services(
        settings_with(secret=SECRET),
        database=database,
        announcer=Announcer(),
        redis=Redis(),
        clock=lambda: datetime.now(UTC),
        hub=hub,
    )
    services.security_log.pause = 3600
    async with live_sheet(database, world, redis_url) as sheet:
        yield Process(hub, services, sheet)
    services.security_log.stop()
    await hub.close()
