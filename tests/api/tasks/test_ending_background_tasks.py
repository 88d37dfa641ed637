"""Background tasks are cancelled and deleted through the API (R9.5, R9.6)."""

from datetime import timedelta
from typing import Any

import pytest

from attendance.rules.vocabulary import Portal
from db.engine import Database
from db.tasks.emails import Message, queue_emails
from db.tasks.task_leases import Lease, claim, lock_leased_task
from db.unit_of_work import unit_of_work
from tests.api.tasks.task_client import CANCEL, DELETE, cancel, delete, gid, listed
from tests.support.api import Api
from tests.support.factories import World
from tests.support.task_desk import NOW, TaskDesk, new_desk

pytestmark = pytest.mark.emptied_database


@pytest.fixture
async def desk(world: World, database: Database) -> TaskDesk:
    return await new_desk(world, database)


@pytest.fixture
async def mine(desk: TaskDesk, api: Api) -> Api:
    """Signed in as who starts the tasks, and holds no permission at all."""
    return await api.signed_in(desk.world, desk.person_id, Portal.STAFF)


async def test_R9_5_a_queued_task_is_cancelled_at_once(desk: TaskDesk, mine: Api) -> None:
    task_id = await desk.start()
    answer = await cancel(mine, task_id)
    assert (answer["__typename"], answer["backgroundTask"]["state"]) == ("CancelBackgroundTaskSuccess", "CANCELLED")
    assert answer["backgroundTask"]["endedAt"] is not None
    await desk.work()
    assert await desk.notes() == []
    assert await desk.leases() == 0


async def test_R9_5_a_task_between_items_says_what_was_done_and_mail_of_what_is_done_goes_out(
    desk: TaskDesk, mine: Api
) -> None:
    task_id = await desk.start(faulty=(4,), refused=(2,))
    await desk.work()
    assert (await desk.row(task_id)).state == "RUNNING", "one item waits to be tried again"
    await desk.world.owner.exec_driver_sql("UPDATE email SET state = 'SENT', sent_at = now() WHERE reason LIKE '%/1'")
    answer = await cancel(mine, task_id)
    assert answer["backgroundTask"]["state"] == "CANCELLED"
    assert answer["backgroundTask"]["report"] == {
        "summary": "5 of 7 items done, 1 could not be done, 1 not begun. Of 5 e-mails 1 sent, 4 waiting.",
        "itemsSkipped": 1,
    }
    assert await desk.states(task_id) == ["DONE", "EXCEPTION", "DONE", "SKIPPED", "DONE", "DONE", "DONE"]
    assert await desk.notes() == [1, 3, 5, 6, 7]
    assert await desk.emails(task_id) == {"1": "SENT", **dict.fromkeys("3567", "QUEUED")}
    await desk.patience()
    assert await desk.work() == 0


async def test_R9_5_mail_that_somebody_else_wants_is_not_withdrawn(desk: TaskDesk, mine: Api) -> None:
    task_id = await desk.start(faulty=(4,))
    message = Message(f"noted/{task_id}/1", "baker@example.org", "consecutive_absences", {}, NOW)
    async with unit_of_work(desk.database, desk.world.organization_id, desk.announcer) as uow:
        await queue_emails(uow, [message], now=NOW)
    await desk.work()
    await cancel(mine, task_id, withdraw=True)
    rows = await desk._all("SELECT reason, state, background_task_id FROM email ORDER BY reason LIMIT 2")
    assert [(row.state, row.background_task_id) for row in rows] == [("QUEUED", None), ("WITHDRAWN", task_id)]


async def test_R9_5_a_task_in_the_middle_of_a_batch_is_cancelling(desk: TaskDesk, mine: Api) -> None:
    task_id = await desk.start()
    organization_id = desk.world.organization_id
    lease = Lease(organization_id, task_id, "a worker")
    async with unit_of_work(desk.database, organization_id, desk.announcer) as uow:
        assert await claim(uow, lease, list(desk.kinds), now=NOW)
    async with unit_of_work(desk.database, organization_id, desk.announcer) as uow:
        assert await lock_leased_task(uow, lease) is not None
        assert (await cancel(mine, task_id))["backgroundTask"]["state"] == "CANCELLING"
        assert (await cancel(mine, task_id))["backgroundTask"]["state"] == "CANCELLING"
    assert (await delete(mine, task_id))["state"] == "CANCELLING"
    await desk.patience()
    await desk.work()
    row = await desk.row(task_id)
    assert (row.state, row.done, row.ended_at) == ("CANCELLED", 0, NOW)


async def test_R9_5_cancelling_again_changes_nothing(desk: TaskDesk, mine: Api) -> None:
    task_id = await desk.start()
    first = await cancel(mine, task_id, "a key")
    mine.clock.now += timedelta(minutes=1)
    assert await cancel(mine, task_id, "a key") == first
    assert await cancel(mine, task_id, "another key") == first


@pytest.mark.parametrize(("given", "state"), [({}, "COMPLETED"), ({"plan": "refused"}, "FAILED")])
async def test_R9_5_what_is_over_cannot_be_cancelled(
    desk: TaskDesk, mine: Api, given: dict[str, Any], state: str
) -> None:
    task_id = await desk.start(**given)
    await desk.work()
    emails = await desk.emails(task_id)
    assert await cancel(mine, task_id) == {
        "__typename": "BackgroundTaskEnded",
        "message": "This background task has ended; it cannot be cancelled any more.",
        "backgroundTaskId": gid(task_id),
        "state": state,
        "endedAt": "2026-11-16T12:00:00Z",
    }
    assert (await desk.row(task_id)).state == state
    assert await desk.emails(task_id) == emails


async def test_R9_6_only_what_has_ended_is_deleted(desk: TaskDesk, mine: Api) -> None:
    task_id = await desk.start(refused=(2,))
    assert await delete(mine, task_id) == {
        "__typename": "BackgroundTaskNotEnded",
        "message": "This background task has not ended yet; cancel it first, or wait until it has ended.",
        "backgroundTaskId": gid(task_id),
        "state": "QUEUED",
    }
    await desk.work()
    deleted = {"__typename": "DeleteBackgroundTaskSuccess", "deletedId": gid(task_id)}
    assert await delete(mine, task_id, "a key") == deleted
    assert await listed(mine) == []
    assert await delete(mine, task_id, "a key") == deleted
    assert await mine.refused(DELETE, id=gid(task_id)) == ("NOT_FOUND", "There is no such background task.")
    for table in ("background_task", "background_task_item", "background_task_exception"):
        assert await desk._all(f"SELECT 1 FROM {table}") == []
    rows = await desk._all("SELECT state, background_task_id FROM email")
    assert [tuple(row) for row in rows] == [("QUEUED", None)] * 6, "what it wrote still goes out"


async def test_R9_6_cancelling_what_was_deleted_is_not_found(desk: TaskDesk, mine: Api) -> None:
    task_id = await desk.start()
    await cancel(mine, task_id, "a key")
    await delete(mine, task_id)
    assert await mine.refused(CANCEL, id=gid(task_id), key="a key") == (
        "NOT_FOUND",
        "There is no such background task.",
    )
