"""What tasks and mail leave to others: rests, and the order of the two."""

import asyncio

import pytest

from db.engine import Database
from tests.support.factories import World
from tests.support.task_desk import TaskDesk, new_desk
from workers.context import WorkerContext, to_letters
from workers.jobs import send_email
from workers.jobs.send_email import keep_sending
from workers.jobs.work_on_tasks import work_off
from workers.pace import LONGEST_REST_SECONDS, Pace

pytestmark = pytest.mark.emptied_database


class Cpu:
    """The seconds of CPU that were used."""

    def __init__(self) -> None:
        self.used = 0.0

    def __call__(self) -> float:
        return self.used


async def rested(pace: Pace, stop: asyncio.Event | None = None) -> float:
    loop = asyncio.get_running_loop()
    began = loop.time()
    await pace.rest(stop or asyncio.Event())
    return loop.time() - began


async def test_a_rest_is_as_long_as_the_work_and_is_taken_once() -> None:
    cpu = Cpu()
    pace = Pace(2, cpu)
    cpu.used = 0.05
    assert 0.1 <= await rested(pace) < 0.2
    assert await rested(pace) < 0.05


async def test_a_rest_has_an_end() -> None:
    cpu = Cpu()
    pace = Pace(1, cpu)
    cpu.used = 100
    assert LONGEST_REST_SECONDS <= await rested(pace) < LONGEST_REST_SECONDS + 0.2


async def test_those_who_rest_together_take_no_more_than_one_alone() -> None:
    cpu = Cpu()
    pace = Pace(1, cpu)
    cpu.used = 0.1
    first = asyncio.create_task(rested(pace))
    await asyncio.sleep(0)
    cpu.used = 0.2
    assert 0.18 <= await rested(pace) < 0.35
    assert 0.1 <= await first < 0.18


async def test_a_worker_that_stops_does_not_rest() -> None:
    cpu, stop = Cpu(), asyncio.Event()
    pace = Pace(1, cpu)
    cpu.used = 100
    stop.set()
    assert await rested(pace, stop) < 0.1


@pytest.fixture
async def desk(world: World, database: Database) -> TaskDesk:
    return await new_desk(world, database)


async def test_R9_8_mail_of_a_task_leaves_when_the_task_is_over(desk: TaskDesk) -> None:
    """And not while it is at work, so that cancelling takes it back (R9.5)."""
    context = desk.worker()
    desk.announcer._sinks = (to_letters(context.letters),)
    desk.announcer.start()
    sending = asyncio.create_task(keep_sending(context))
    await asyncio.sleep(0)
    task_id = await desk.start()
    with context.pace.task():
        await work_off(context)
        await asyncio.sleep(0.5)
        assert set((await desk.emails(task_id)).values()) == {"QUEUED"}
    async with asyncio.timeout(10):
        while "QUEUED" in (await desk.emails(task_id)).values():
            await asyncio.sleep(0.05)
    await stopped(context, sending)
    await desk.announcer.close()


async def test_R9_8_mail_waits_for_a_long_task_for_a_while_only(
    desk: TaskDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(send_email, "CALM_SECONDS", 0.3)
    context = desk.worker()
    task_id = await desk.start()
    await desk.work()
    sending = asyncio.create_task(keep_sending(context))
    await asyncio.sleep(0)
    with context.pace.task():
        context.letters.ring()
        async with asyncio.timeout(10):
            while "QUEUED" in (await desk.emails(task_id)).values():
                await asyncio.sleep(0.05)
    await stopped(context, sending)


async def stopped(context: WorkerContext, sending: asyncio.Task[None]) -> None:
    context.stop.set()
    context.letters.ring()
    async with asyncio.timeout(5):
        await sending
