"""Background tasks with several workers and people at once, on real connections (R9.5, R9.7)."""

import asyncio
import random
from collections.abc import Awaitable
from uuid import UUID

import pytest

from attendance.actions.tasks.cancel_background_task import cancel_background_task
from attendance.actions.tasks.delete_background_task import delete_background_task
from attendance.rules.organization.permissions import Caller
from attendance.rules.refusals import Refusal
from attendance.rules.tasks.task_refusals import BackgroundTaskEnded, BackgroundTaskNotEnded
from attendance.rules.vocabulary import Portal
from attendance.tasks.advance import Advance, Attempt, advance
from db.engine import Database
from db.ids import new_id
from db.tasks.task_leases import Lease, claim, lock_leased_task
from db.unit_of_work import unit_of_work
from tests.support.factories import World
from tests.support.sizes import SIZES
from tests.support.task_desk import KINDS, NOW, TaskDesk, new_desk

pytestmark = pytest.mark.emptied_database

ROUNDS = SIZES.race_rounds
MOMENTS = random.Random(9)


@pytest.fixture
async def desk(world: World, database: Database) -> TaskDesk:
    return await new_desk(world, database)


async def cancel(desk: TaskDesk, task_id: UUID, *, withdraws: bool = False) -> Refusal | None:
    return await attempt(desk, task_id, is_cancelling=True, withdraws=withdraws)


async def delete(desk: TaskDesk, task_id: UUID) -> Refusal | None:
    return await attempt(desk, task_id, is_cancelling=False)


async def attempt(desk: TaskDesk, task_id: UUID, *, is_cancelling: bool, withdraws: bool = False) -> Refusal | None:
    """What it was refused with, if it was."""
    caller = Caller(desk.world.organization_id, Portal.STAFF, person_id=desk.person_id)
    try:
        async with unit_of_work(desk.database, desk.world.organization_id, desk.announcer) as uow:
            if is_cancelling:
                await cancel_background_task(uow, caller, task_id, withdraw_emails=withdraws, now=NOW)
            else:
                await delete_background_task(uow, caller, task_id)
    except Refusal as refusal:
        return refusal
    return None


async def forget_notes(desk: TaskDesk) -> None:
    await desk.world.owner.exec_driver_sql("DELETE FROM student_note")


async def test_R9_7_of_many_workers_one_does_each_item(desk: TaskDesk) -> None:
    for _ in range(ROUNDS):
        tasks = [await desk.start(refused=(2,)) for _ in range(2)]
        await asyncio.gather(*(desk.work() for _ in range(4)))
        for task_id in tasks:
            row = await desk.row(task_id)
            assert (row.state, row.done, row.exceptions) == ("COMPLETED", 7, 1)
        assert await desk.notes() == sorted([1, 3, 4, 5, 6, 7] * 2)
        await forget_notes(desk)


async def test_R9_7_a_worker_that_was_away_for_long_does_nothing_any_more(desk: TaskDesk) -> None:
    task_id = await desk.start()
    organization_id = desk.world.organization_id
    old, new = (Lease(organization_id, task_id, str(new_id())) for _ in range(2))

    async def take(lease: Lease) -> bool:
        async with unit_of_work(desk.database, organization_id, desk.announcer) as uow:
            return await claim(uow, lease, list(KINDS), now=NOW)

    async def step(lease: Lease) -> Advance:
        async with unit_of_work(desk.database, organization_id, desk.announcer) as uow:
            return await advance(uow, lease, Attempt(), KINDS, now=NOW)

    assert await take(old)
    assert [await step(old), await step(old)] == [Advance.GOES_ON] * 2
    assert await desk.notes() == [1, 2, 3]
    assert not await take(new), "the lease holds"
    await desk.patience()
    assert await take(new)
    assert await step(old) is Advance.ENDED
    assert await desk.notes() == [1, 2, 3]
    assert [await step(new), await step(new)] == [Advance.GOES_ON, Advance.ENDED]
    assert (await desk.row(task_id)).state == "COMPLETED"
    assert await step(old) is Advance.ENDED
    assert await desk.notes() == [1, 2, 3, 4, 5, 6, 7]


