"""All settings of the business in a real browser."""

from playwright.async_api import expect

from attendance.rules.vocabulary import Permission
from db import models
from tests.support.browser_pages import PHONE, Hall
from tests.support.factories import World


async def test_R1_2_settings_are_changed_with_what_changes_before_it_is_saved(hall: Hall, world: World) -> None:
    desk = await hall.signed_in(
        world, await world.staff(Permission.OWNER, first_name="Olga"), PHONE, service_workers="block"
    )
    page = desk.page
    await desk.open("/")
    await page.locator(".menu summary").click()
    await page.get_by_role("link", name="Settings").click()
    classes = page.get_by_role("region", name="Classes and the office")
    await expect(classes.get_by_role("button", name="Save")).to_be_disabled()
    await desk.without_barriers()
    await classes.get_by_label("Check-in mode in the Office Portal").check()
    await classes.get_by_label("Write to the family after").fill("3")
    await expect(classes.get_by_label("What changes").get_by_role("listitem")).to_have_text(
        ["Check-in mode in the Office Portal: off on", "Write to the family after: no e-mail 3"]
    )
    await desk.without_barriers()
    # Somebody else changes another setting meanwhile, which is not overwritten.
    await world.change_settings(birthday_window_days=7)
    await classes.get_by_role("button", name="Save 2 changes").click()
    await expect(classes.get_by_role("status")).to_have_text("Saved. It counts from now on.")
    changes = page.get_by_role("region", name="Who has changed what").get_by_role("listitem")
    await expect(changes.first).to_contain_text("Check-in mode in the Office Portal: off → on")
    await expect(changes.first).to_contain_text("Olga Staff")
    absences = page.get_by_role("region", name="Absences that families report")
    # A span of time is typed in its unit, and what has no effect is not shown.
    notice = absences.get_by_label("A report is on time before the start by", exact=True)
    await absences.get_by_label("unit").select_option("days")
    await notice.fill("2")
    await expect(absences.get_by_label("Absences that are approved at once are excused")).to_have_count(0)
    await absences.get_by_label("Reported absences are approved at once").check()
    await absences.get_by_label("Absences that are approved at once are excused").check()
    await absences.get_by_role("button", name="Save 3 changes").click()
    await expect(changes.first).to_contain_text("A report is on time before the start by: 0 minutes → 2 days")
    tokens = page.get_by_role("region", name="Makeup tokens")
    await tokens.get_by_label("New tokens can be used").select_option("For some weeks")
    await tokens.get_by_label("For how many", exact=True).fill("600")
    await tokens.get_by_role("button", name="Save 2 changes").click()
    await expect(tokens.get_by_label("For how many", exact=True)).to_be_focused()
    await tokens.get_by_label("For how many", exact=True).fill("8")
    await tokens.get_by_label("Trial").check()
    await tokens.get_by_role("button", name="Save 3 changes").click()
    await expect(changes.first).to_contain_text("Active → Active, Trial")
    [saved] = await world.rows(models.Settings)
    assert (saved.office_check_in_mode, saved.consecutive_absences_notice, saved.birthday_window_days) == (True, 3, 7)
    assert (saved.absence_notice_minutes, saved.auto_approve_absences, saved.auto_excuse_absences) == (2880, True, True)
    assert (saved.expiry_unit, saved.expiry_count, sorted(saved.earning_types)) == ("WEEKS", 8, ["ACTIVE", "TRIAL"])


async def test_R12_4_only_an_owner_is_offered_the_setting_about_the_second_step(hall: Hall, world: World) -> None:
    held = (Permission.MANAGE_SETTINGS, Permission.OFFICE_ATTENDANCE_VIEW)
    desk = await hall.signed_in(world, await world.staff(*held), service_workers="block")
    await desk.open("/settings#security")
    safety = desk.page.get_by_role("region", name="Safety of accounts")
    await expect(safety).to_contain_text("Only an owner can change this.")
    await expect(safety.get_by_role("checkbox")).to_have_count(0)
    await desk.without_barriers()
    # The address leads to the section, also before the settings were read.
    await expect(desk.page.get_by_role("heading", name="Safety of accounts")).to_be_in_viewport()
