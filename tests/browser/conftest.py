"""The servers, the browser and the people of the browser tests."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser

from attendance.rules.vocabulary import Permission
from commands.servers.start import Servers
from db.engine import Database
from tests.support.api_process import ApiProcess, api_process
from tests.support.browser_pages import MANIFEST, PHONE, Desk, Hall, browser_program, build_pages, chromium
from tests.support.databases import ProcessDatabase
from tests.support.factories import World
from tests.support.live_sheet import LiveSheet, live_sheet

# The API executes nothing but the operations that the build has listed.
SETTINGS: dict[str, Any] = {"live_compare_seconds": 0.5, "trusted_documents": MANIFEST, "trusted_documents_only": True}


@pytest.fixture(scope="session")
async def api(servers: Servers, process_database: ProcessDatabase) -> AsyncIterator[ApiProcess]:
    chromium()
    build_pages()
    async with api_process(process_database.url, servers.redis_url, **SETTINGS) as process:
        yield process


@pytest.fixture(scope="session")
async def program() -> AsyncIterator[Browser]:
    """The browser program of this test process."""
    async with browser_program() as browser:
        yield browser


@pytest.fixture(scope="session")
def browser(program: Browser, api: ApiProcess) -> Hall:
    return Hall(program, api)


@pytest.fixture
async def hall(browser: Hall) -> AsyncIterator[Hall]:
    yield browser
    await browser.close_desks()


@pytest.fixture
async def sheet(database: Database, world: World, servers: Servers) -> AsyncIterator[LiveSheet]:
    await world.change_settings(tokens_enabled=False)
    async with live_sheet(database, world, servers.redis_url) as sheet:
        yield sheet


@pytest.fixture
async def office(hall: Hall, world: World, sheet: LiveSheet) -> Desk:
    """Olga, the owner, at a desk."""
    desk = await hall.signed_in(world, sheet.olga)
    await desk.open_sheet(sheet.id)
    return desk


@pytest.fixture
async def phone(hall: Hall, world: World, sheet: LiveSheet) -> Desk:
    """Tom, of the office too, with a phone in the hall."""
    tom = await world.staff(Permission.OWNER, first_name="Tom", last_name="Hall")
    desk = await hall.signed_in(world, tom, PHONE)
    await desk.open_sheet(sheet.id)
    return desk
