"""Whatever dies while roll sheets are open, each subscriber ends up with every revision, once and in order (R10.2)."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress

import pytest
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from attendance.rules.vocabulary import AttendanceStatus
from clock import wall_clock
from commands.servers.process import free_port
from commands.servers.scratch import scratch_database
from commands.servers.start import Servers
from db.engine import Database
from db.wake_ups import ROLL_SHEETS, Announcer
from tests.support.api_process import ApiProcess, RedisServer, api_process, ask, office_token
from tests.support.audit import assert_sound
from tests.support.factories import World
from tests.support.live_sheet import LiveSheet, live_sheet, submit_over_http
from tests.support.subscriber import Subscriber, fresh_sheet, subscriber

# Connections of the database are ended.
pytestmark = pytest.mark.own_database

PRESENT, ABSENT, TARDY = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT, AttendanceStatus.TARDY


@pytest.fixture(scope="module")
async def database_url(servers: Servers, template_database: str) -> AsyncIterator[str]:
    """One database for the tests of this file, each of which makes an organization of its own."""
    async with scratch_database(servers.database_url, template_database) as url:
        yield url


@pytest.fixture(scope="module")
async def mortal() -> AsyncIterator[RedisServer]:
    server = RedisServer()
    server.start()
    yield server
    server.kill()


@pytest.fixture(scope="module")
async def patient(database_url: str, mortal: RedisServer) -> AsyncIterator[ApiProcess]:
    """It compares once a minute: in a test's time it hears through Redis or not at all."""
    async with api_process(database_url, mortal.url, live_compare_seconds=60) as api:
        yield api


@pytest.fixture(scope="module")
async def watchful(database_url: str, mortal: RedisServer) -> AsyncIterator[ApiProcess]:
    """It compares twice a second, and has a single connection to PostgreSQL."""
    async with api_process(database_url, mortal.url, live_compare_seconds=0.5, database_pool_size=1) as api:
        yield api


@pytest.fixture
async def sheet(database: Database, world: World, mortal: RedisServer) -> AsyncIterator[LiveSheet]:
    await world.change_settings(tokens_enabled=False)
    async with live_sheet(database, world, mortal.url) as sheet:
        yield sheet
        await assert_sound(world, now=wall_clock())


@pytest.fixture
async def token(world: World) -> str:
    return await office_token(world)


async def wake_ups_are_heard(redis: RedisServer, processes: int) -> None:
    """Wait until so many processes listen to the server."""
    async with Redis.from_url(redis.url, decode_responses=True) as client, asyncio.timeout(10):
        while True:
            with suppress(ConnectionError, OSError):
                listeners = dict(await client.pubsub_numsub(ROLL_SHEETS))
                if listeners[ROLL_SHEETS] >= processes:
                    return
            await asyncio.sleep(0.05)


async def check(client: Subscriber, api: ApiProcess, token: str, sheet: LiveSheet, last: int) -> None:
    await client.reached(last)
    assert client.revisions == list(range(last + 1))
    assert (last, client.sheet) == await fresh_sheet(api, token, sheet.id)


async def test_R10_2_redis_killed_and_started_again(
    patient: ApiProcess, watchful: ApiProcess, mortal: RedisServer, sheet: LiveSheet, token: str
) -> None:
    async with subscriber(patient, token, sheet.id) as client:
        await client.heard(1)
        mortal.kill()
        await sheet.submit(Ann=PRESENT)
        await sheet.submit(Ben=ABSENT)
        await asyncio.sleep(0.5)
        assert client.revisions == [0]
        mortal.start()
        await client.reached(2, seconds=10)
        await wake_ups_are_heard(mortal, processes=2)
        await sheet.submit(Cas=TARDY)
        await client.reached(3, seconds=5)
        await check(client, patient, token, sheet, 3)


async def test_R10_2_redis_emptied(patient: ApiProcess, mortal: RedisServer, sheet: LiveSheet, token: str) -> None:
    async with subscriber(patient, token, sheet.id) as client:
        await client.heard(1)
        async with Redis.from_url(mortal.url) as redis:
            await redis.flushall()
        await sheet.submit(Ann=PRESENT)
        await check(client, patient, token, sheet, 1)


async def test_R10_2_a_wake_up_lost_is_made_up_for_by_the_next(
    patient: ApiProcess, mortal: RedisServer, sheet: LiveSheet, token: str
) -> None:
    async with subscriber(patient, token, sheet.id) as client:
        await client.heard(1)
        announcer, sheet.announcer = sheet.announcer, Announcer()
        await sheet.submit(Ann=PRESENT)
        sheet.announcer = announcer
        await asyncio.sleep(0.3)
        assert client.revisions == [0]
        await sheet.submit(Ben=ABSENT)
        await check(client, patient, token, sheet, 2)


async def test_R10_2_a_wake_up_lost_is_found_by_comparing(watchful: ApiProcess, sheet: LiveSheet, token: str) -> None:
    announcer, sheet.announcer = sheet.announcer, Announcer()
    async with subscriber(watchful, token, sheet.id) as client:
        await client.heard(1)
        await sheet.submit(Ann=PRESENT)
        await client.reached(1, seconds=5)
        await check(client, watchful, token, sheet, 1)
    sheet.announcer = announcer


