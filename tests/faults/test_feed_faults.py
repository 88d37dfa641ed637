"""Whatever dies while students and check-ins are followed, each subscriber is told every change, once (R10.2)."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from websockets.exceptions import ConnectionClosed

from attendance.rules.vocabulary import AttendanceStatus, MakeupTokenAct, Portal, Source
from clock import wall_clock
from commands.servers.scratch import scratch_database
from commands.servers.start import Servers
from db import models
from db.engine import Database
from db.wake_ups import Announcer
from gql.fields.global_ids import encode_id
from tests.support.api_process import PATIENCE, ApiProcess, RedisServer, api_process, office_token, sign_in
from tests.support.audit import assert_sound
from tests.support.factories import LONG_AGO, World
from tests.support.live_sheet import LiveSheet, live_sheet
from tests.support.sockets import Socket, connected

# Connections of the database are ended.
pytestmark = pytest.mark.own_database

PRESENT, ABSENT, TARDY = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT, AttendanceStatus.TARDY
STUDENT = """subscription($id: ID!, $after: String) { studentChanged(studentId: $id, after: $after) {
  cursor kinds marks { mark { status revision } } tokens { id } } }"""
DAY = """subscription($after: String) { checkIns(date: "2026-11-16", after: $after) {
  cursor kind revision entries { student { firstName } mark { status } } tally { present tardy absent unmarked } } }"""


@pytest.fixture(scope="module")
async def database_url(servers: Servers, template_database: str) -> AsyncIterator[str]:
    async with scratch_database(servers.database_url, template_database) as url:
        yield url


@pytest.fixture(scope="module")
async def mortal() -> AsyncIterator[RedisServer]:
    server = RedisServer()
    server.start()
    yield server
    server.kill()


@pytest.fixture
async def sheet(database: Database, world: World, mortal: RedisServer) -> AsyncIterator[LiveSheet]:
    async with live_sheet(database, world, mortal.url) as sheet:
        yield sheet
        await assert_sound(world, now=wall_clock())


@dataclass
class Client:
    """One subscription; what it was told, in order.

    refused -- every message of its stream that is not an event: an error, or the end
    """

    socket: Socket
    events: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def cursor(self) -> str | None:
        return self.events[-1]["cursor"] if self.events else None

    async def listen(self) -> None:
        with suppress(ConnectionClosed):
            async for told in self.socket:
                if told["type"] == "next" and "errors" not in told["payload"]:
                    self.events += told["payload"]["data"].values()
                else:
                    self.refused.append(told)
                self.news.set()

    async def heard(self, holds: Callable[[list[dict[str, Any]]], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not holds(self.events):
                assert not self.refused, self.refused
                self.news.clear()
                await self.news.wait()


@asynccontextmanager
async def client(api: ApiProcess, token: str, query: str, **variables: Any) -> AsyncIterator[Client]:
    async with connected(api.ws, token) as socket:
        await socket.subscribe(query, **{name: value for name, value in variables.items() if value})
        found = Client(socket)
        listening = asyncio.create_task(found.listen())
        try:
            yield found
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError):
                await listening


@dataclass
class Audience:
    """Ann's guardian and a dashboard, who come back with their cursors whenever they are cut off."""

    sheet: LiveSheet
    guardian: str
    desk: str
    told: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: {"student": [], "day": []})

    @asynccontextmanager
    async def watching(self, api: ApiProcess) -> AsyncIterator[tuple[Client, Client]]:
        student = encode_id("Student", self.sheet.students["Ann"])
        cursors = {name: events[-1]["cursor"] if events else None for name, events in self.told.items()}
        async with (
            client(api, self.guardian, STUDENT, id=student, after=cursors["student"]) as family,
            client(api, self.desk, DAY, after=cursors["day"]) as dashboard,
        ):
            for each, name in ((family, "student"), (dashboard, "day")):
                if cursors[name] is None:
                    await each.heard(bool)
            yield family, dashboard
            self.told["student"] += family.events
            self.told["day"] += dashboard.events

    def statuses(self) -> list[str]:
        """Of Ann, one after the other, as her family was told."""
        return [each["mark"]["status"] for event in self.told["student"] for each in event["marks"]]

    def revisions(self) -> list[int | None]:
        return [event["revision"] for event in self.told["day"]]


@pytest.fixture
async def audience(sheet: LiveSheet, world: World) -> Audience:
    family = await world.owner.scalar(
        text("SELECT family_id FROM student WHERE id = :id").bindparams(id=sheet.students["Ann"])
    )
    guardian = await sign_in(world, await world.guardian(family), Portal.CUSTOMER)
    return Audience(sheet, guardian, await office_token(world))


def has(revision: int) -> Callable[[list[dict[str, Any]]], bool]:
    return lambda events: any(event.get("revision") == revision for event in events)


def marked(revision: int) -> Callable[[list[dict[str, Any]]], bool]:
    return lambda events: any(each["mark"]["revision"] == revision for event in events for each in event["marks"])


