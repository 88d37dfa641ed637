"""A crowd of subscribers, marks all the time, and one fault after the other: nobody skips a revision or is told it
twice, and in the end everybody has what a fresh query shows (R10.2).

`make test` has 40 of them, and `make test-all` 200.
"""

import asyncio
import random
import shutil
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from attendance.rules.vocabulary import AttendanceStatus, Permission
from clock import wall_clock
from commands.servers import postgres
from commands.servers.process import stop
from commands.servers.start import locked
from db.engine import Database, create_engine
from db.migrate import upgrade
from db.wake_ups import Announcer
from tests.faults.crowd import Returning, assert_up_to_date
from tests.support.api_process import ApiProcess, RedisServer, api_process, office_token
from tests.support.audit import assert_sound
from tests.support.factories import World, new_world
from tests.support.live_sheet import LiveSheet, live_sheet
from tests.support.memory import folder_of_servers
from tests.support.sizes import SIZES

SUBSCRIBERS = SIZES.crowd
SHEETS = 4
OF_ONE_SIGN_IN = 10
SEE = (Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL)


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = folder_of_servers("rollbook-crowd-")
    folder.chmod(0o711)
    with locked(folder):
        yield folder
    shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Town:
    """Servers and API processes of one test, which may all be killed; `apis` keep their ports."""

    folder: Path
    server: postgres.Postgres
    redis: RedisServer
    database: Database
    world: World
    sheets: list[LiveSheet]
    stack: AsyncExitStack
    apis: list[ApiProcess] = field(default_factory=list)
    marks: int = 0

    async def start_api(self, port: int = 0) -> ApiProcess:
        url, redis = self.server.url, self.redis.url
        process = api_process(url, redis, port=port, live_compare_seconds=1, database_pool_size=4)
        return await self.stack.enter_async_context(process)

    async def kill_api(self, index: int, how: signal.Signals) -> None:
        self.apis[index].process.send_signal(how)
        await asyncio.to_thread(self.apis[index].process.wait, 10)
        await asyncio.sleep(0.5)
        self.apis[index].process = (await self.start_api(self.apis[index].port)).process

    async def kill_redis(self) -> None:
        self.redis.kill()
        await asyncio.sleep(1)
        self.redis.start()

    async def empty_redis(self) -> None:
        async with Redis.from_url(self.redis.url) as redis:
            await redis.flushall()

    async def drop_connections(self) -> None:
        engine = create_engine(self.server.url, role=None)
        others = "datname = current_database() AND pid <> pg_backend_pid()"
        async with engine.connect() as connection:
            await connection.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))
        await engine.dispose()

    async def restart_postgresql(self) -> None:
        """Without a shutdown: it recovers what was committed."""
        await asyncio.to_thread(stop, self.server.process, signal.SIGQUIT, 10)
        await asyncio.sleep(0.5)
        self.server = postgres.start(self.folder, durable=True, port=self.server.port)

    async def lose_wake_ups(self) -> None:
        announcers = [sheet.announcer for sheet in self.sheets]
        for sheet in self.sheets:
            sheet.announcer = Announcer()
        await asyncio.sleep(1)
        for sheet, announcer in zip(self.sheets, announcers, strict=True):
            sheet.announcer = announcer

    async def mark(self, sheet: LiveSheet, chance: random.Random) -> None:
        """For ever, from a process that serves no subscriber."""
        while True:
            name, status = chance.choice(list(sheet.students)), chance.choice([*AttendanceStatus, None])
            with suppress(SQLAlchemyError, OSError):
                await sheet.submit(**{name: status})
                self.marks += 1
            await asyncio.sleep(chance.random() * 0.2)


@pytest.fixture
async def town(folder: Path) -> AsyncIterator[Town]:
    server, redis = postgres.start(folder, durable=True, port=None), RedisServer()
    redis.start()
    await upgrade(server.url)
    database, owner = Database(create_engine(server.url)), create_engine(server.url, role=None)
    async with AsyncExitStack() as stack:
        connection = await stack.enter_async_context(owner.execution_options(isolation_level="AUTOCOMMIT").connect())
        world = await new_world(connection)
        await world.change_settings(tokens_enabled=False)
        sheets = [await stack.enter_async_context(live_sheet(database, world, redis.url)) for _ in range(SHEETS)]
        town = Town(folder, server, redis, database, world, sheets, stack)
        town.apis = [await town.start_api() for _ in range(2)]
        yield town
    await owner.dispose()
    await database.close()
    redis.kill()
    town.server.stop()


async def test_R10_2_whatever_dies_a_crowd_of_subscribers_misses_nothing(town: Town) -> None:
    tokens = [
        await office_token(town.world, *SEE, *([Permission.SEE_MEDICAL] if number % 2 else []))
        for number in range(-(-SUBSCRIBERS // OF_ONE_SIGN_IN))
    ]
    crowd = [
        Returning(town.apis[number % 2], tokens[number // OF_ONE_SIGN_IN], town.sheets[number // 2 % SHEETS])
        for number in range(SUBSCRIBERS)
    ]
    async with asyncio.TaskGroup() as tasks:
        listening = [tasks.create_task(client.listen()) for client in crowd]
        async with asyncio.timeout(60):
            while any(client.revision is None for client in crowd):
                await asyncio.sleep(0.05)
        marking = [tasks.create_task(town.mark(sheet, random.Random(place))) for place, sheet in enumerate(town.sheets)]
        for fault in (
            town.kill_redis,
            town.lose_wake_ups,
            partial(town.kill_api, 0, signal.SIGKILL),
            town.empty_redis,
            town.drop_connections,
            town.restart_postgresql,
            partial(town.kill_api, 1, signal.SIGTERM),
        ):
            await fault()
            await asyncio.sleep(1)
        for task in marking:
            task.cancel()
        await asyncio.wait(marking)
        await assert_up_to_date(crowd, seconds=60)
        for task in listening:
            task.cancel()
    print(
        f"\n{len(crowd)} subscribers, {town.marks} marks, {sum(client.told for client in crowd)} events, of them "
        f"{sum(client.snapshots for client in crowd)} states; {sum(client.connections for client in crowd)} connections"
    )
    engine = create_engine(town.server.url, role=None)
    async with engine.connect() as connection:
        await assert_sound(replace(town.world, owner=connection), now=wall_clock())
    await engine.dispose()
    assert all(client.connections > 1 for client in crowd)
    assert town.marks > 20 * SHEETS