async def test_R10_2_wake_ups_of_nonsense_are_harmless(
    patient: ApiProcess, mortal: RedisServer, sheet: LiveSheet, token: str
) -> None:
    await wake_ups_are_heard(mortal, processes=1)
    async with subscriber(patient, token, sheet.id) as client, Redis.from_url(mortal.url) as redis:
        await client.heard(1)
        own = f"{sheet.world.organization_id}:{sheet.key.timeslot_id}:{sheet.key.held_on}"
        for nonsense in ("", "a:b:c:d", f"{own}:99", f"{own}:-1", "\x00", "x" * 100_000):
            await redis.publish(ROLL_SHEETS, nonsense)
        await sheet.submit(Ann=PRESENT)
        await check(client, patient, token, sheet, 1)


async def test_R10_2_redis_out_of_reach_from_the_start(database_url: str, sheet: LiveSheet, token: str) -> None:
    async with (
        api_process(database_url, f"redis://127.0.0.1:{free_port()}/0", live_compare_seconds=0.5) as api,
        subscriber(api, token, sheet.id) as client,
    ):
        await client.heard(1)
        # This process's own changes need neither Redis nor comparing.
        assert await submit_over_http(api, token, sheet, "Ann", PRESENT) == 1
        await client.reached(1, seconds=5)
        await sheet.submit(Ben=ABSENT)
        await client.reached(2, seconds=5)
        await check(client, api, token, sheet, 2)


async def test_R10_2_an_api_process_killed_and_started_again(
    database_url: str, mortal: RedisServer, sheet: LiveSheet, token: str
) -> None:
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(api_process(database_url, mortal.url))
        async with subscriber(api, token, sheet.id) as client:
            await client.heard(1)
            await submit_over_http(api, token, sheet, "Ann", PRESENT)
            await client.reached(1)
            api.kill()
            await client.ended()
        await sheet.submit(Ben=ABSENT)
        await sheet.submit(Ann=None)
        again = await stack.enter_async_context(api_process(database_url, mortal.url, port=api.port))
        async with subscriber(again, token, sheet.id, after=client.revision) as returned:
            await returned.reached(3)
            await submit_over_http(again, token, sheet, "Cas", TARDY)
            await returned.reached(4)
            assert client.revisions + returned.revisions == [0, 1, 2, 3, 4]
            rows = client.sheet | returned.sheet
            assert (4, rows) == await fresh_sheet(again, token, sheet.id)


async def test_R10_2_a_process_that_stops_tells_its_clients_to_come_back(
    database_url: str, mortal: RedisServer, sheet: LiveSheet, token: str
) -> None:
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(api_process(database_url, mortal.url))
        client = await stack.enter_async_context(subscriber(api, token, sheet.id))
        await client.heard(1)
        api.process.terminate()
        await client.ended()
        assert client.closed_with == 1012
        # uvicorn ends by the signal that it was asked to end by.
        assert await asyncio.to_thread(api.process.wait, 10) in {0, -signal.SIGTERM}


async def test_R10_2_postgresql_drops_every_connection(
    watchful: ApiProcess, sheet: LiveSheet, token: str, world: World
) -> None:
    async with subscriber(watchful, token, sheet.id) as client:
        await client.heard(1)
        for revision in range(1, 6):
            await world.owner.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
            # The writer's own connections are among those that were dropped.
            with suppress(DBAPIError):
                await sheet.submit(Ann=PRESENT)
            await sheet.submit(Ann=TARDY if revision % 2 else ABSENT)
        await client.reached(5)
        revision, _ = await fresh_sheet(watchful, token, sheet.id)
        await check(client, watchful, token, sheet, revision)


async def test_subscriptions_hold_no_connection_while_nothing_happens(
    watchful: ApiProcess, sheet: LiveSheet, token: str
) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(20):
            client = await stack.enter_async_context(subscriber(watchful, token, sheet.id))
            await client.heard(1)
        # The pool has one connection: a subscription that kept it would stop all others, and this.
        data = await ask(watchful, token, "query ($id: ID!) { occurrence(id: $id) { revision } }", id=sheet.id)
        assert data == {"occurrence": {"revision": 0}}


async def test_R10_2_redis_black_holed_stops_neither_writes_nor_events(
    database_url: str, sheet: LiveSheet, token: str
) -> None:
    """A server that accepts connections and never says a word."""

    async def hold(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    hole = await asyncio.start_server(hold, "127.0.0.1", 0)
    port = hole.sockets[0].getsockname()[1]
    try:
        async with (
            api_process(database_url, f"redis://127.0.0.1:{port}/0", live_compare_seconds=0.5) as api,
            subscriber(api, token, sheet.id) as client,
        ):
            await client.heard(1)
            async with asyncio.timeout(5):
                await submit_over_http(api, token, sheet, "Ann", PRESENT)
            await sheet.submit(Ben=ABSENT)
            await check(client, api, token, sheet, 2)
    finally:
        hole.close()
