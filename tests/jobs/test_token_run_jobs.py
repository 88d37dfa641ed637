"""R7.10: the jobs of the worker, in this process: woken by arq, found by the sweep, told to open roll sheets."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from arq.cron import CronJob, cron
from arq.worker import Worker
from redis.asyncio import Redis

from attendance.actions.tokens.steps.arm_token_runs import arm_token_runs
from attendance.rules.tokens.token_runs import DueRun
from attendance.rules.vocabulary import Source
from clock import Clock, clock_from, wall_clock
from db.engine import Database
from db.tokens.token_runs import DueTokenRun
from db.wake_ups import ROLL_SHEETS, Announcer, RollSheetChanged, TokenRunArmed, connect_redis, to_processes
from tests.support.factories import MONDAY, World, new_world
from tests.support.token_sheet import (
    ABSENT,
    AFTER_CLASS,
    AFTER_CLASS_AT,
    DURING_CLASS,
    END_OF_DAY,
    END_OF_DAY_AT,
    RUNS,
    TokenSheet,
    new_sheet,
)
from workers.context import WorkerContext
from workers.jobs import sweep_token_runs
from workers.jobs.run_tokens import carry_out
from workers.jobs.sweep_token_runs import sweep
from workers.main import make_worker
from workers.queue import connect_queue, to_workers
from workers.schedule import TIMETABLE

pytestmark = pytest.mark.emptied_database

EACH_SECOND = (cron(sweep_token_runs.sweep_token_runs, name="sweep_token_runs", second=set(range(60))),)


StartWorker = Callable[..., Worker]


@pytest.fixture
async def sheet(world: World, database: Database) -> TokenSheet:
    return await absent_sheet(world, database)


async def absent_sheet(world: World, database: Database) -> TokenSheet:
    """One student, absent."""
    sheet = await new_sheet(world, database)
    await sheet.set_mark(await sheet.add_student(), ABSENT, Source.KIOSK)
    return sheet


@pytest.fixture
async def announcer(redis_url: str) -> AsyncIterator[Announcer]:
    """To roll sheets and to workers, as in the API."""
    redis, queue = connect_redis(redis_url), connect_queue(redis_url)
    announcer = Announcer(to_processes(redis), to_workers(queue))
    announcer.start()
    yield announcer
    await announcer.close()
    await redis.aclose()
    await queue.aclose()


@pytest.fixture
async def work(database: Database, announcer: Announcer, redis_url: str) -> AsyncIterator[StartWorker]:
    """Starts arq's worker in this process; unless told otherwise, with a sweep each second."""
    workers: list[Worker] = []
    tasks: list[asyncio.Task[None]] = []

    def start(context: WorkerContext, timetable: Sequence[CronJob] = EACH_SECOND) -> Worker:
        workers.append(make_worker(context, redis_url, timetable))
        tasks.append(asyncio.create_task(workers[-1].main()))
        return workers[-1]

    yield start
    for task, worker in zip(tasks, workers, strict=True):
        task.cancel()
        await asyncio.gather(task, worker.close(), return_exceptions=True)


def context_at(sheet: TokenSheet, clock: Clock | datetime) -> WorkerContext:
    return WorkerContext(sheet.database, sheet.announcer, (lambda: clock) if isinstance(clock, datetime) else clock)


async def until_done(sheet: TokenSheet, *, within: float = 10) -> None:
    async with asyncio.timeout(within):
        while "ARMED" in (await sheet.runs()).values():
            await asyncio.sleep(0.05)


async def test_R7_10_the_sweep_carries_out_what_is_due_in_every_organization(
    sheet: TokenSheet, world: World, database: Database
) -> None:
    other = await absent_sheet(await new_world(world.owner, name="Other"), database)
    for each in (sheet, other):
        await each.arm()
    assert await sweep(context_at(sheet, AFTER_CLASS_AT - timedelta(seconds=1))) == 0
    assert await sweep(context_at(sheet, AFTER_CLASS_AT)) == 2
    for each in (sheet, other):
        assert await each.live_tokens() == list(each.enrollments)
        assert await each.runs() == {"AFTER_CLASS": "DONE", "END_OF_DAY": "ARMED"}
    assert await sweep(context_at(sheet, AFTER_CLASS_AT)) == 0
    assert await sweep(context_at(sheet, END_OF_DAY_AT)) == 2
    for each in (sheet, other):
        assert await each.ledger() == [("ISSUED", None)]


async def test_R7_10_a_day_of_downtime_is_made_good_in_batches(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_token_runs, "BATCH", 4)
    sheets = [await absent_sheet(world, database) for _ in range(9)]
    for each in sheets:
        await each.arm()
    assert await sweep(context_at(sheets[0], END_OF_DAY_AT + timedelta(days=1))) == 18
    assert sorted(await sheets[0].live_tokens()) == sorted(student for each in sheets for student in each.enrollments)


@pytest.mark.own_database
async def test_R7_10_a_run_that_fails_holds_up_no_other_one(
    world: World, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_token_runs, "BATCH", 1)
    broken, sound = await absent_sheet(world, database), await absent_sheet(world, database)
    await broken.arm(DueRun(AFTER_CLASS, AFTER_CLASS_AT - timedelta(hours=1)))
    await sound.arm(RUNS[0])
    await world.owner.exec_driver_sql(
        "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF NEW.timeslot_id = '{broken.lesson.timeslot_id}' THEN RAISE 'poison'; END IF; RETURN NEW; END $$"
    )
    await world.owner.exec_driver_sql(
        "CREATE TRIGGER fail BEFORE UPDATE ON token_run FOR EACH ROW EXECUTE FUNCTION fail()"
    )
    assert await sweep(context_at(sound, AFTER_CLASS_AT)) == 1
    assert (await sound.runs(), await broken.runs()) == ({"AFTER_CLASS": "DONE"}, {"AFTER_CLASS": "ARMED"})
    await world.owner.exec_driver_sql("DROP TRIGGER fail ON token_run")
    assert await sweep(context_at(sound, AFTER_CLASS_AT)) == 1
    assert len(await sound.live_tokens()) == 2


