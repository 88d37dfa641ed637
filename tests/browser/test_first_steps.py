"""The first day of a business in a real browser: what is to be done next."""

import pytest
from playwright.async_api import expect

from attendance.rules.vocabulary import Permission
from tests.support.browser_pages import PHONE, Hall
from tests.support.factories import World

EMPTY = "Nothing is planned on this day."


@pytest.mark.emptied_database
async def test_R12_1_the_empty_day_of_a_new_business_says_what_to_do_next(hall: Hall, world: World) -> None:
    desk = await hall.signed_in(
        world, await world.staff(Permission.OWNER), PHONE, timezone_id="Asia/Tokyo", service_workers="block"
    )
    page = desk.page
    steps = page.get_by_role("region", name="Set up your business")
    await desk.open("/")
    # Founding a business makes its first location.
    await expect(steps.get_by_role("link")).to_contain_text(
        ["Add a location (done)", "Add a program", "Add a class", "Register a family"]
    )
    await expect(steps.locator(".next")).to_contain_text("Add a program")
    await expect(steps).to_contain_text("rollbook.py import csv")
    await expect(page.get_by_text("0 of 0")).to_have_count(0)
    await desk.without_barriers()

    # A second location is most often in the zone of the first, wherever the browser is.
    await steps.get_by_role("link", name="Add a location").click()
    await desk.tap("Add a location")
    await expect(page.get_by_label("Time zone")).to_have_value("America/Chicago")
    await desk.open("/programs")
    await desk.tap("Add a program")
    await page.get_by_label("Name", exact=True).fill("Swim")
    await desk.tap("Add", page.get_by_role("dialog"))
    await page.get_by_role("link", name="Rollbook").click()
    await expect(steps.locator(".next")).to_contain_text("Add a class")
    await steps.get_by_role("link", name="Add a class").click()
    await expect(page.get_by_role("heading", name="Add a class")).to_be_visible()
    await desk.open("/")
    await steps.get_by_role("link", name="Register a family").press("Enter")
    await expect(page.get_by_role("heading", name="Register a family")).to_be_visible()

    # Each sees the steps that they may take.
    sees = (Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL)
    office = await hall.signed_in(world, await world.staff(Permission.MANAGE_CATALOGUE, *sees), service_workers="block")
    await office.open("/")
    await expect(office.page.locator(".step")).to_have_count(3)
    await expect(office.page.get_by_text("rollbook.py")).to_have_count(0)
    coach = await hall.signed_in(world, await world.staff(*sees), service_workers="block")
    await coach.open("/")
    await expect(coach.page.get_by_text(EMPTY)).to_be_visible()
    await expect(coach.page.locator(".step")).to_have_count(0)

    # A business that has begun is not told how to begin.
    await world.weekly_class()
    await world.student()
    await desk.open("/days/2020-01-01")
    await expect(page.get_by_text(EMPTY)).to_be_visible()
    await expect(page.get_by_role("heading", name="Wednesday, January 1, 2020")).to_be_visible()
    await expect(page.locator(".step")).to_have_count(0)
