"""A real browser at the pages that a real API process serves: who sits before it, and what is on the screen."""

import asyncio
import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Browser, BrowserContext, BrowserType, Page, async_playwright, expect

from attendance.rules.vocabulary import Portal
from tests.support.api_process import ApiProcess, sign_in
from tests.support.factories import World
from tests.support.memory import has_room
from web.client.build import HERE as CLIENT
from web.npm import beside_python

ROOT = Path(__file__).resolve().parents[2]
AXE = CLIENT / "node_modules" / "axe-core" / "axe.min.js"
MANIFEST = CLIENT / "static" / "trusted-documents.json"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1200, "height": 860}
# A busy machine draws late.
PATIENCE = 15_000
COLOUR_RULES = ["color-contrast", "link-in-text-block"]
"""The rules of axe that are on and have the tag cat.color."""
# The shell is the same browser without windows, and computes a third less.
_PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

_CAMERA = "--use-fake-device-for-media-stream"

# An address of the same origin that shows a text and runs nothing, under the headers of the pages.
_LOBBY = "/worker.js"
# Playwright's clock, which a test may install, stays in a browser context.
_CLEAR = "() => { sessionStorage.clear(); return !('__pwClock' in globalThis); }"

_KEPT_NAMES = """async () => {
  const [{ name }] = await indexedDB.databases();
  const opened = indexedDB.open(name);
  await new Promise(resolve => { opened.onsuccess = resolve; });
  const names = opened.result.transaction("kept").objectStore("kept").getAllKeys();
  await new Promise(resolve => { names.onsuccess = resolve; });
  opened.result.close();
  return names.result;
}"""


def chromium() -> str:
    """The path of the machine's Chromium. Skips the test where there is none."""
    found = os.environ.get("ROLLBOOK_CHROMIUM") or next(filter(None, map(shutil.which, _PROGRAMS)), None)
    if found is None:
        pytest.skip("There is no Chromium. On Debian or Ubuntu: apt-get install chromium-headless-shell")
    return found


def build_pages() -> None:
    """Build the pages and install axe, unless both are there. Skips the test where there is no npm."""
    if shutil.which("npm") is None and beside_python("npm") is None:
        pytest.skip("There is no npm, which builds the pages. `make client` installs it.")
    with (CLIENT / "package.json").open() as lock:
        # Another test process may be building.
        fcntl.flock(lock, fcntl.LOCK_EX)
        for choice in ("--only-install", "--if-changed"):
            subprocess.run([sys.executable, "-m", "web.client.build", choice], cwd=ROOT, check=True)


@cache
def _axe() -> str:
    return AXE.read_text()


@dataclass
class Desk:
    """One person before a browser window.

    faults -- what the page has written to its console
    choices -- what its browser context was made with
    """

    page: Page
    address: str
    faults: list[str] = field(default_factory=list)
    choices: dict[str, Any] = field(default_factory=dict)
    may_be_used_again: bool = False

    @property
    def context(self) -> BrowserContext:
        """The browser of this person. Whoever asks for it may change it, so nobody gets it afterwards."""
        self.may_be_used_again = False
        return self.page.context

    async def clear(self) -> bool:
        """Leave the page and delete all that the browser keeps of it but the files of the HTTP cache.

        Returns False if something is left that cannot be taken back.
        """
        page = self.page
        if not self.may_be_used_again or page.is_closed() or page.context.pages != [page]:
            return False
        await page.unroute_all()
        await page.emulate_media(media="screen", color_scheme="light")
        await self.open(_LOBBY)
        if not await page.evaluate(_CLEAR):
            return False
        session = await page.context.new_cdp_session(page)
        await session.send("Storage.clearDataForOrigin", {"origin": self.address, "storageTypes": "all"})
        await session.detach()
        return True

    async def open(self, path: str) -> None:
        await self.page.goto(f"{self.address}{path}")

    async def open_sheet(self, sheet_id: str) -> None:
        await self.open(f"/sheets/{sheet_id}")
        await expect(self.row("Ann")).to_be_visible()
        await self.sees_connection("Live")

    def row(self, first_name: str) -> Any:
        return self.page.locator(".row").filter(has_text=f"{first_name} ")

    async def tap(self, name: str, within: Any = None) -> None:
        await (within or self.page).get_by_role("button", name=name, exact=True).click()

    async def press(self, name: str, within: Any = None) -> None:
        """As `tap`, with the keyboard alone."""
        await (within or self.page).get_by_role("button", name=name, exact=True).press("Enter")

    async def mark(self, first_name: str, status: str) -> None:
        """Two taps at most: the row's own button, or the three dots and one of the six."""
        row = self.row(first_name)
        if status not in ("Present", "Absent"):
            await row.get_by_role("button", name="More about").click()
        await row.get_by_role("button", name=status, exact=True).first.click()

    async def sees(self, first_name: str, caption: str) -> None:
        await expect(self.row(first_name).locator(".how")).to_contain_text(caption)

    async def sees_connection(self, text: str) -> None:
        await expect(self.page.locator(".connection")).to_have_text(text)

    async def keeps(self, name: str) -> bool:
        """Whether this device keeps something under the name for work without network."""
        return name in await self.page.evaluate(_KEPT_NAMES)

    async def without_barriers(self) -> None:
        """axe finds nothing on the screen as it is now, in light and in dark colours.

        In dark colours it looks at colours alone: nothing else differs (test_dark_is_a_matter_of_colours_alone).
        """
        if not await self.page.evaluate("'axe' in window"):
            await self.page.evaluate(_axe())
        for scheme, chosen in (("light", {}), ("dark", {"runOnly": {"type": "rule", "values": COLOUR_RULES}})):
            await self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            # No rule that is on reads style sheets, which axe would fetch.
            options = {"resultTypes": ["violations"], "preload": {"assets": ["media"]}, **chosen}
            found = await self.page.evaluate("options => axe.run(options)", options)
            told = [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found["violations"]]
            assert told == [], f"{scheme}: {told}"
        await self.page.emulate_media(color_scheme="light")