async def test_R7_10_a_job_that_comes_before_the_commit_is_seen_waits_for_the_sweep(sheet: TokenSheet) -> None:
    run = DueTokenRun(sheet.world.organization_id, sheet.occurrence, AFTER_CLASS)
    context = context_at(sheet, AFTER_CLASS_AT)
    async with sheet.transaction() as uow:
        await arm_token_runs(uow, sheet.occurrence, RUNS, now=DURING_CLASS)
        async with asyncio.timeout(2):
            assert await carry_out(context, run) is False
    assert await sweep(context) == 1
    assert await sheet.live_tokens() == list(sheet.enrollments)


async def test_R7_10_arq_wakes_a_worker_when_a_run_is_due(
    sheet: TokenSheet, announcer: Announcer, redis_url: str, work: StartWorker
) -> None:
    sheet.announcer = announcer
    worker = work(context_at(sheet, wall_clock), ())
    due_at = wall_clock() + timedelta(seconds=1)
    await sheet.arm(DueRun(AFTER_CLASS, due_at))
    await until_done(sheet, within=5)
    assert due_at <= wall_clock() < due_at + timedelta(seconds=3)
    assert await sheet.live_tokens() == list(sheet.enrollments)
    async with asyncio.timeout(2):
        while worker.jobs_complete < 1:
            await asyncio.sleep(0.02)
    assert (worker.jobs_complete, worker.jobs_failed) == (1, 0)
    async with Redis.from_url(redis_url) as redis:
        assert [key async for key in redis.scan_iter("arq:result:*")] == []


async def test_R7_10_a_run_armed_again_wakes_a_worker_again(
    sheet: TokenSheet, announcer: Announcer, work: StartWorker
) -> None:
    sheet.announcer = announcer
    work(context_at(sheet, wall_clock), ())
    due = DueRun(END_OF_DAY, wall_clock() - timedelta(days=3))
    for _ in range(2):
        await sheet.set_mark(await sheet.add_student(), ABSENT, Source.KIOSK)
        await sheet.arm(due)
        await until_done(sheet, within=5)
    assert len(await sheet.live_tokens()) == 3


async def test_R7_10_what_redis_loses_before_the_run_the_sweep_finds(
    sheet: TokenSheet, announcer: Announcer, redis_url: str, work: StartWorker
) -> None:
    sheet.announcer = announcer
    worker = work(context_at(sheet, wall_clock))
    await sheet.arm(DueRun(AFTER_CLASS, wall_clock() + timedelta(seconds=1.5)))
    async with Redis.from_url(redis_url) as redis:
        async with asyncio.timeout(2):
            while not [key async for key in redis.scan_iter("arq:job:run_tokens:*")]:
                await asyncio.sleep(0.02)
        await redis.flushall()
    await until_done(sheet)
    assert await sheet.live_tokens() == list(sheet.enrollments)
    assert worker.jobs_failed == 0


async def test_R10_1_open_roll_sheets_hear_of_a_run_after_its_commit(
    sheet: TokenSheet, announcer: Announcer, redis_url: str
) -> None:
    sheet.announcer = announcer
    await sheet.arm(RUNS[0])
    redis = connect_redis(redis_url)
    async with redis, redis.pubsub() as heard:
        await heard.subscribe(ROLL_SHEETS)
        await sweep(WorkerContext(sheet.database, announcer, lambda: AFTER_CLASS_AT))
        messages: list[str] = []
        async with asyncio.timeout(5):
            while not messages:
                message = await heard.get_message(ignore_subscribe_messages=True, timeout=1)
                messages += [message["data"]] if message else []
    changed = RollSheetChanged(sheet.world.organization_id, sheet.lesson.timeslot_id, MONDAY, 2)
    assert [RollSheetChanged.decode(message) for message in messages] == [changed]


async def test_R7_10_a_wake_up_of_a_run_long_due_is_no_error(redis_url: str) -> None:
    queue = connect_queue(redis_url)
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    run = TokenRunArmed(UUID(int=1), UUID(int=2), MONDAY, END_OF_DAY, long_ago)
    await to_workers(queue)([run, run])
    assert [list(job.args) for job in await queue.queued_jobs()] == [
        ["00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002", "2026-11-16", "END_OF_DAY"]
    ]
    await queue.aclose()


def test_R7_10_the_timetable_sweeps_each_minute() -> None:
    (line,) = (each for each in TIMETABLE if each.name == "sweep_token_runs")
    assert (line.name, line.unique, line.keep_result_s) == ("sweep_token_runs", True, 0)
    at = datetime(2026, 10, 25, 0, 59, 31, tzinfo=UTC)
    for minute in range(120):
        line.calculate_next(at)
        assert line.next_run is not None
        expected = datetime(2026, 10, 25, 1, 0, 30, tzinfo=UTC) + timedelta(minutes=minute)
        assert line.next_run.replace(microsecond=0) == expected
        at = line.next_run
    line.next_run = None


def test_a_moved_clock_goes_on_from_its_instant() -> None:
    clock = clock_from(END_OF_DAY_AT)
    first = clock()
    assert END_OF_DAY_AT <= first < END_OF_DAY_AT + timedelta(seconds=1)
    assert first <= clock()
