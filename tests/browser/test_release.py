"""A page that stays open while the server gets a new release, in a real browser.

The browser rewrites what it sends, so the server, which executes the documents of its own build alone, answers as a
newer one does. The page that it serves names another script.
"""

from playwright.async_api import Page, Route, expect

from db import models
from tests.support.browser_pages import PHONE, Hall
from tests.support.factories import World
from tests.support.live_sheet import LiveSheet


async def _replace_the_server(page: Page, address: str) -> None:
    async def newer_page(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, body=(await answer.text()).replace("/assets/staff-", "/assets/staff-2"))

    async def older_document(route: Route) -> None:
        await route.continue_(post_data=(route.request.post_data or "").replace("mutation ", "mutation  "))

    await page.route(f"{address}/", newer_page)
    await page.route("**/graphql", older_document)


async def _put_it_back(page: Page, address: str) -> None:
    await page.unroute("**/graphql")
    await page.unroute(f"{address}/")


async def test_a_page_notices_a_new_release_and_keeps_its_unsent_marks(
    hall: Hall, world: World, sheet: LiveSheet
) -> None:
    await world.change_settings(office_check_in_mode=True)
    # A service worker's own requests cannot be rewritten.
    desk = await hall.signed_in(world, sheet.olga, PHONE, service_workers="block")
    page, updated = desk.page, desk.page.locator(".updated")
    await desk.open_sheet(sheet.id)
    await expect(updated).to_be_hidden()
    await _replace_the_server(page, desk.address)
    await desk.mark("Ann", "Present")
    await expect(updated).to_contain_text("Rollbook was updated.")
    await desk.sees("Ann", "Present · being saved")
    await expect(page.get_by_text("not saved")).to_have_count(0)
    assert await world.count(models.Mark) == 0
    await desk.without_barriers()
    # The other pages are loaded anew, as a whole.
    async with page.expect_event("load"):
        await page.get_by_role("link", name="Rollbook").click()
    await desk.open_sheet(sheet.id)
    await desk.sees("Ann", "Present · being saved")
    await expect(updated).to_be_visible()
    await _put_it_back(page, desk.address)
    await desk.tap("Reload", updated)
    await expect(updated).to_be_hidden()
    await desk.sees("Ann", "Present · Olga Staff")
    # The first check-in marks the others absent.
    assert await world.count(models.Mark) == 3

    # A part of the pages that the server no longer has.
    await _replace_the_server(page, desk.address)
    await page.route("**/assets/Dashboard-*.js", lambda route: route.fulfill(status=404))
    await page.locator(".menu summary").click()
    await page.get_by_role("navigation", name="Pages").get_by_role("link", name="Dashboard").click()
    await expect(page.get_by_role("heading", name="Rollbook was updated")).to_be_visible()
    await desk.without_barriers()
    await page.unroute("**/assets/Dashboard-*.js")
    await _put_it_back(page, desk.address)
    await desk.tap("Reload", page.get_by_role("main"))
    await expect(page.get_by_role("heading", name="Today")).to_be_visible()
