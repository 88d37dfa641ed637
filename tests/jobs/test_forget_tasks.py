"""R9.6: completed and failed tasks are kept for 60 days, cancelled ones for 10 minutes."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from attendance.actions.tasks.cancel_background_task import cancel_background_task
from attendance.rules.organization.permissions import Caller
from attendance.rules.vocabulary import Permission, Portal
from db.engine import Database
from db.unit_of_work import unit_of_work
from tests.support.factories import World, new_world
from tests.support.task_desk import NOW, TaskDesk, new_desk
from workers.jobs.forget_tasks import forget_tasks

pytestmark = pytest.mark.emptied_database

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
async def desk(world: World, database: Database) -> TaskDesk:
    return await new_desk(world, database, students=2)


async def kept(desk: TaskDesk) -> set[UUID]:
    return {row.id for row in await desk._all("SELECT id FROM background_task")}


async def forget(desk: TaskDesk, at: datetime) -> int:
    return await forget_tasks(replace(desk.worker(), clock=lambda: at))


async def test_R9_6_completed_and_failed_ones_are_kept_for_60_days(desk: TaskDesk) -> None:
    ended = {await desk.start(), await desk.start(plan="refused")}
    await desk.work()
    queued = await desk.start()
    assert await forget(desk, NOW + 60 * DAY - MINUTE) == 0
    assert await kept(desk) == {*ended, queued}
    assert await forget(desk, NOW + 60 * DAY) == 2
    assert await kept(desk) == {queued}
    assert await forget(desk, NOW + 600 * DAY) == 0
    assert [tuple(row) for row in await desk._all("SELECT state, background_task_id FROM email")] == [
        ("QUEUED", None),
        ("QUEUED", None),
    ]


async def test_R9_6_cancelled_ones_are_kept_for_10_minutes(desk: TaskDesk) -> None:
    task_id = await desk.start()
    caller = Caller(desk.world.organization_id, Portal.OFFICE, frozenset({Permission.OWNER}), person_id=desk.person_id)
    async with unit_of_work(desk.database, desk.world.organization_id, desk.announcer) as uow:
        await cancel_background_task(uow, caller, task_id, now=NOW)
    assert await forget(desk, NOW + 9 * MINUTE) == 0
    assert await forget(desk, NOW + 10 * MINUTE) == 1
    assert await kept(desk) == set()


async def test_R9_6_entries_of_every_organization_are_forgotten(desk: TaskDesk) -> None:
    other = await new_desk(await new_world(desk.world.owner, name="Other Gym"), desk.database, students=1)
    for _ in range(15):
        await desk.start()
        await other.start()
    await desk.work()
    assert await forget(desk, NOW + 61 * DAY) == 30
    assert await kept(desk) == set()
