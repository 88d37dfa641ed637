"""Building a business in a real browser: locations, programs and sessions."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Page, expect

from attendance.rules.vocabulary import BlackoutScope, Permission
from db import models
from tests.support.browser_pages import PHONE, Desk, Hall
from tests.support.factories import World


def _today() -> date:
    return datetime.now(ZoneInfo("America/Chicago")).date()


async def _through_classes(desk: Desk, part: str) -> None:
    catalogue = desk.page.get_by_role("navigation", name="Catalogue")
    await catalogue.get_by_role("link", name=part).click()
    await expect(desk.page.get_by_role("heading", name=part)).to_be_visible()


async def _said(page: Page, text: str) -> None:
    await expect(page.locator(".said")).to_have_text(text)
    await expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.emptied_database
async def test_R13_1_an_owner_makes_changes_and_ends_locations_programs_and_sessions(hall: Hall, world: World) -> None:
    desk = await hall.signed_in(world, await world.staff(Permission.OWNER), service_workers="block")
    page = desk.page
    await desk.open("/classes")
    await _through_classes(desk, "Locations")
    await desk.tap("Add a location")
    await page.get_by_label("Name", exact=True).fill("West Side")
    await page.get_by_label("Time zone").select_option("America/Denver")
    await desk.without_barriers()
    await desk.tap("Add", page.get_by_role("dialog"))
    await _said(page, "West Side was added.")
    await expect(page.get_by_role("button", name="Add a location")).to_be_focused()
    await desk.tap("Change West Side")
    await page.get_by_label("Time zone").select_option("America/Boise")
    await expect(page.get_by_label("What will happen")).to_have_text("No date of a class changes.")
    await desk.tap("Change", page.get_by_role("dialog"))
    await _said(page, "West Side was changed.")
    await expect(page.get_by_role("list", name="Locations")).to_contain_text("America/Boise")
    # Other pages have it without being loaded anew.
    await page.get_by_role("link", name="Rollbook").click()
    await expect(page.get_by_label("Location")).to_contain_text("West Side")
    await page.go_back()
    await desk.tap("End West Side")
    await desk.tap("End the location", page.get_by_role("dialog"))
    await _said(page, "West Side was ended.")
    await expect(page.get_by_role("heading", name="Locations")).to_be_focused()
    await expect(page.get_by_role("list", name="Locations")).not_to_contain_text("West Side")
    await desk.without_barriers()

    await _through_classes(desk, "Programs")
    await desk.tap("Add a program")
    await page.get_by_label("Name", exact=True).fill("Swim")
    await desk.tap("Add", page.get_by_role("dialog"))
    await _said(page, "Swim was added.")
    (program,) = await world.rows(models.Program)
    await world.weekly_class(program_id=program.id)
    await desk.tap("End Swim")
    await desk.tap("End the program", page.get_by_role("dialog"))
    await expect(page.get_by_role("alert")).to_be_visible()
    await desk.without_barriers()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="End Swim")).to_be_focused()


@pytest.mark.emptied_database
async def test_R13_3_the_dates_of_a_session_change_after_its_effect_was_shown(hall: Hall, world: World) -> None:
    today = _today()
    desk = await hall.signed_in(world, await world.staff(Permission.OWNER), PHONE, service_workers="block")
    page = desk.page
    await desk.open("/sessions")
    await desk.tap("Add a session")
    await page.get_by_label("Name", exact=True).fill("Autumn")
    await page.get_by_label("First day").fill(today.isoformat())
    await page.get_by_label("Last day").fill((today - timedelta(days=1)).isoformat())
    await expect(page.get_by_role("dialog")).to_contain_text("The last day is before the first one.")
    await page.get_by_label("Last day").fill((today + timedelta(days=69)).isoformat())
    await desk.tap("Add", page.get_by_role("dialog"))
    await _said(page, "Autumn was added.")
    (session,) = await world.rows(models.Session)
    lesson = await world.weekly_class(weekday=today.isoweekday() % 7 + 1, name="Diving")
    await world.add(models.OfferingSession, offering_id=lesson.offering_id, session_id=session.id)
    await desk.without_barriers()
    await desk.tap("Change Autumn")
    effects = page.get_by_label("What will happen")
    await page.get_by_label("Last day").fill((today + timedelta(days=62)).isoformat())
    await expect(effects).to_contain_text("1 date is not held any more.")
    await effects.get_by_text("Show the dates").click()
    await expect(effects).to_contain_text("Diving is not held")
    await page.get_by_label("First day").fill("")
    await expect(effects).to_have_text("Choose the first day.")
    await expect(page.get_by_role("dialog").get_by_role("button", name="Change")).to_be_disabled()
    await page.get_by_label("First day").fill(today.isoformat())
    await desk.without_barriers()
    await desk.tap("Change", page.get_by_role("dialog"))
    await _said(page, "Autumn was changed.")
    await desk.tap("End Autumn")
    await page.get_by_label("From", exact=True).fill((today + timedelta(days=8)).isoformat())
    await expect(effects).to_contain_text("8 dates are not held any more.")
    await desk.tap("End the session", page.get_by_role("dialog"))
    await _said(page, "Autumn was ended.")
    (ended,) = await world.rows(models.Session)
    assert ended.ends_on == today + timedelta(days=7)


@pytest.mark.emptied_database
async def test_R2_5_closed_days_are_added_and_opened_after_their_effect_was_shown(hall: Hall, world: World) -> None:
    holiday = _today() + timedelta(days=21)
    program_id = await world.program(name="Swim")
    lesson = await world.weekly_class(weekday=holiday.isoweekday(), name="Diving", program_id=program_id)
    await world.enroll(await world.student(), lesson.offering_id)
    desk = await hall.signed_in(world, await world.staff(Permission.OWNER), service_workers="block")
    page = desk.page
    await desk.open("/closures")
    await expect(page.get_by_text("so no day is closed")).to_be_visible()
    await desk.tap("Add a calendar")
    await page.get_by_label("Name", exact=True).fill("Holidays")
    await desk.tap("Add", page.get_by_role("dialog"))
    await _said(page, "Holidays was added. Give it to a program.")
    await _through_classes(desk, "Programs")
    await desk.tap("Change Swim")
    await page.get_by_label("Closures").select_option("Holidays")
    await expect(page.get_by_label("What will happen")).to_have_text("No date of a class changes.")
    await desk.tap("Change", page.get_by_role("dialog"))
    await _said(page, "Swim was changed.")
    await _through_classes(desk, "Closures")
    await expect(page.get_by_text("Followed by Swim.")).to_be_visible()
    await desk.without_barriers()
    await desk.tap("Close days: Holidays")
    effects = page.get_by_label("What will happen")
    await expect(effects).to_have_text("Choose the first closed day.")
    await page.get_by_label("First closed day").fill(holiday.isoformat())
    await expect(effects).to_contain_text("1 date is not held any more.")
    await expect(effects).to_contain_text("1 student of 1 family will notice it.")
    await page.get_by_label("What is closed").select_option("Nothing is closed; for billing only")
    await expect(effects).to_have_text("No date of a class changes.")
    await page.get_by_label("What is closed").select_option("Classes and appointments")
    await expect(effects).to_contain_text("1 date is not held any more.")
    assert await world.count(models.BlackoutDate) == 0
    await page.get_by_label("Name", exact=True).fill("Founders' Day")
    await desk.without_barriers()
    await desk.tap("Close these days", page.get_by_role("dialog"))
    closed = page.get_by_role("list", name="Closed days of Holidays")
    await expect(closed).to_contain_text("Founders' Day")
    await desk.without_barriers()
    await closed.get_by_role("button", name="Open again").click()
    await expect(effects).to_contain_text("1 date is added.")
    await desk.tap("Open again", page.get_by_role("dialog"))
    await expect(closed).to_have_count(0)
    assert await world.count(models.BlackoutDate) == 0
    await desk.tap("End: Holidays")
    await desk.tap("End the calendar", page.get_by_role("dialog"))
    await expect(page.get_by_role("alert")).to_be_visible()


@pytest.mark.emptied_database
async def test_R13_2_closures_and_zones_change_from_a_chosen_day(hall: Hall, world: World) -> None:
    today = _today()
    tomorrow, yesterday = today + timedelta(days=1), today - timedelta(days=1)
    holidays = await world.add(models.BlackoutSchedule, name="Holidays")
    closed = {"starts_on": tomorrow, "ends_on": tomorrow + timedelta(days=7), "scope": BlackoutScope.BOTH}
    await world.add(models.BlackoutDate, blackout_schedule_id=holidays, **closed)
    program_id = await world.program(name="Swim")
    lesson = await world.weekly_class(weekday=tomorrow.isoweekday(), name="Diving", program_id=program_id)
    held_on = tomorrow - timedelta(days=7)
    student_id = await world.student()
    await world.enroll(student_id, lesson.offering_id)
    await world.mark(student_id, lesson.timeslot_id, held_on=held_on)
    desk = await hall.signed_in(world, await world.staff(Permission.OWNER), PHONE, service_workers="block")
    page, since = desk.page, desk.page.get_by_label("From", exact=True)
    effects = page.get_by_label("What will happen")
    await desk.open("/programs")
    await desk.tap("Change Swim")
    await expect(since).to_have_count(0)
    await page.get_by_label("Closures").select_option("Holidays")
    await expect(since).to_have_value(today.isoformat())
    await expect(effects).to_contain_text("2 dates are not held any more.")
    await since.fill("")
    await expect(effects).to_have_text("Choose the first day with the other closures.")
    later = tomorrow + timedelta(days=1)
    await since.fill(later.isoformat())
    await expect(effects).to_contain_text("1 date is not held any more.")
    await desk.without_barriers()
    await desk.tap("Change", page.get_by_role("dialog"))
    await _said(page, f"Swim was changed, from {later:%a, %b} {later.day}, {later.year} on.")
    assert (await world.rows(models.Program))[0].blackout_schedule_id == holidays
    # The plan is shown, is what the dialog begins with, and is taken back by the closures of today.
    closures = f"Never closed, from {later:%b} {later.day}, {later.year} Holidays"
    await expect(page.get_by_role("list", name="Programs")).to_contain_text(closures)
    await desk.tap("Change Swim")
    await expect(since).to_have_value(later.isoformat())
    await page.get_by_label("Closures").select_option("None: never closed")
    await expect(page.get_by_role("dialog")).to_contain_text("The change that was planned is taken back.")
    await expect(effects).to_contain_text("1 date")
    await desk.tap("Change", page.get_by_role("dialog"))
    await _said(page, "Swim was changed.")
    await expect(page.get_by_role("list", name="Programs")).not_to_contain_text("Holidays")

    await _through_classes(desk, "Locations")
    await desk.tap("Change Main Street")
    await page.get_by_label("Time zone").select_option("America/Denver")
    await since.fill(yesterday.isoformat())
    await expect(effects).to_have_text("Days that have passed stay as they were. Choose a later date.")
    await expect(page.get_by_role("dialog").get_by_role("button", name="Change")).to_be_disabled()
    await page.get_by_label("Correct days that have passed").check()
    await since.fill(held_on.isoformat())
    await expect(effects).to_contain_text("1 roll sheet with attendance moves and keeps its marks.")
    await page.get_by_label("Correct days that have passed").uncheck()
    await expect(since).to_have_value(today.isoformat())
    await since.fill((today + timedelta(days=300)).isoformat())
    await expect(effects).to_contain_text("dates move.")
    await expect(effects).not_to_contain_text("roll sheet")
    await desk.without_barriers()
    await desk.tap("Change", page.get_by_role("dialog"))
    await expect(page.locator(".said")).to_contain_text("Main Street was changed, from")
    planned = today + timedelta(days=300)
    await expect(page.get_by_label("Locations", exact=True)).to_contain_text(
        f"America/Chicago, from {planned:%b} {planned.day}, {planned.year} America/Denver"
    )
    # Only an owner is offered a correction of the past.
    held = (Permission.MANAGE_CATALOGUE, Permission.OFFICE_ATTENDANCE_VIEW)
    desk = await hall.signed_in(world, await world.staff(*held), service_workers="block")
    await desk.open("/locations")
    await desk.tap("Change Main Street")
    await expect(desk.page.get_by_label("Time zone")).to_have_value("America/Denver")
    await expect(desk.page.get_by_label("From", exact=True)).to_have_value(planned.isoformat())
    await expect(desk.page.get_by_label("Correct days that have passed")).to_have_count(0)
    await desk.page.get_by_label("Time zone").select_option("America/Chicago")
    await expect(desk.page.get_by_role("dialog")).to_contain_text("The change that was planned is taken back.")
    await desk.tap("Change", desk.page.get_by_role("dialog"))
    await expect(desk.page.get_by_role("dialog")).to_have_count(0)
    assert (await world.rows(models.Location))[0].next_zone is None
