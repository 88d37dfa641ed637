"""Many write and many listen, in several processes: everybody sees every revision once and in order (R10.1, R10.2)."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from typing import Any

import pytest

from attendance.rules.vocabulary import AttendanceStatus
from commands.servers.scratch import scratch_database
from commands.servers.start import Servers
from db.engine import Database
from tests.support.api_process import ApiProcess, api_process, office_token
from tests.support.factories import World
from tests.support.live_sheet import LiveSheet, live_sheet, submit_over_http
from tests.support.subscriber import Subscriber, fresh_sheet, subscriber

NAMES = ("Ann", "Ben", "Cas", "Dan", "Eve", "Fay")
WRITES = 20


@pytest.fixture(scope="module")
async def database_url(servers: Servers, template_database: str) -> AsyncIterator[str]:
    """One database for the tests of this file, each of which makes an organization of its own."""
    async with scratch_database(servers.database_url, template_database) as url:
        yield url


@pytest.fixture(scope="module")
async def apis(servers: Servers, database_url: str) -> AsyncIterator[tuple[ApiProcess, ApiProcess, ApiProcess]]:
    """Three processes with nothing in common but PostgreSQL and Redis, and no comparing to help out."""
    async with (
        api_process(database_url, servers.redis_url, live_compare_seconds=60) as one,
        api_process(database_url, servers.redis_url, live_compare_seconds=60) as other,
        api_process(database_url, servers.redis_url, live_compare_seconds=60) as third,
    ):
        yield one, other, third


@pytest.fixture
async def sheet(database: Database, world: World, redis_url: str) -> AsyncIterator[LiveSheet]:
    await world.change_settings(tokens_enabled=False)
    async with live_sheet(database, world, redis_url, *NAMES) as sheet:
        yield sheet


@pytest.fixture
async def token(world: World) -> str:
    return await office_token(world)


async def write(api: ApiProcess, token: str, sheet: LiveSheet, count: int, seed: int) -> int:
    """One client after the other puts marks; returns the last revision that an answer told."""
    chance, revision = random.Random(seed), 0
    for _ in range(count):
        status = chance.choice([*AttendanceStatus, None])
        revision = max(revision, await submit_over_http(api, token, sheet, chance.choice(NAMES), status))
    return revision


async def check(client: Subscriber, api: ApiProcess, token: str, sheet: LiveSheet) -> None:
    """The client's roll sheet is what a client that comes now is shown."""
    revision, rows = await fresh_sheet(api, token, sheet.id)
    await client.reached(revision)
    assert client.revision == revision
    assert client.sheet == rows


async def test_R10_2_what_is_submitted_at_one_process_is_heard_at_the_other(
    apis: tuple[ApiProcess, ApiProcess, ApiProcess], sheet: LiveSheet, token: str
) -> None:
    one, other, _ = apis
    async with subscriber(other, token, sheet.id) as client:
        await client.heard(1)
        assert await submit_over_http(one, token, sheet, "Ann", AttendanceStatus.TARDY) == 1
        await client.reached(1, seconds=5)
        assert client.marks["Ann"] == "TARDY"


async def test_R10_1_every_subscriber_sees_each_revision_once_and_in_order(
    apis: tuple[ApiProcess, ApiProcess, ApiProcess], sheet: LiveSheet, token: str
) -> None:
    async with AsyncExitStack() as stack:
        clients = [await stack.enter_async_context(subscriber(apis[place % 3], token, sheet.id)) for place in range(9)]
        for client in clients:
            await client.heard(1)
        writers = [write(apis[place % 3], token, sheet, WRITES // 3, seed=place) for place in range(6)]
        last = max(await asyncio.gather(*writers))
        assert last > WRITES
        for client in clients:
            await check(client, apis[0], token, sheet)
            assert client.revisions == list(range(last + 1))
            assert [event["kind"] for event in client.events] == ["SNAPSHOT"] + ["MARKS"] * last


async def test_R10_2_who_comes_in_the_midst_of_writes_misses_nothing(
    apis: tuple[ApiProcess, ApiProcess, ApiProcess], sheet: LiveSheet, token: str
) -> None:
    async with AsyncExitStack() as stack:
        writers = asyncio.gather(*(write(apis[place], token, sheet, WRITES, seed=place) for place in range(3)))
        clients: list[Subscriber] = []
        while not writers.done() or not clients:
            clients.append(await stack.enter_async_context(subscriber(apis[len(clients) % 3], token, sheet.id)))
            await clients[-1].heard(1)
            await asyncio.sleep(0.1)
        await writers
        assert len(clients) > 3
        for client in clients:
            await check(client, apis[1], token, sheet)
            first, last = client.revisions[0], client.revisions[-1]
            assert client.revisions == list(range(first, last + 1))


async def test_R10_2_reconnecting_in_the_midst_of_writes_neither_repeats_nor_skips(
    apis: tuple[ApiProcess, ApiProcess, ApiProcess], sheet: LiveSheet, token: str
) -> None:
    writers = asyncio.gather(*(write(apis[place], token, sheet, WRITES, seed=place) for place in range(3)))
    rows: dict[str, dict[str, Any]] = {}
    heard = [0]
    connections, last = 0, None
    while last is None or heard[-1] < last:
        async with subscriber(apis[connections % 3], token, sheet.id, after=heard[-1]) as client:
            with suppress(TimeoutError):
                await client.heard(1, seconds=0.5)
            await asyncio.sleep(random.random() * 0.05)
        connections += 1
        heard += client.revisions
        rows |= client.sheet
        last = max(writers.result()) if writers.done() else None
    assert connections > 3
    assert heard == list(range(last + 1))
    _, fresh = await fresh_sheet(apis[0], token, sheet.id)
    assert rows == {entry: row for entry, row in fresh.items() if entry in rows}


async def test_R10_1_two_roll_sheets_do_not_mix(
    apis: tuple[ApiProcess, ApiProcess, ApiProcess],
    sheet: LiveSheet,
    database: Database,
    world: World,
    redis_url: str,
    token: str,
) -> None:
    async with (
        live_sheet(database, world, redis_url) as second,
        subscriber(apis[0], token, sheet.id) as client,
        subscriber(apis[0], token, second.id) as other,
    ):
        await client.heard(1)
        await other.heard(1)
        await asyncio.gather(write(apis[1], token, sheet, 5, seed=1), second.submit(Ann=AttendanceStatus.PRESENT))
        await check(client, apis[0], token, sheet)
        await check(other, apis[0], token, second)
        assert other.revisions == [0, 1]
