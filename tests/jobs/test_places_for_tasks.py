"""A worker's places for background tasks: woken, looking by themselves, fair, and empty when the worker stops."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import pytest

from db.engine import Database
from db.wake_ups import Announcer
from tests.support.factories import World, new_world
from tests.support.task_desk import TaskDesk, new_desk
from workers.arq_internals import Job
from workers.context import KEY, WorkerContext
from workers.jobs import work_on_tasks
from workers.jobs.work_on_tasks import keep_working, work_on_next
from workers.queue import WORK_ON_TASKS, to_workers

pytestmark = pytest.mark.emptied_database

QUICK, NEVER = 0.05, 60.0


@pytest.fixture
async def desk(world: World, database: Database) -> TaskDesk:
    return await new_desk(world, database)


@asynccontextmanager
async def working(desk: TaskDesk) -> AsyncIterator[WorkerContext]:
    context = desk.worker()
    running = asyncio.create_task(keep_working(context))
    await asyncio.sleep(0.3)
    yield context
    context.stop.set()
    context.bell.ring()
    async with asyncio.timeout(10):
        await running


async def until_completed(desk: TaskDesk, task_id: UUID) -> None:
    async with asyncio.timeout(15):
        while (await desk.row(task_id)).state != "COMPLETED":
            await asyncio.sleep(0.02)


async def test_a_wake_up_is_answered_at_once(desk: TaskDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_on_tasks, "POLL_SECONDS", NEVER)
    async with working(desk) as context:
        task_id = await desk.start()
        await asyncio.sleep(0.2)
        assert (await desk.row(task_id)).state == "QUEUED"
        await work_on_tasks.work_on_tasks({KEY: context})
        await until_completed(desk, task_id)


async def test_R9_7_without_wake_ups_the_database_is_asked(desk: TaskDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_on_tasks, "POLL_SECONDS", QUICK)
    async with working(desk):
        await until_completed(desk, await desk.start())


@pytest.mark.own_database
async def test_a_place_outlives_a_database_that_is_away(desk: TaskDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_on_tasks, "POLL_SECONDS", QUICK)
    monkeypatch.setattr(work_on_tasks, "PAUSE_SECONDS", QUICK)
    async with working(desk):
        await desk.world.owner.exec_driver_sql("ALTER TABLE background_task_lease RENAME TO away")
        await asyncio.sleep(0.3)
        await desk.world.owner.exec_driver_sql("ALTER TABLE away RENAME TO background_task_lease")
        await until_completed(desk, await desk.start())


async def test_a_small_task_does_not_wait_for_a_large_one(desk: TaskDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_on_tasks, "SLICE_SECONDS", 0)
    other = await new_desk(await new_world(desk.world.owner, name="Other Gym"), desk.database, students=1)
    large, small = await desk.start(), await other.start()
    worker, states = desk.worker(), []
    while await work_on_next(worker):
        states.append(((await desk.row(large)).state, (await desk.row(small)).state))
    assert ("RUNNING", "COMPLETED") in states
    assert states[-1] == ("COMPLETED", "COMPLETED")


async def test_a_queued_task_wakes_one_worker_by_a_job_of_its_own(desk: TaskDesk) -> None:
    jobs: list[tuple[str, str]] = []

    class Queue:
        async def enqueue(self, queued: Sequence[Job], lifetime: timedelta) -> None:
            jobs.extend((job.function, job.id) for job in queued)

    desk.announcer = Announcer(to_workers(Queue()))
    desk.announcer.start()
    first, second = await desk.start(), await desk.start()
    await desk.announcer.close()
    assert jobs == [(WORK_ON_TASKS, f"{WORK_ON_TASKS}:{each}") for each in (first, second)]