@dataclass
class Hall:
    """A browser program, and the API whose pages it shows.

    A new browser context takes the browser three processes, so a desk that is as it was at first is used again.
    """

    browser: Browser
    api: ApiProcess
    desks: list[Desk] = field(default_factory=list)
    cleared: list[Desk] = field(default_factory=list)

    @property
    def address(self) -> str:
        return self.api.http.removesuffix("/graphql")

    async def desk(self, viewport: dict[str, int] = DESKTOP, **choices: Any) -> Desk:
        """A browser of its own, with nothing stored.

        choices -- what Playwright's new_context takes. With service_workers="block", the browser does not keep the
            pages for a loss of network, which takes it as long as to load them.
        """
        desk = next((desk for desk in reversed(self.cleared) if desk.choices == choices), None)
        if desk is not None:
            self.cleared.remove(desk)
            await desk.page.set_viewport_size(viewport)  # type: ignore[arg-type]
            self.desks.append(desk)
            return desk
        context = await self.browser.new_context(
            viewport=viewport,  # type: ignore[arg-type]
            locale="en-US",
            # What moves is drawn 60 times a second.
            reduced_motion="reduce",
            **choices,
        )
        context.set_default_timeout(PATIENCE)
        desk = await self.tab(context)
        desk.choices, desk.may_be_used_again = choices, True
        return desk

    async def tab(self, context: BrowserContext) -> Desk:
        page = await context.new_page()
        desk = Desk(page, self.address)
        page.on("pageerror", lambda fault: desk.faults.append(str(fault)))
        page.on("console", lambda told: desk.faults.append(told.text) if "Content Security" in told.text else None)
        self.desks.append(desk)
        return desk

    async def signed_in(
        self,
        world: World,
        person_id: UUID,
        viewport: dict[str, int] = DESKTOP,
        portal: Portal = Portal.OFFICE,
        **choices: Any,
    ) -> Desk:
        """A browser in which the person is signed in for an hour, at the entry of the portal."""
        entry = "family" if portal is Portal.CUSTOMER else "staff"
        token = await sign_in(world, person_id, portal)
        ends = int((datetime.now(UTC) + timedelta(hours=1)).timestamp() * 1000)
        session = {"accessToken": token, "expiresAt": ends, "refreshToken": "none", "refreshExpiresAt": ends}
        desk = await self.desk(viewport, **choices)
        if desk.page.url != f"{self.address}{_LOBBY}":
            await desk.open(_LOBBY)
        kept = [f"rollbook.{entry}", json.dumps(session)]
        await desk.page.evaluate("([name, value]) => localStorage.setItem(name, value)", kept)
        return desk

    async def close_desks(self) -> None:
        """Close all windows. None of them may have met a fault of its own."""
        faults = [fault for desk in self.desks for fault in desk.faults]
        for desk in self.desks:
            if not faults and await desk.clear():
                self.cleared.append(desk)
            else:
                await desk.page.context.close()
        self.desks.clear()
        assert not faults, "The pages met these faults:\n" + "\n".join(faults)


@asynccontextmanager
async def browser_program() -> AsyncIterator[Browser]:
    """A browser with a camera, which no page may use unless a person or a browser context permits it."""
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright, _launched(playwright.chromium, _CAMERA) as browser:
        yield browser


@asynccontextmanager
async def browser_that_sees(film: Path, beside: Browser) -> AsyncIterator[Browser]:
    """A second browser, which lets each page use its camera. The camera sees the film."""
    # Without windows there is nobody to permit it, whatever the browser context says.
    choices = (_CAMERA, "--use-fake-ui-for-media-stream", f"--use-file-for-fake-video-capture={film}")
    async with _launched(beside.browser_type, *choices) as browser:
        yield browser


@asynccontextmanager
async def _launched(kind: BrowserType, *choices: str) -> AsyncIterator[Browser]:
    # A process of its own that draws costs a fifteenth of all that the browser computes.
    browser = await kind.launch(
        executable_path=chromium(),
        args=["--in-process-gpu", *choices],
        # With this default of Playwright, what the browser's processes share would be in files on the disk.
        ignore_default_args=["--disable-dev-shm-usage"] if has_room() else None,
    )
    try:
        yield browser
    finally:
        # A browser that does not answer is ended with Playwright's process, which is next.
        with suppress(TimeoutError):
            async with asyncio.timeout(10):
                await browser.close()
