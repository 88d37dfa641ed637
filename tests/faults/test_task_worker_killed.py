"""R9.5, R9.7: workers that die or freeze, and a Redis that forgets: each item is done once, and within seconds."""

import asyncio
import random
import signal
from contextlib import AbstractContextManager
from uuid import UUID

import pytest
from redis.asyncio import Redis

from attendance.actions.tasks.cancel_background_task import cancel_background_task
from attendance.rules.organization.permissions import Caller
from attendance.rules.vocabulary import Portal
from clock import wall_clock
from db.engine import Database
from db.unit_of_work import unit_of_work
from db.wake_ups import Announcer
from tests.api.tasks.task_client import gid
from tests.faults.task_worker import task_worker
from tests.support.api_process import api_process, sign_in
from tests.support.audit import assert_sound
from tests.support.factories import World
from tests.support.processes import Process, worker_process
from tests.support.sockets import connected
from tests.support.task_desk import NOW, TaskDesk, new_desk
from workers.queue import connect_queue, to_workers

pytestmark = pytest.mark.emptied_database

ALL = list(range(1, 31))
MOMENTS = random.Random(4)


@pytest.fixture
async def desk(world: World, database: Database) -> TaskDesk:
    return await new_desk(world, database, students=len(ALL))


def a_worker(database_url: str, redis_url: str) -> AbstractContextManager[Process]:
    return worker_process(database_url, redis_url, target=task_worker)


