"""Registering a family at the desk, in a real browser."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from attendance.rules.vocabulary import Permission
from db import models
from tests.support.browser_pages import PHONE, Desk, Hall
from tests.support.factories import World

FIRST_NAME, LAST_NAME = "Guardian\u2019s first name", "Family\u2019s last name"


@pytest.mark.emptied_database
async def test_R13_4_a_family_is_registered_and_its_child_appears_on_todays_open_sheet(
    hall: Hall, world: World
) -> None:
    today = datetime.now(ZoneInfo("America/Chicago")).date()
    lesson = await world.weekly_class(weekday=today.isoweekday(), name="Diving")
    olga = await world.staff(Permission.OWNER, first_name="Olga")
    coach, desk = (
        await hall.signed_in(world, olga, PHONE, service_workers="block"),
        await hall.signed_in(world, olga, service_workers="block"),
    )
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
    await expect(page.get_by_text("miller@example.org").first).to_be_visible()
    await changes_guardians(desk)
    await desk.tap("Add a child")
    await page.get_by_label("First name").fill("Max")
    await desk.tap("Add")
    await expect(page.get_by_label("Children")).to_contain_text("No place in a class")
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
    await world.family(name="Muller")
    await merges_and_ends(desk, coach)
    await desk.open("/families")
    await page.get_by_label("Find a family").fill("zoe")
    await expect(page.get_by_role("list", name="Families")).to_contain_text("Zoe Miller")
    await desk.without_barriers()


async def changes_guardians(desk: Desk) -> None:
    """Somebody at the desk adds a guardian, invites and changes him, and ends his access."""
    page, guardians = desk.page, desk.page.get_by_label("Guardians")
    await desk.tap("Add a guardian")
    for label, text in (("First name", "Greg"), ("E-mail address", "greg@example.org")):
        await page.get_by_role("dialog").get_by_label(label).fill(text)
    await desk.without_barriers()
    await desk.tap("Save")
    await desk.press("Invite Greg Miller")
    await expect(guardians).to_contain_text("The invitation is on its way")
    await expect(page.get_by_role("button", name="Invite again Greg Miller")).to_be_focused()
    await desk.tap("Edit Greg Miller")
    await page.get_by_label("Telephone numbers").fill("312 555 0143, 312 555 0144")
    await desk.tap("Save")
    await expect(guardians).to_contain_text("312 555 0143 \u00b7 312 555 0144 \u00b7 greg@example.org")
    await desk.tap("End the access of Greg Miller")
    await desk.without_barriers()
    await desk.tap("End the access")
    await expect(guardians).not_to_contain_text("Greg")
    await expect(guardians.get_by_role("heading")).to_be_focused()


async def merges_and_ends(desk: Desk, coach: Desk) -> None:
    """Somebody at the desk merges another record into the family, and ends a child and then the family."""
    page = desk.page
    await desk.open("/families")
    await page.get_by_role("link", name="Miller", exact=True).click()
    await desk.tap("Merge")
    await page.get_by_label("Find the other one").fill("Muller")
    await page.get_by_role("radio", name="Muller").check()
    await expect(page.get_by_role("dialog").get_by_role("status")).to_contain_text("Moves to Miller: nothing")
    await desk.without_barriers()
    await desk.tap("Merge", page.get_by_role("dialog"))
    await expect(page.get_by_text("The two families are one.")).to_be_visible()
    await desk.tap("Zoe Miller leaves")
    effects = page.get_by_role("dialog").get_by_role("status")
    await expect(effects).to_contain_text("1 place ends")
    await page.get_by_label("From").fill("2020-01-01")
    await expect(effects).to_contain_text("Days that have passed stay as they were")
    await expect(page.get_by_role("button", name="End all places")).to_be_disabled()
    await page.get_by_label("From").fill(await page.get_by_label("From").get_attribute("min") or "")
    await expect(effects).to_contain_text("1 place ends")
    await desk.without_barriers()
    await desk.tap("End all places")
    await expect(page.get_by_text("Zoe leaves, and stays on record.")).to_be_visible()
    await expect(coach.row("Zoe")).to_have_count(0)
    await desk.tap("Family leaves")
    await expect(effects).to_contain_text("1 guardian loses access at once")
    await page.get_by_label("The guardians lose their access").uncheck()
    await expect(effects).not_to_contain_text("guardian")
    await page.get_by_label("The guardians lose their access").check()
    await desk.without_barriers()
    await desk.tap("End the family")
    await expect(page.get_by_text("Nobody of this family has access.")).to_be_visible()