async def test_R10_2_redis_emptied_killed_and_wake_ups_lost(
    database_url: str, mortal: RedisServer, sheet: LiveSheet, audience: Audience
) -> None:
    async with (
        api_process(database_url, mortal.url, live_compare_seconds=0.5) as api,
        audience.watching(api) as (family, desk),
    ):
        async with Redis.from_url(mortal.url) as redis:
            await redis.flushall()
        await sheet.submit(Ann=PRESENT)
        await desk.heard(has(1))
        announcer, sheet.announcer = sheet.announcer, Announcer()
        await sheet.submit(Ann=TARDY)
        await desk.heard(has(2))
        token = await sheet.world.makeup_token(sheet.students["Ann"])
        sheet.announcer = announcer
        await family.heard(lambda events: any(event["tokens"] for event in events))
        mortal.kill()
        await sheet.submit(Ann=ABSENT)
        await desk.heard(has(3))
        mortal.start()
        await sheet.submit(Ann=PRESENT)
        for each, holds in ((family, marked(4)), (desk, has(4))):
            await each.heard(holds)
    # The audit asks for what the product writes with the token.
    issued = {"act": MakeupTokenAct.ISSUED, "source": Source.OFFICE, "entered_at": LONG_AGO, "facts": {}}
    ann = sheet.students["Ann"]
    await sheet.world.add(models.MakeupTokenEntry, makeup_token_id=token, student_id=ann, **issued)
    assert audience.statuses() == ["PRESENT", "TARDY", "ABSENT", "PRESENT"]
    assert audience.revisions() == [None, 1, 2, 3, 4]
    assert audience.told["student"][-1]["tokens"] == [{"id": encode_id("MakeupToken", token)}]
    assert audience.told["day"][-1]["tally"] == {"present": 1, "tardy": 0, "absent": 0, "unmarked": 2}


async def test_R10_2_api_processes_killed_and_come_back_to_by_cursor(
    database_url: str, mortal: RedisServer, sheet: LiveSheet, audience: Audience
) -> None:
    last, statuses = 0, (PRESENT, TARDY, ABSENT)
    for _ in range(3):
        async with api_process(database_url, mortal.url) as api, audience.watching(api) as (family, desk):
            for _again in range(2):
                await sheet.submit(Ann=statuses[last % 3])
                last += 1
            await family.heard(marked(last))
            await desk.heard(has(last))
            api.kill()
        await sheet.submit(Ann=statuses[last % 3])
        last += 1
    async with api_process(database_url, mortal.url) as api, audience.watching(api) as (family, desk):
        await family.heard(marked(last))
        await desk.heard(has(last))
    assert audience.statuses() == [statuses[number % 3].value for number in range(last)]
    assert audience.revisions() == [None, *range(1, last + 1)]
    assert audience.told["student"][0]["kinds"] == ["SNAPSHOT"]
    assert [event for event in audience.told["student"][1:] if event["kinds"] != ["MARKS"]] == []


async def test_R10_2_a_frozen_process_tells_each_change_when_it_goes_on(
    database_url: str, mortal: RedisServer, sheet: LiveSheet, audience: Audience
) -> None:
    """More of them than wait for a subscriber, so that all of them must be read again."""
    async with api_process(database_url, mortal.url) as api, audience.watching(api) as (_, desk):
        api.process.send_signal(signal.SIGSTOP)
        for number in range(70):
            await sheet.submit(Ann=TARDY if number % 2 else PRESENT)
        api.process.send_signal(signal.SIGCONT)
        await desk.heard(has(70))
    assert audience.revisions() == [None, *range(1, 71)]


async def test_R10_2_postgresql_drops_every_connection(
    database_url: str, mortal: RedisServer, sheet: LiveSheet, audience: Audience
) -> None:
    await sheet.world.change_settings(tokens_enabled=False)
    async with (
        api_process(database_url, mortal.url, live_compare_seconds=0.5) as api,
        audience.watching(api) as (family, desk),
    ):
        for number in range(4):
            await sheet.world.owner.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
            with suppress(DBAPIError):
                await sheet.submit(Ben=PRESENT)
            await sheet.submit(Ann=TARDY if number % 2 else ABSENT, Ben=None)
        last = await sheet.world.owner.scalar(
            text("SELECT revision FROM occurrence WHERE timeslot_id = :id").bindparams(id=sheet.lesson.timeslot_id)
        )
        await family.heard(marked(last))
        await desk.heard(has(last))
    assert audience.statuses() == ["ABSENT", "TARDY"] * 2
    assert audience.revisions() == [None, *range(1, last + 1)]


async def test_R10_2_three_processes_tell_the_same(
    database_url: str, mortal: RedisServer, sheet: LiveSheet, audience: Audience
) -> None:
    async with AsyncExitStack() as stack:
        apis = [await stack.enter_async_context(api_process(database_url, mortal.url)) for _ in range(3)]
        desks = [await stack.enter_async_context(client(api, audience.desk, DAY)) for api in apis]
        for desk in desks:
            await desk.heard(bool)
        for number in range(6):
            await sheet.submit(**{("Ann", "Ben", "Cas")[number % 3]: TARDY if number % 2 else PRESENT})
        for desk in desks:
            await desk.heard(has(6))
        assert [[event["revision"] for event in desk.events] for desk in desks] == [[None, 1, 2, 3, 4, 5, 6]] * 3
        assert [desk.events[-1]["tally"] for desk in desks] == [desks[0].events[-1]["tally"]] * 3
