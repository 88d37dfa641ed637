"""Making classes and camps in a real browser, and changing when they meet."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import expect

from attendance.rules.vocabulary import OfferingKind, Permission
from db import models
from tests.support.browser_pages import PHONE, Hall
from tests.support.factories import World

MANAGES = (Permission.MANAGE_CATALOGUE, Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL)


def _today() -> date:
    return datetime.now(ZoneInfo("America/Chicago")).date()


@pytest.mark.emptied_database
async def test_R13_3_a_class_is_made_changed_and_ended_after_each_effect_was_shown(hall: Hall, world: World) -> None:
    today = _today()
    # The class meets six times on each of its weekdays, the first of them tomorrow.
    await world.session(today, today + timedelta(days=41), name="Autumn")
    await world.staff(first_name="Ines", last_name="Instructor")
    desk = await hall.signed_in(world, await world.staff(Permission.OWNER), service_workers="block")
    page = desk.page
    effects = page.get_by_label("What will happen")
    await desk.open("/classes")
    await page.get_by_role("link", name="Add a class").click()
    await expect(effects).to_have_text("Type a name.")
    await page.get_by_label("Name").fill("Diving")
    await expect(effects).to_have_text("Say when it begins.")
    await page.get_by_label("Day", exact=True).select_option(str((today + timedelta(days=1)).isoweekday()))
    await page.get_by_label("Begins at").fill("16:30")
    await expect(effects).to_contain_text("53 dates are added.")
    await page.get_by_role("checkbox", name="Autumn").check()
    await expect(effects).to_contain_text("6 dates are added.")
    await page.get_by_role("checkbox", name="Ines Instructor").check()
    await page.get_by_label("Places").fill("8")
    await page.get_by_label("Youngest, years").fill("4")
    await desk.without_barriers()
    assert await world.count(models.Offering) == 0
    await desk.tap("Add", page.locator("form"))
    await expect(page.get_by_role("heading", name="Diving")).to_be_visible()
    facts = page.locator(".facts")
    for text in ("8 places", "From 4 years", "Ines Instructor", "Autumn"):
        await expect(facts).to_contain_text(text)
    await expect(page.get_by_label("Next dates").get_by_role("listitem")).to_have_count(6)
    (offering,) = await world.rows(models.Offering)
    await world.enroll(await world.student(), offering.id)
    await desk.without_barriers()

    later = today + timedelta(days=15)
    await desk.tap("Add a time")
    await page.get_by_label("Day", exact=True).select_option(str((today + timedelta(days=1)).isoweekday()))
    await page.get_by_label("Begins at").fill("18:00")
    await page.get_by_label("From", exact=True).fill(later.isoformat())
    await expect(effects).to_contain_text("4 dates are added.")
    await desk.without_barriers()
    await desk.tap("Add", page.get_by_role("dialog"))
    times = page.get_by_label("Times")
    await expect(times.get_by_role("listitem")).to_have_count(2)
    # A time that begins later says when.
    begins = f"{later:%b} {later.day}, {later.year}"
    await expect(times.get_by_role("listitem").last).to_contain_text(f"from {begins} on")

    await page.get_by_role("button", name="Change", exact=True).click()
    await expect(effects).to_have_text("No date of a class changes.")
    await page.get_by_label("Places").fill("0")
    await expect(effects).to_contain_text("would have more students than places.")
    await page.get_by_label("From", exact=True).fill("")
    await expect(effects).to_have_text("Choose the first day on which the change holds.")
    await desk.without_barriers()
    await page.keyboard.press("Escape")

    await desk.tap("End the class")
    await page.get_by_label("From", exact=True).fill((today + timedelta(days=2)).isoformat())
    await expect(effects).to_contain_text("9 dates are not held any more.")
    await expect(effects).to_contain_text("1 enrollment will end.")
    await desk.tap("End it", page.get_by_role("dialog"))
    await expect(page.get_by_label("Next dates").get_by_role("listitem")).to_have_count(1)
    await expect(times).to_contain_text("until ")


@pytest.mark.emptied_database
async def test_R2_1_a_camp_and_an_appointment_are_made_on_a_phone(hall: Hall, world: World) -> None:
    first = _today() + timedelta(days=10)
    for number in range(100):
        await world.staff(first_name=f"Many {number}", last_name="Able")
    zoe = await world.staff(first_name="Zoë", last_name="Zander")
    desk = await hall.signed_in(world, await world.staff(*MANAGES), PHONE, service_workers="block")
    page = desk.page
    effects = page.get_by_label("What will happen")
    await desk.open("/classes/new")
    await page.get_by_label("Kind").select_option("CAMP")
    # Managing the catalogue is enough for choosing who teaches, also among more people than are shown at first.
    teachers = page.get_by_role("group", name="Taught by")
    await expect(teachers.get_by_role("checkbox")).to_have_count(100)
    await page.get_by_label("Find somebody who teaches").fill("zoe")
    await teachers.get_by_role("checkbox", name="Zoë Zander").check()
    await page.get_by_label("Find somebody who teaches").fill("many 7 able")
    await expect(teachers.get_by_role("checkbox")).to_have_count(2)
    await expect(teachers.get_by_role("checkbox", name="Zoë Zander")).to_be_checked()
    await page.get_by_label("Name").fill("Ice camp")
    await page.get_by_label("First day").fill(first.isoformat())
    await page.get_by_label("Last day").fill((first + timedelta(days=4)).isoformat())
    await page.get_by_label("Begins at").fill("09:00")
    await page.get_by_label("Minutes").fill("240")
    await expect(effects).to_contain_text("5 dates are added.")
    await desk.without_barriers()
    await page.get_by_label("Kind").select_option("APPOINTMENT")
    await page.get_by_label("Date", exact=True).fill(first.isoformat())
    await expect(effects).to_contain_text("1 date is added.")
    await page.get_by_label("Kind").select_option("CAMP")
    await desk.tap("Add", page.locator("form"))
    await expect(page.get_by_role("heading", name="Ice camp")).to_be_visible()
    (camp,) = await world.rows(models.Offering)
    assert camp.kind == OfferingKind.CAMP
    assert [row.person_id for row in await world.rows(models.OfferingInstructor)] == [zoe]
    # Somebody who teaches and has left does not stand in the way of another change.
    await world.change(models.Person, zoe, ended_at=datetime.now(UTC))
    await page.get_by_role("button", name="Change", exact=True).click()
    await page.get_by_label("Places").fill("12")
    await expect(effects).to_contain_text("change their places")
    await page.keyboard.press("Escape")
    await desk.without_barriers()


@pytest.mark.emptied_database
async def test_R13_2_classes_of_one_name_are_told_apart_wherever_one_is_chosen(hall: Hall, world: World) -> None:
    monday = await world.weekly_class(weekday=1, start_time=time(17), name="Swim 1")
    await world.timeslot(monday.offering_id, weekday=4, start_time=time(9))
    await world.weekly_class(weekday=1, start_time=time(17), name="Swim 1", location_id=await world.location())
    desk = await hall.signed_in(world, await world.staff(Permission.OWNER), service_workers="block")
    page = desk.page
    await desk.open("/classes")
    rows = page.get_by_role("list", name="Classes").get_by_role("listitem")
    await expect(rows.filter(has_text="Mondays at 5:00 PM, Thursdays at 9:00 AM")).to_have_count(1)
    await expect(rows.filter(has_text="Second Street")).to_have_count(1)
    await desk.open("/families/new")
    chosen = page.get_by_label("Class", exact=True)
    await expect(chosen.get_by_role("option")).to_have_count(3)
    options = [await each.inner_text() for each in await chosen.get_by_role("option").all()]
    assert len(set(options)) == 3
    assert any("Mondays at 5:00 PM, Thursdays at 9:00 AM" in each for each in options)