async def test_R9_7_a_claim_passes_over_a_task_in_the_middle_of_a_batch(desk: TaskDesk) -> None:
    """Though its lease is over: a worker that waited here would do no other task meanwhile."""
    task_id = await desk.start()
    organization_id = desk.world.organization_id
    holder, other = (Lease(organization_id, task_id, str(new_id())) for _ in range(2))

    async def take(lease: Lease) -> bool:
        async with unit_of_work(desk.database, organization_id, desk.announcer) as uow:
            return await claim(uow, lease, list(KINDS), now=NOW)

    assert await take(holder)
    await desk.patience()
    async with unit_of_work(desk.database, organization_id, desk.announcer) as batch:
        assert await lock_leased_task(batch, holder) is not None
        assert not await asyncio.wait_for(take(other), 5)
    assert await take(other)


async def test_R9_7_nobody_takes_a_task_over_in_the_middle_of_a_batch(desk: TaskDesk) -> None:
    """However long the batch takes: its items are done once, by whom began them."""
    task_id = await desk.start(seconds=0.3)
    working = asyncio.create_task(desk.work())
    await asyncio.sleep(0.15)
    async with asyncio.timeout(5):
        while not working.done():
            await desk.world.owner.exec_driver_sql(
                "UPDATE background_task_lease SET lease_until = now() WHERE background_task_id IN"
                " (SELECT background_task_id FROM background_task_lease FOR UPDATE SKIP LOCKED)"
            )
            await asyncio.gather(*(desk.work() for _ in range(2)))
            await asyncio.sleep(0.01)
    await desk.patience()
    await desk.work()
    assert (await desk.row(task_id)).state == "COMPLETED"
    assert await desk.notes() == [1, 2, 3, 4, 5, 6, 7]


async def test_R9_5_cancelling_while_it_runs_and_ends(desk: TaskDesk) -> None:
    ends = set()
    for number in range(2 * ROUNDS):
        withdraws = number % 2 == 1
        task_id = await desk.start()
        working = asyncio.create_task(desk.work())
        await asyncio.sleep(MOMENTS.random() * 0.12)
        refusals = await asyncio.gather(cancel(desk, task_id), cancel(desk, task_id, withdraws=withdraws))
        await working
        row, states, emails = await desk.row(task_id), await desk.states(task_id), await desk.emails(task_id)
        ends.add((row.state, states.count("DONE")))
        done = [number for number, state in enumerate(states, start=1) if state == "DONE"]
        assert await desk.notes() == done
        assert row.done == len(done)
        assert set(emails) == {str(number) for number in done}
        if row.state == "CANCELLED":
            assert list(refusals) == [None, None]
            assert set(states) <= {"DONE", "SKIPPED"}
            assert set(emails.values()) <= {"WITHDRAWN" if withdraws else "QUEUED"}
        else:
            assert row.state == "COMPLETED"
            assert all(isinstance(each, BackgroundTaskEnded) for each in refusals)
            assert set(emails.values()) == {"QUEUED"}
        assert await desk.leases() == 0
        await forget_notes(desk)
    assert {"CANCELLED", "COMPLETED"} >= {state for state, _ in ends}
    assert len(ends) > 2, "it was cancelled before, amid and after its items"


async def test_R9_6_deleting_while_it_runs_and_ends(desk: TaskDesk) -> None:
    for number in range(ROUNDS):
        task_id = await desk.start()

        async def delete_when_ended(task_id: UUID = task_id) -> None:
            while isinstance(await delete(desk, task_id), BackgroundTaskNotEnded):
                pass

        acts: list[Awaitable[object]] = [desk.work(), delete_when_ended()]
        if number % 2:
            acts.append(cancel(desk, task_id))
        async with asyncio.timeout(20):
            await asyncio.gather(*acts)
        assert await desk._all("SELECT 1 FROM background_task") == []
        assert await desk._all("SELECT 1 FROM background_task_item") == []
        assert await desk.leases() == 0
        assert len(await desk.notes()) in ({0, 3, 6, 7} if number % 2 else {7})
        await forget_notes(desk)
