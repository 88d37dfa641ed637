"""The part of an API process between its sockets and the database, from the inside."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from redis.asyncio import Redis

from attendance.rules.organization.permissions import Claims
from attendance.rules.vocabulary import Permission, Portal
from db.engine import Database
from db.wake_ups import Announcer
from gql.fields.context import Context
from gql.live.sheet_changes import SheetHub
from gql.protocol.answers import Answer
from gql.protocol.guard import GuardLimits
from gql.protocol.operations import Operations, Parameters
from gql.schema import build_schema
from gql.services import Services, make_services
from settings import load_settings
from tests.support.api_process import sign_in
from tests.support.factories import World
from tests.support.live_sheet import LiveSheet, live_sheet
from tests.support.processes import SECRET
from tests.support.subscriber import WATCH

PERMISSIONS = (Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL)


@dataclass
class Process:
    """Without Redis."""

    hub: SheetHub
    services: Services
    sheet: LiveSheet
    operations: Operations = field(default_factory=lambda: Operations(build_schema(), GuardLimits()))

    @asynccontextmanager
    async def subscribed(
        self, claims: Claims, after: int | None = None, *, query: str = WATCH
    ) -> AsyncIterator["Stream"]:
        parameters = Parameters(query, variables={"id": self.sheet.id, "after": after})
        operation = self.operations.prepare(parameters, may_introspect=True)
        stream = await self.operations.subscribe(operation, Context(self.services, claims, "", ""))
        async with aclosing(stream.answers()) as answers:
            yield Stream(answers)

    async def claims(self, *permissions: Permission, portal: Portal = Portal.OFFICE, teaches: bool = False) -> Claims:
        """Of somebody new."""
        world, taught = self.sheet.world, [self.sheet.lesson.offering_id] if teaches else []
        token = await sign_in(world, await world.staff(*(permissions or PERMISSIONS), teaches=taught), portal)
        return self.services.access_tokens.check(token)

    async def hear(self) -> None:
        """What Redis would do, and the hub's own reading after it."""
        await self.hub.compare()
        while any(topic.task is not None for topic in self.hub._topics.values()):
            await asyncio.sleep(0.005)


@dataclass
class Stream:
    answers: AsyncIterator[Answer]

    async def next(self) -> dict[str, Any]:
        async with asyncio.timeout(10):
            result = (await anext(self.answers)).result
        assert result.errors is None, result.errors
        assert result.data is not None
        event: dict[str, Any] = result.data["rollSheetChanged"]
        return event

    async def told(self, count: int) -> list[tuple[str, int]]:
        events = [await self.next() for _ in range(count)]
        return [(event["kind"], event["revision"]) for event in events]


@asynccontextmanager
async def live_process(database: Database, world: World, redis_url: str, capacity: int) -> AsyncIterator[Process]:
    """With a roll sheet of its own; `capacity` is that of each queue."""
    settings = load_settings(database_url="postgresql://here/rollbook", redis_url="redis://here", secret=SECRET)
    hub = SheetHub(database, capacity=capacity)
    services = make_services(
        settings,
        database=database,
        announcer=Announcer(),
        redis=Redis(),
        clock=lambda: datetime.now(UTC),
        hub=hub,
    )
    async with live_sheet(database, world, redis_url) as sheet:
        yield Process(hub, services, sheet)
    await hub.close()
