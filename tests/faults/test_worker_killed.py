"""R7.5, R7.10: a worker killed at any point leaves a run undone or done, and each absence gets one token."""

import asyncio
import random
import signal
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from attendance.rules.vocabulary import Source
from clock import wall_clock
from db.engine import Database
from tests.support.audit import assert_sound
from tests.support.factories import MONDAY, World
from tests.support.processes import worker_process
from tests.support.token_sheet import ABSENT, END_OF_DAY_AT, RUNS, TokenSheet, new_sheet
from workers.context import WorkerContext
from workers.jobs.sweep_token_runs import sweep

pytestmark = pytest.mark.emptied_database

LATE = END_OF_DAY_AT + timedelta(hours=1)
SLEEPER = """
    CREATE FUNCTION sleep_a_while() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep({seconds}); RETURN NEW; END $$
"""
KILL_POINTS = {
    "before the token": "CREATE TRIGGER sleep BEFORE INSERT ON makeup_token",
    "before the ledger": "CREATE TRIGGER sleep BEFORE INSERT ON makeup_token_entry",
    "before the run is done": "CREATE TRIGGER sleep BEFORE UPDATE ON token_run",
    "before the change": "CREATE TRIGGER sleep BEFORE INSERT ON changed_entry",
    "during the commit": "CREATE CONSTRAINT TRIGGER sleep AFTER UPDATE ON token_run DEFERRABLE INITIALLY DEFERRED",
}


@pytest.fixture
async def sheet(world: World, database: Database) -> AsyncIterator[TokenSheet]:
    sheet = await new_sheet(world, database)
    for _ in range(3):
        await sheet.set_mark(await sheet.add_student(), ABSENT, Source.KIOSK)
    yield sheet
    await assert_sound(world, now=wall_clock(), numbered=False)


async def slow_down(owner: AsyncConnection, trigger: str, seconds: float) -> None:
    await owner.execute(text(SLEEPER.format(seconds=seconds)))
    await owner.execute(text(f"{trigger} FOR EACH ROW EXECUTE FUNCTION sleep_a_while()"))


async def sleepers(owner: AsyncConnection) -> int:
    """How many connections to this database sleep in the trigger or wait for a lock."""
    found = await owner.execute(
        text(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND (wait_event = 'PgSleep' OR wait_event_type = 'Lock')"
        )
    )
    return int(found.scalar_one())


async def until(owner: AsyncConnection, *, asleep: bool) -> None:
    async with asyncio.timeout(20):
        while (await sleepers(owner) > 0) is not asleep:
            await asyncio.sleep(0.01)


async def finish(sheet: TokenSheet) -> None:
    """As another worker does it at its start."""
    await sweep(WorkerContext(sheet.database, sheet.announcer, lambda: LATE))


async def assert_each_absence_has_one_token(sheet: TokenSheet) -> None:
    assert sorted(await sheet.live_tokens()) == sorted(sheet.enrollments)
    assert await sheet.ledger() == [("ISSUED", None)] * len(sheet.enrollments)
    assert set((await sheet.runs()).values()) == {"DONE"}


@pytest.mark.parametrize("point", KILL_POINTS)
@pytest.mark.own_database
async def test_R7_10_a_worker_killed(point: str, sheet: TokenSheet, database_url: str, redis_url: str) -> None:
    await sheet.arm(RUNS[0])
    owner = sheet.world.owner
    await slow_down(owner, KILL_POINTS[point], 0.3)
    with worker_process(database_url, redis_url, now=LATE) as worker:
        await until(owner, asleep=True)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    await until(owner, asleep=False)
    await asyncio.sleep(0.2)
    await owner.execute(text("DROP FUNCTION sleep_a_while() CASCADE"))
    if point == "during the commit":
        await assert_each_absence_has_one_token(sheet)
    else:
        assert (await sheet.tokens(), await sheet.ledger()) == ([], [])
        assert await sheet.runs() == {"AFTER_CLASS": "ARMED"}
    await finish(sheet)
    await assert_each_absence_has_one_token(sheet)


async def test_R7_10_a_worker_killed_while_it_waits_for_the_sheet(
    sheet: TokenSheet, database_url: str, redis_url: str
) -> None:
    await sheet.arm()
    async with sheet.transaction():
        with worker_process(database_url, redis_url, now=LATE) as worker:
            await until(sheet.world.owner, asleep=True)
            worker.send_signal(signal.SIGKILL)
            worker.wait()
    await finish(sheet)
    await assert_each_absence_has_one_token(sheet)


@pytest.mark.own_database
async def test_R7_10_workers_killed_at_random_moments(sheet: TokenSheet, database_url: str, redis_url: str) -> None:
    weeks = [
        TokenSheet(sheet.world, sheet.database, sheet.lesson, MONDAY + timedelta(weeks=number), sheet.enrollments)
        for number in range(24)
    ]
    for week in weeks:
        for student in sheet.enrollments:
            await week.set_mark(student, ABSENT, Source.KIOSK)
        await week.arm()
    await slow_down(sheet.world.owner, KILL_POINTS["before the token"], 0.03)
    moments = random.Random(7)
    undone = [await armed(sheet.world.owner)]
    for _ in range(5):
        with worker_process(database_url, redis_url, now=LATE) as worker:
            await until(sheet.world.owner, asleep=True)
            await asyncio.sleep(0.4 * moments.random())
            worker.send_signal(signal.SIGKILL)
            worker.wait()
        await until(sheet.world.owner, asleep=False)
        undone.append(await armed(sheet.world.owner))
    with worker_process(database_url, redis_url, burst=True, now=LATE) as worker:
        assert await asyncio.to_thread(worker.wait, 60) == 0
    assert await armed(sheet.world.owner) == 0
    assert 48 > undone[-1] > 0, "each was killed with work both behind and before it"
    tokens = await sheet.tokens()
    assert len(tokens) == len({(token.student_id, token.held_on) for token in tokens}) == 24 * 3
    assert await sheet.ledger() == [("ISSUED", None)] * 24 * 3


async def armed(owner: AsyncConnection) -> int:
    found = await owner.execute(text("SELECT count(*) FROM token_run WHERE state = 'ARMED'"))
    return int(found.scalar_one())


@pytest.mark.own_database
async def test_a_worker_told_to_stop_finishes_what_it_has_begun(
    sheet: TokenSheet, database_url: str, redis_url: str
) -> None:
    await sheet.arm()
    await slow_down(sheet.world.owner, KILL_POINTS["before the token"], 0.3)
    with worker_process(database_url, redis_url, now=LATE) as worker:
        await until(sheet.world.owner, asleep=True)
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(worker.wait, 10) == 0
    assert sorted(await sheet.live_tokens()) == sorted(sheet.enrollments)
    assert sorted((await sheet.runs()).values()) in (["ARMED", "DONE"], ["DONE", "DONE"])


async def test_a_worker_at_rest_stops_at_once(database_url: str, redis_url: str) -> None:
    with worker_process(database_url, redis_url) as worker:
        async with Redis.from_url(redis_url) as redis, asyncio.timeout(30):
            while not await redis.exists("arq:queue:health-check"):
                await asyncio.sleep(0.05)
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(worker.wait, 5) == 0
