"""R7.10: Redis emptied, restarted or gone for good, and PostgreSQL stopped: each run happens, and takes effect once."""

import asyncio
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from arq.cron import cron
from redis.asyncio import Redis
from redis.exceptions import RedisError

from attendance.rules.tokens.token_runs import DueRun
from attendance.rules.vocabulary import Source
from clock import wall_clock
from commands.servers import postgres, valkey
from commands.servers.process import free_port, spawn
from commands.servers.start import locked
from db.engine import Database, create_engine
from db.migrate import upgrade
from db.wake_ups import Announcer
from tests.faults.impatient_worker import impatient_worker
from tests.support.audit import assert_sound
from tests.support.factories import World, new_world
from tests.support.memory import folder_of_servers
from tests.support.processes import worker_process
from tests.support.token_sheet import ABSENT, AFTER_CLASS, END_OF_DAY, TokenSheet, new_sheet
from workers.context import WorkerContext
from workers.jobs.sweep_token_runs import sweep_token_runs
from workers.main import make_worker
from workers.queue import connect_queue, to_workers

pytestmark = pytest.mark.emptied_database

SOON = timedelta(seconds=4)
EACH_SECOND = cron(sweep_token_runs, name="sweep_token_runs", second=set(range(60)))


class MortalRedis:
    """A Redis-compatible server of the test's own, which forgets everything when it is killed."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        arguments = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = spawn(
            [valkey.find_program(), *arguments], death_signal=signal.SIGKILL, output=subprocess.DEVNULL
        )
        async with Redis.from_url(self.url) as redis, asyncio.timeout(10):
            while True:
                try:
                    await redis.ping()
                except RedisError:
                    await asyncio.sleep(0.02)
                else:
                    return

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture
async def redis() -> AsyncIterator[MortalRedis]:
    server = MortalRedis()
    await server.start()
    yield server
    server.kill()


@pytest.fixture
async def sheet(world: World, database: Database, redis: MortalRedis) -> AsyncIterator[TokenSheet]:
    """One student, absent; what is armed is announced to workers through the mortal server."""
    queue = connect_queue(redis.url)
    announcer = Announcer(to_workers(queue))
    announcer.start()
    sheet = await absent_sheet(world, database)
    sheet.announcer = announcer
    yield sheet
    await announcer.close()
    await assert_sound(world, now=wall_clock(), numbered=False)
    await queue.aclose()


async def absent_sheet(world: World, database: Database) -> TokenSheet:
    sheet = await new_sheet(world, database)
    await sheet.set_mark(await sheet.add_student(), ABSENT, Source.KIOSK)
    return sheet


async def until_polling(url: str) -> None:
    """Until a worker has told Redis that it is there."""
    async with Redis.from_url(url) as redis, asyncio.timeout(30):
        while not await redis.exists("arq:queue:health-check"):
            await asyncio.sleep(0.05)


async def until_done(sheet: TokenSheet, *, within: float) -> None:
    async with asyncio.timeout(within):
        while "ARMED" in (await sheet.runs()).values():
            await asyncio.sleep(0.1)


async def assert_one_token(sheet: TokenSheet) -> None:
    assert await sheet.live_tokens() == list(sheet.enrollments)
    assert await sheet.ledger() == [("ISSUED", None)]


async def test_R7_10_redis_emptied_while_no_worker_runs(
    sheet: TokenSheet, redis: MortalRedis, database_url: str
) -> None:
    await sheet.arm(DueRun(AFTER_CLASS, wall_clock()), DueRun(END_OF_DAY, wall_clock()))
    async with Redis.from_url(redis.url) as client:
        await client.flushall()
    with worker_process(database_url, redis.url):
        await until_done(sheet, within=30)
    await assert_one_token(sheet)


async def test_R7_10_redis_killed_and_restarted_empty_between_arming_and_running(
    sheet: TokenSheet, redis: MortalRedis
) -> None:
    worker = make_worker(WorkerContext(sheet.database, Announcer(), wall_clock), redis.url, [EACH_SECOND])
    serving = asyncio.create_task(worker.main())
    await until_polling(redis.url)
    await sheet.arm(DueRun(AFTER_CLASS, wall_clock() + SOON))
    async with Redis.from_url(redis.url) as client, asyncio.timeout(3):
        while not [key async for key in client.scan_iter("arq:job:run_tokens:*")]:
            await asyncio.sleep(0.02)
    redis.kill()
    await asyncio.sleep(1.5)
    await redis.start()
    await until_done(sheet, within=20)
    assert not serving.done(), "arq outlived the restart"
    # The next run is woken for by the new server as ever.
    await sheet.set_mark(await sheet.add_student(), ABSENT, Source.KIOSK)
    await sheet.arm(DueRun(END_OF_DAY, wall_clock()))
    await until_done(sheet, within=20)
    serving.cancel()
    await asyncio.gather(serving, worker.close(), return_exceptions=True)
    assert sorted(await sheet.live_tokens()) == sorted(sheet.enrollments)
    assert await sheet.ledger() == [("ISSUED", None)] * 2


async def test_R7_10_redis_gone_for_good(sheet: TokenSheet, redis: MortalRedis, database_url: str) -> None:
    with worker_process(database_url, redis.url, target=impatient_worker) as worker:
        await until_polling(redis.url)
        redis.kill()
        await sheet.arm(DueRun(AFTER_CLASS, wall_clock() + SOON))
        await until_done(sheet, within=60)
        assert worker.poll() is None
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(worker.wait, 20) == 0
    await assert_one_token(sheet)


async def test_R7_10_a_worker_starts_without_redis(sheet: TokenSheet, redis: MortalRedis, database_url: str) -> None:
    redis.kill()
    await sheet.arm(DueRun(AFTER_CLASS, wall_clock()))
    with worker_process(database_url, redis.url):
        await until_done(sheet, within=30)
    await assert_one_token(sheet)


async def test_R7_10_redis_that_takes_connections_and_never_answers(sheet: TokenSheet, database_url: str) -> None:
    held = []

    async def hold(*streams: object) -> None:
        held.append(streams)

    server = await asyncio.start_server(hold, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    await sheet.arm(DueRun(AFTER_CLASS, wall_clock()))
    with worker_process(database_url, f"redis://127.0.0.1:{port}/0") as worker:
        await until_done(sheet, within=30)
        async with asyncio.timeout(10):
            while not held:
                await asyncio.sleep(0.05)
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(worker.wait, 10) == 0
    server.close()
    await assert_one_token(sheet)


@pytest.fixture
def folder() -> Iterator[Path]:
    folder = folder_of_servers("rollbook-fault-")
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


async def test_R7_10_a_stopped_database(folder: Path, redis: MortalRedis) -> None:
    with locked(folder):
        server = postgres.start(folder, durable=True, port=None)
        await upgrade(server.url)
        database, owner = Database(create_engine(server.url)), create_engine(server.url, role=None)
        async with owner.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            sheet = await absent_sheet(await new_world(connection), database)
            await sheet.arm(DueRun(AFTER_CLASS, wall_clock() + timedelta(seconds=1)))
        await owner.dispose()
        worker = make_worker(WorkerContext(database, sheet.announcer, wall_clock), redis.url, [EACH_SECOND])
        serving = asyncio.create_task(worker.main())
        await until_polling(redis.url)
        server.stop()
        await asyncio.sleep(2)
        assert not serving.done()
        server = postgres.start(folder, durable=True, port=server.port)
        owner = create_engine(server.url, role=None)
        async with owner.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            sheet.world = World(connection, sheet.world.organization_id, sheet.world.location_id)
            await until_done(sheet, within=15)
            await assert_one_token(sheet)
        serving.cancel()
        await asyncio.gather(serving, worker.close(), return_exceptions=True)
        await owner.dispose()
        await database.close()
        server.stop()
