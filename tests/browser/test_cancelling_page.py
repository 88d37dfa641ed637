"""Cancelling a class for a day on its roll sheet, and restoring it, in a real browser."""

import pytest
from playwright.async_api import expect

from attendance.rules.vocabulary import Permission
from attendance.tasks.kinds import KINDS
from clock import wall_clock
from tests.support.browser_pages import Desk, Hall
from tests.support.factories import World
from tests.support.live_sheet import LiveSheet
from workers.context import WorkerContext
from workers.jobs.work_on_tasks import work_off


async def work(sheet: LiveSheet) -> None:
    await work_off(WorkerContext(sheet.database, sheet.announcer, wall_clock, kinds=KINDS))


@pytest.mark.emptied_database
async def test_R9_1_a_class_is_cancelled_with_a_preview_and_progress_and_restored(
    office: Desk, phone: Desk, sheet: LiveSheet
) -> None:
    page = office.page
    await office.tap("Cancel for this day")
    effects = page.get_by_label("What will happen")
    await expect(effects).to_contain_text("3 students on the roll sheet.")
    await page.get_by_label("Reason (optional)").fill("The pool is cold.")
    await page.get_by_label("Create makeup tokens").check()
    await expect(effects).to_contain_text("3 makeup tokens will be created.")
    # What other wishes would do is not taken for what these do.
    await office.context.set_offline(True)
    await page.get_by_label("Create makeup tokens").uncheck()
    await expect(page.get_by_role("dialog").get_by_role("alert")).to_be_visible()
    await expect(page.get_by_role("dialog").get_by_role("button", name="Cancel the class")).to_be_disabled()
    await office.context.set_offline(False)
    await page.get_by_label("Create makeup tokens").check()
    await expect(effects).to_contain_text("3 makeup tokens will be created.")
    await page.get_by_label("Tell the families by e-mail").first.check()
    await expect(effects).to_contain_text("3 students cannot be told")
    await page.get_by_label("The tokens expire").select_option(label="Never")
    await office.without_barriers()
    # The keyboard reaches and works everything.
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page.get_by_role("button", name="Cancel for this day")).to_be_focused()
    await page.keyboard.press("Enter")
    await page.get_by_label("Reason (optional)").fill("The pool is cold.")
    await page.get_by_label("Create makeup tokens").check()
    await office.tap("Cancel the class & create 3 tokens")
    progress = page.get_by_label("Progress", exact=True)
    await expect(progress).to_contain_text("Waiting to begin")
    await office.without_barriers()
    await work(sheet)
    await expect(progress).to_contain_text("Done · 1 of 1")
    for desk in (office, phone):
        await expect(desk.page.get_by_text("The pool is cold.")).to_be_visible()
        await expect(desk.page.get_by_role("button", name="Present", exact=True)).to_have_count(0)
    await office.tap("Close", progress)
    await office.tap("Restore this class")
    await office.without_barriers()
    await office.tap("Restore the class")
    await expect(page.get_by_role("dialog")).to_contain_text("3 unused tokens of the cancellation were revoked.")
    await office.without_barriers()
    await office.tap("Back to the roll sheet")
    await phone.mark("Ann", "Present")
    await phone.sees("Ann", "Present · not submitted yet")


async def test_who_may_not_cancel_is_offered_nothing(hall: Hall, world: World, sheet: LiveSheet) -> None:
    tom = await world.staff(Permission.OFFICE_ATTENDANCE_FULL, Permission.OFFICE_SEE_ALL, first_name="Tom")
    desk = await hall.signed_in(world, tom)
    await desk.open_sheet(sheet.id)
    await expect(desk.page.get_by_role("button", name="Cancel for this day")).to_have_count(0)


async def test_no_button_of_a_row_moves_when_a_status_is_chosen(office: Desk) -> None:
    button = office.row("Ann").get_by_role("button", name="Present", exact=True)
    for width in (1200, 390):
        await office.page.set_viewport_size({"width": width, "height": 844})
        before = await button.bounding_box()
        await office.mark("Ann", "Tardy, left early")
        await office.sees("Ann", "Tardy, left early")
        assert await button.bounding_box() == before
        await office.tap("Discard")