async def until_done(desk: TaskDesk, task_id: UUID, done: int, seconds: float = 60) -> float:
    """How long it took until so many items were done."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    async with asyncio.timeout(seconds):
        while (await desk.row(task_id)).done < done:
            await asyncio.sleep(0.02)
    return loop.time() - started


async def until_ended(desk: TaskDesk, task_id: UUID, seconds: float = 60) -> str:
    async with asyncio.timeout(seconds):
        while (row := await desk.row(task_id)).ended_at is None:
            await asyncio.sleep(0.05)
    state: str = row.state
    return state


async def until_both_work(desk: TaskDesk, first: Process, second: Process) -> None:
    """Each has done a task by itself."""
    students, desk.student_ids = desk.student_ids, ()
    for idle in (first, second):
        idle.send_signal(signal.SIGSTOP)
        await until_ended(desk, await desk.start())
        idle.send_signal(signal.SIGCONT)
    desk.student_ids = students


async def assert_the_report_is_true(desk: TaskDesk, task_id: UUID) -> list[int]:
    """What the task says of its items is what the tables say; the numbers of those that were done."""
    states, row = await desk.states(task_id), await desk.row(task_id)
    done = [number for number, state in enumerate(states, start=1) if state == "DONE"]
    assert await desk.notes() == done
    assert row.done == len(done)
    emails = await desk.emails(task_id)
    assert sorted(map(int, emails)) == done
    if row.state == "CANCELLED":
        assert "QUEUED" not in emails.values()
    assert await desk.leases() == 0
    await assert_sound(desk.world, now=wall_clock())
    return done


async def test_R9_7_the_task_of_a_killed_worker_is_taken_over_within_seconds(
    desk: TaskDesk, database_url: str, redis_url: str
) -> None:
    with a_worker(database_url, redis_url) as first, a_worker(database_url, redis_url) as second:
        await until_both_work(desk, first, second)
        task_id = await desk.start(seconds=0.2)
        await until_done(desk, task_id, 3)
        holder = (await desk._all("SELECT leased_by FROM background_task_lease"))[0].leased_by
        killed = first if f"/{first.pid}/" in holder else second
        done = (await desk.row(task_id)).done
        killed.send_signal(signal.SIGKILL)
        assert await until_done(desk, task_id, done + 4) < 15, "five seconds of lease, two of polling, and the batch"
        assert await until_ended(desk, task_id) == "COMPLETED"
    assert await assert_the_report_is_true(desk, task_id) == ALL


async def test_R9_7_workers_killed_at_random_moments(desk: TaskDesk, database_url: str, redis_url: str) -> None:
    task_id = await desk.start(seconds=0.1)
    for _ in range(3):
        with a_worker(database_url, redis_url) as worker:
            done = (await desk.row(task_id)).done
            await until_done(desk, task_id, min(done + 1, len(ALL)))
            await asyncio.sleep(0.2 * MOMENTS.random())
            worker.send_signal(signal.SIGKILL)
            worker.wait()
        await desk.patience()
    with a_worker(database_url, redis_url):
        assert await until_ended(desk, task_id) == "COMPLETED"
    assert await assert_the_report_is_true(desk, task_id) == ALL


async def test_R9_7_a_worker_that_freezes_in_a_batch_loses_it(
    desk: TaskDesk, database_url: str, redis_url: str
) -> None:
    task_id = await desk.start(seconds=0.4)
    # PostgreSQL ends its transaction before its lease is over.
    with worker_process(database_url, redis_url, target=task_worker, database_idle_timeout=2) as frozen:
        await until_done(desk, task_id, 3)
        await asyncio.sleep(0.2)
        frozen.send_signal(signal.SIGSTOP)
        done = (await desk.row(task_id)).done
        with a_worker(database_url, redis_url):
            assert await until_done(desk, task_id, done + 3) < 60
            frozen.send_signal(signal.SIGCONT)
            assert await until_ended(desk, task_id) == "COMPLETED"
            await asyncio.sleep(0.5)
    assert await assert_the_report_is_true(desk, task_id) == ALL


async def test_R9_4_a_redis_that_forgets_delays_nothing_for_long(
    desk: TaskDesk, database_url: str, redis_url: str
) -> None:
    jobs = connect_queue(redis_url)
    desk.announcer = Announcer(to_workers(jobs))
    task_id = await desk.start(seconds=0.1)
    async with Redis.from_url(redis_url) as redis:
        desk.announcer.start()
        await desk.announcer.close()
        assert await redis.zcard("arq:queue") == 1, "a worker was to be woken"
        await redis.flushall()
        with a_worker(database_url, redis_url):
            await until_done(desk, task_id, 3)
            await redis.flushall()
            assert await until_ended(desk, task_id) == "COMPLETED"
            another = await desk.start()
            await redis.flushall()
            assert await until_done(desk, another, len(ALL)) < 12
    await jobs.aclose()
    assert await desk.notes() == sorted(ALL * 2)


@pytest.mark.parametrize("is_killed", [False, True])
async def test_R9_5_cancelled_at_a_random_moment(
    is_killed: bool, desk: TaskDesk, database_url: str, redis_url: str
) -> None:
    caller = Caller(desk.world.organization_id, Portal.STAFF, person_id=desk.person_id)
    ends = set()
    with a_worker(database_url, redis_url) as first, a_worker(database_url, redis_url):
        for _ in range(3):
            task_id = await desk.start(seconds=0.05)
            await until_done(desk, task_id, 3)
            await asyncio.sleep(0.3 * MOMENTS.random())
            if is_killed:
                first.send_signal(signal.SIGKILL)
            async with unit_of_work(desk.database, desk.world.organization_id, desk.announcer) as uow:
                await cancel_background_task(uow, caller, task_id, withdraw_emails=True, now=NOW)
            await desk.patience()
            assert await until_ended(desk, task_id) == "CANCELLED"
            ends.add(len(await assert_the_report_is_true(desk, task_id)))
            await desk.world.owner.exec_driver_sql("DELETE FROM student_note")
    assert max(ends) < len(ALL)


async def test_R9_4_progress_is_seen_live_in_another_process(desk: TaskDesk, database_url: str, redis_url: str) -> None:
    """By wake-ups through Redis: nobody compares within the minute."""
    document = "subscription($id: ID!) { backgroundTaskChanged(id: $id) { state done total } }"
    task_id = await desk.start(seconds=0.2)
    token = await sign_in(desk.world, desk.person_id, Portal.STAFF)
    async with (
        api_process(database_url, redis_url, live_compare_seconds=60) as api,
        connected(api.ws, token) as socket,
    ):
        await socket.subscribe(document, id=gid(task_id))
        events = []
        with a_worker(database_url, redis_url):
            async with asyncio.timeout(60):
                while (message := await socket.receive())["type"] == "next":
                    events.append(message["payload"]["data"]["backgroundTaskChanged"])
    assert message["type"] == "complete"
    assert events[0] == {"state": "QUEUED", "done": 0, "total": None}
    assert events[-1] == {"state": "COMPLETED", "done": len(ALL), "total": len(ALL)}
    assert len({event["done"] for event in events}) > 3
