"""The families' pages on a phone, in a real browser, on the real stack."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import expect

from commands.servers.start import Servers
from tests.api.organization.sign_in_client import PASSWORD, PASSWORD_HASH
from tests.support.api_process import ApiProcess, api_process
from tests.support.browser_pages import MANIFEST, PHONE, Hall, browser_hall, build_pages, chromium
from tests.support.databases import ProcessDatabase
from tests.support.factories import World
from tests.support.viewers import DURING_CLASS

# The API executes nothing but the operations that the build has listed.
SETTINGS: dict[str, Any] = {"live_compare_seconds": 0.5, "trusted_documents": MANIFEST, "trusted_documents_only": True}


@pytest.fixture(scope="module")
async def api(servers: Servers, process_database: ProcessDatabase) -> AsyncIterator[ApiProcess]:
    chromium()
    build_pages()
    async with api_process(process_database.url, servers.redis_url, test_clock=DURING_CLASS, **SETTINGS) as process:
        yield process


@pytest.fixture(scope="module")
async def browser(api: ApiProcess) -> AsyncIterator[Hall]:
    async with browser_hall(api) as hall:
        yield hall


@pytest.fixture
async def hall(browser: Hall) -> AsyncIterator[Hall]:
    yield browser
    await browser.close_desks()


@pytest.mark.emptied_database
async def test_a_guardian_signs_in_and_sees_how_today_goes(hall: Hall, world: World) -> None:
    lesson = await world.weekly_class()
    family = await world.family()
    await world.guardian(family, email="gail@home.example", password_hash=PASSWORD_HASH)
    ann = await world.student(family_id=family)
    await world.enroll(ann, lesson.offering_id)
    desk = await hall.desk(PHONE)
    page = desk.page
    await desk.open("/family")
    await page.get_by_label("E-mail address").fill("gail@home.example")
    await page.get_by_label("Password").fill("wrong")
    await desk.tap("Sign in")
    await expect(page.get_by_role("alert")).not_to_be_empty()
    await desk.without_barriers()
    await page.get_by_label("Password").fill(PASSWORD)
    await desk.tap("Sign in")
    card = page.get_by_role("article", name="Ann Baker")
    await expect(card.get_by_label("Today")).to_contain_text("Not marked")
    await expect(card.get_by_label("Next classes")).to_contain_text("Mon, Nov 23")
    await desk.sees_connection("Live")
    await desk.without_barriers()
    await page.get_by_label("Account of").click()
    await desk.tap("Sign out")
    await page.wait_for_url("**/family")
    await expect(page.get_by_label("Password")).to_be_visible()
    assert await page.evaluate("localStorage.length") == 0
