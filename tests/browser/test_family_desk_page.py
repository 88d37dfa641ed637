"""Registering a family at the desk, in a real browser."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from attendance.rules.vocabulary import Permission
from db import models
from tests.support.browser_pages import PHONE, Hall
from tests.support.factories import World

FIRST_NAME, LAST_NAME = "Guardian\u2019s first name", "Family\u2019s last name"


@pytest.mark.emptied_database
async def test_R13_4_a_family_is_registered_and_its_child_appears_on_todays_open_sheet(
    hall: Hall, world: World
) -> None:
    today = datetime.now(ZoneInfo("America/Chicago")).date()
    lesson = await world.weekly_class(weekday=today.isoweekday(), name="Diving")
    olga = await world.staff(Permission.OWNER, first_name="Olga")
    coach, desk = await hall.signed_in(world, olga, PHONE), await hall.signed_in(world, olga)
    await coach.open(f"/sheets/{lesson.sheet_id(today)}")
    await expect(coach.page.get_by_text("No students are on this roll sheet.")).to_be_visible()
    await desk.open("/")
    page = desk.page
    await page.get_by_role("navigation", name="Pages").get_by_role("link", name="Families").click()
    await page.get_by_role("link", name="Register a family").click()
    await page.get_by_label(FIRST_NAME).fill("Gail")
    await page.get_by_label(LAST_NAME).fill("Miller")
    await page.get_by_label("Telephone").fill("(312) 555-0142")
    await page.get_by_label("First name", exact=True).fill("Zoe")
    await page.get_by_label("Class", exact=True).select_option(index=1)
    await page.get_by_label("Type").select_option(label="Trial")
    await desk.without_barriers()
    await desk.tap("Register")
    await expect(page.get_by_role("heading", name="Miller")).to_be_visible()
    await coach.sees("Zoe", "Not marked")
    await expect(coach.row("Zoe")).to_contain_text("Trial")
    await desk.without_barriers()
    await desk.tap("Edit")
    await page.get_by_label("E-mail address").fill("miller@example.org")
    await desk.tap("Save")
    await expect(page.get_by_text("miller@example.org")).to_be_visible()
    # The same family once more: the page asks before it makes a second one.
    await desk.open("/families/new")
    for label, text in (
        (FIRST_NAME, "Gail"),
        (LAST_NAME, "Miller"),
        ("Telephone", "312 555 0142"),
        ("First name", "Zoe"),
    ):
        await page.get_by_label(label, exact=True).fill(text)
    await desk.tap("Register")
    await expect(page.get_by_role("alert")).to_contain_text("Miller: the same telephone number")
    await desk.without_barriers()
    assert len(await world.rows(models.Family)) == 1
    await desk.open("/families")
    await page.get_by_label("Find a family").fill("zoe")
    await expect(page.get_by_role("list", name="Families")).to_contain_text("Zoe Miller")
    await desk.without_barriers()
