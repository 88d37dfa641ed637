"""Background tasks in a real browser: live progress, exceptions, stopping, deleting; and an address without a page."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from playwright.async_api import expect

from attendance.rules.vocabulary import Permission
from commands.servers.start import Servers
from db.engine import Database
from db.wake_ups import Announcer, connect_redis, to_processes
from tests.support.browser_pages import PHONE, Hall
from tests.support.factories import World
from tests.support.task_desk import EXCEPTION, TaskDesk, new_desk


@pytest.fixture
async def tasks(database: Database, world: World, servers: Servers) -> AsyncIterator[TaskDesk]:
    """Tasks of an owner, whose changes reach the API at once."""
    redis = connect_redis(servers.redis_url)
    announcer = Announcer(to_processes(redis))
    announcer.start()
    owner = await world.staff(Permission.OWNER)
    yield replace(await new_desk(world, database, students=3), person_id=owner, announcer=announcer)
    await announcer.close()
    await redis.aclose()


@pytest.mark.emptied_database
async def test_R9_4_tasks_show_their_progress_and_exceptions_and_are_stopped_and_deleted(
    hall: Hall, world: World, tasks: TaskDesk
) -> None:
    desk = await hall.signed_in(world, tasks.person_id, PHONE, service_workers="block")
    page = desk.page
    await desk.open("/tasks")
    await expect(page.get_by_text("No task is running")).to_be_visible()
    await desk.without_barriers()
    await tasks.start(excepted=(2,))
    task = page.get_by_role("article")
    await expect(task).to_contain_text("Waiting to begin")
    await tasks.work()
    await expect(task).to_contain_text("Done · 3 of 3 · 1 exception")
    await task.locator("summary").click()
    await expect(task).to_contain_text(f"Student 2 Baker: {EXCEPTION}")
    await desk.without_barriers()
    await desk.tap("Delete")
    await expect(task).to_have_count(0)
    await tasks.start()
    await desk.tap("Stop")
    await page.get_by_label("Keep back e-mails").check()
    await desk.without_barriers()
    await desk.tap("Stop the task")
    await expect(task).to_contain_text("Stopped")
