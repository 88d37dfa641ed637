"""Carrying the classes of a session over to the next one, in a real browser."""

from collections.abc import AsyncIterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from attendance.rules.vocabulary import Permission
from attendance.tasks.kinds import KINDS
from clock import wall_clock
from commands.servers.start import Servers
from db import models
from db.engine import Database
from db.wake_ups import Announcer, connect_redis, to_processes
from tests.support.browser_pages import PHONE, Hall
from tests.support.factories import World
from workers.context import WorkerContext
from workers.jobs.work_on_tasks import work_off


@pytest.fixture
async def worker(database: Database, servers: Servers) -> AsyncIterator[WorkerContext]:
    """Works on tasks when it is told to, and its news reach the API at once."""
    redis = connect_redis(servers.redis_url)
    announcer = Announcer(to_processes(redis))
    announcer.start()
    yield WorkerContext(database, announcer, wall_clock, kinds=KINDS)
    await announcer.close()
    await redis.aclose()


def _today() -> date:
    return datetime.now(ZoneInfo("America/Chicago")).date()


@pytest.mark.emptied_database
async def test_R13_5_classes_are_chosen_and_carried_over_and_who_gets_no_place_is_named(
    hall: Hall, world: World, worker: WorkerContext
) -> None:
    ends_on = _today() + timedelta(days=20)
    small = await world.weekly_class(weekday=1, name="Swim 1", capacity=1)
    late = await world.weekly_class(weekday=2, start_time=time(19), name="Swim 1")
    untimed = await world.offering(name="Theory")
    offerings = (small.offering_id, late.offering_id, untimed)
    await world.session(_today() - timedelta(days=40), ends_on, name="Autumn", offerings=offerings)
    winter_id = await world.session(ends_on + timedelta(days=1), ends_on + timedelta(days=60), name="Winter")
    for first_name, days in (("Ann", 30), ("Ben", 20)):
        student = await world.student(first_name=first_name)
        await world.enroll(student, small.offering_id, starts_on=_today() - timedelta(days=days))
    desk = await hall.signed_in(world, await world.staff(Permission.OWNER), PHONE, service_workers="block")
    page = desk.page
    await desk.open("/sessions")
    await page.get_by_role("link", name="Carry over Autumn").click()
    await expect(page.get_by_label("To", exact=True).locator("option:checked")).to_contain_text("Winter")
    classes = page.get_by_label("Classes to carry over")
    rows = classes.locator(".lines > li")
    await expect(rows).to_have_count(3)
    # Two classes of one name are told apart, and one of which nothing can be made says why.
    await expect(rows.filter(has_text="Mondays at 5:00 PM")).to_contain_text("Made with 1 time from")
    await expect(rows.filter(has_text="Tuesdays at 7:00 PM")).to_have_count(1)
    await expect(rows.filter(has_text="Theory")).to_contain_text("Left out: The class met at no time")
    await page.get_by_label("Enroll the students again").check()
    monday = rows.filter(has_text="Mondays at 5:00 PM")
    await expect(monday).to_contain_text("1 student enrolled again · 1 student without a place")
    await expect(monday.get_by_role("link")).to_contain_text("Ben")
    await desk.without_barriers()
    await rows.filter(has_text="Tuesdays at 7:00 PM").get_by_role("checkbox").uncheck()
    assert await world.count(models.Offering) == 3
    await desk.tap("Carry 1 class over")
    progress = page.get_by_role("region", name="Progress")
    await expect(progress).to_contain_text("Waiting to begin")
    await expect(page.get_by_role("heading", name="Carrying the classes over")).to_be_focused()
    await expect(progress).to_contain_text("It goes on when you leave this page.")
    await expect(page.get_by_label("Enroll the students again")).to_have_count(0)
    await work_off(worker)
    await expect(progress).to_contain_text("Done · 1 of 1 · 1 exception")
    await expect(progress).not_to_contain_text("It goes on")
    await expect(progress.get_by_role("link", name="Ben")).to_be_visible()
    await desk.without_barriers()
    made = [each for each in await world.rows(models.OfferingSession) if each.session_id == winter_id]
    assert len(made) == 1
