"""Changing a class from a date on, in a real browser."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from attendance.rules.vocabulary import Permission
from db import models
from tests.support.browser_pages import Hall
from tests.support.factories import World


@pytest.mark.emptied_database
async def test_R13_3_a_time_of_a_class_moves_after_its_preview_was_shown(hall: Hall, world: World) -> None:
    today = datetime.now(ZoneInfo("America/Chicago")).date()
    lesson = await world.weekly_class(weekday=today.isoweekday() % 7 + 1, start_time=time(17), name="Diving")
    await world.enroll(await world.student(), lesson.offering_id)
    desk = await hall.signed_in(world, await world.staff(Permission.OWNER), service_workers="block")
    page = desk.page
    await desk.open("/")
    await page.get_by_role("navigation", name="Pages").get_by_role("link", name="Classes").click()
    await page.get_by_label("Find a class").fill("diving")
    await desk.without_barriers()
    await page.get_by_role("link", name="Diving").click()
    await page.get_by_label("Times").get_by_role("button", name="Change").click()
    effects = page.get_by_label("What will happen")
    await expect(effects).to_contain_text("No date of a class changes.")
    await page.get_by_label("Begins at").fill("17:15")
    await expect(effects).to_contain_text("dates move.")
    first_date = page.get_by_label("From", exact=True)
    await first_date.fill((today - timedelta(days=1)).isoformat())
    await expect(effects).to_have_text("Days that have passed stay as they were. Choose a later date.")
    await first_date.fill(today.isoformat())
    await expect(effects).to_contain_text("1 student of 1 family will notice it.")
    await desk.without_barriers()
    assert len(await world.rows(models.Timeslot)) == 1
    await desk.tap("Change", page.get_by_role("dialog"))
    await expect(page.get_by_label("Times")).to_contain_text("at 5:15 PM")
    await desk.without_barriers()
    await page.get_by_label("Times").get_by_role("button", name="End").last.click()
    await expect(effects).to_contain_text("not held any more.")
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
