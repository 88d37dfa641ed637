"""R9.4 to R9.7: what becomes of a background task and of its items."""

import pytest

from attendance.rules.tasks.background_tasks import ATTEMPTS, FAULT
from db.engine import Database
from db.wake_ups import FeedGrew, TaskChanged, TaskQueued
from tests.support.factories import World
from tests.support.task_desk import EXCEPTION, NOW, REFUSED, TaskDesk, new_desk
from workers.jobs.work_on_tasks import work_on_next

pytestmark = pytest.mark.emptied_database

ALL = [1, 2, 3, 4, 5, 6, 7]


@pytest.fixture
async def desk(world: World, database: Database) -> TaskDesk:
    return await new_desk(world, database)


async def test_R9_4_a_task_waits_for_a_worker(desk: TaskDesk) -> None:
    task_id = await desk.start()
    row = await desk.row(task_id)
    assert (row.state, row.done, row.total, row.started_at, row.ended_at) == ("QUEUED", 0, None, None, None)
    assert (row.created_by_id, row.source, row.created_at) == (desk.person_id, "OFFICE", NOW)
    organization_id = desk.world.organization_id
    changed = TaskChanged(organization_id, task_id)
    assert desk.heard == [changed, TaskQueued(organization_id, task_id), FeedGrew(organization_id)]


async def test_R9_4_a_task_is_carried_out(desk: TaskDesk) -> None:
    task_id = await desk.start()
    assert await desk.work() == 1
    row = await desk.row(task_id)
    assert (row.state, row.done, row.total, row.exceptions, row.error) == ("COMPLETED", 7, 7, 0, None)
    assert (row.started_at, row.ended_at) == (NOW, NOW)
    assert await desk.notes() == ALL
    assert await desk.states(task_id) == ["DONE"] * 7
    assert await desk.emails(task_id) == {str(number): "QUEUED" for number in ALL}
    assert await desk.leases() == 0
    assert await desk.work() == 0
    assert desk.heard.count(TaskChanged(desk.world.organization_id, task_id)) >= 4, "begun, and with each batch"


async def test_R9_4_a_task_without_items_is_complete_at_once(desk: TaskDesk) -> None:
    desk.student_ids = ()
    task_id = await desk.start()
    await desk.work()
    row = await desk.row(task_id)
    assert (row.state, row.done, row.total) == ("COMPLETED", 0, 0)


async def test_R9_4_what_the_rules_refuse_is_an_exception_and_the_rest_go_on(desk: TaskDesk) -> None:
    task_id = await desk.start(refused=(2, 7))
    await desk.work()
    row = await desk.row(task_id)
    assert (row.state, row.done, row.total, row.exceptions) == ("COMPLETED", 7, 7, 2)
    assert await desk.notes() == [1, 3, 4, 5, 6]
    assert await desk.states(task_id) == ["DONE", "EXCEPTION", "DONE", "DONE", "DONE", "DONE", "EXCEPTION"]
    assert await desk.exceptions(task_id) == [(2, desk.student_ids[1], REFUSED), (7, desk.student_ids[6], REFUSED)]
    assert set(await desk.emails(task_id)) == {"1", "3", "4", "5", "6"}


async def test_R9_4_an_item_may_be_done_and_have_an_exception(desk: TaskDesk) -> None:
    task_id = await desk.start(excepted=(4,))
    await desk.work()
    assert (await desk.row(task_id)).exceptions == 1
    assert await desk.notes() == ALL
    assert await desk.states(task_id) == ["DONE"] * 7
    assert await desk.exceptions(task_id) == [(4, desk.student_ids[3], EXCEPTION)]


async def test_R9_4_a_faulty_item_is_tried_again_and_then_given_up(desk: TaskDesk) -> None:
    task_id = await desk.start(faulty=(1,))
    for attempt in range(1, ATTEMPTS):
        await desk.work()
        row = await desk.row(task_id)
        assert (row.state, row.done) == ("RUNNING", 6), "the others went on"
        assert await desk.work() == 0, "it waits its time"
        found = await desk._all("SELECT attempts FROM background_task_item WHERE position = 1")
        assert found[0].attempts == attempt
        await desk.patience()
    await desk.work()
    row = await desk.row(task_id)
    assert (row.state, row.done, row.total, row.exceptions) == ("FAILED", 7, 7, 1)
    assert row.error == (
        "Something went wrong on our side: 1 item was not done in spite of 5 attempts. All other items were."
    )
    assert await desk.states(task_id) == ["FAILED"] + ["DONE"] * 6
    assert await desk.exceptions(task_id) == [(1, desk.student_ids[0], FAULT)]
    assert await desk.notes() == [2, 3, 4, 5, 6, 7]
    assert await desk.leases() == 0


async def test_R9_4_a_fault_that_passes_leaves_no_trace(desk: TaskDesk) -> None:
    task_id = await desk.start(faulty=(5,))
    await desk.work()
    await desk.world.owner.exec_driver_sql("UPDATE background_task SET input = jsonb_set(input, '{faulty}', '[]')")
    await desk.patience()
    await desk.work()
    row = await desk.row(task_id)
    assert (row.state, row.done, row.exceptions, row.error) == ("COMPLETED", 7, 0, None)
    assert await desk.notes() == ALL


async def test_R9_4_a_refused_plan_fails_the_task(desk: TaskDesk) -> None:
    task_id = await desk.start(plan="refused")
    await desk.work()
    row = await desk.row(task_id)
    assert (row.state, row.done, row.total, row.error, row.ended_at) == ("FAILED", 0, None, REFUSED, NOW)
    assert await desk.leases() == 0


async def test_R9_4_a_faulty_plan_is_tried_again_and_then_fails_the_task(desk: TaskDesk) -> None:
    task_id = await desk.start(plan="fault")
    for attempt in range(1, ATTEMPTS):
        assert await desk.work() == 1
        row = await desk.row(task_id)
        assert (row.state, row.attempts) == ("RUNNING", attempt)
        await desk.patience()
    await desk.work()
    row = await desk.row(task_id)
    assert row.state == "FAILED"
    assert row.error == "Something went wrong on our side before anything was done; it was tried 5 times."
    assert await desk.leases() == 0


async def test_a_worker_leaves_kinds_alone_that_it_does_not_know(desk: TaskDesk) -> None:
    task_id = await desk.start()
    desk.kinds = {}
    assert await desk.work() == 0
    assert (await desk.row(task_id)).state == "QUEUED"


async def test_a_worker_that_is_to_stop_leaves_the_rest_to_others_at_once(desk: TaskDesk) -> None:
    task_id = await desk.start(seconds=0.05)
    worker = desk.worker()
    worker.stop.set()
    assert await work_on_next(worker)
    assert (await desk.row(task_id)).state == "RUNNING"
    await desk.work()
    assert (await desk.row(task_id)).state == "COMPLETED"
    assert await desk.notes() == ALL
