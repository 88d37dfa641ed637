"""Takes a picture of each browser page, for desktops and phones, light and dark, from a running `make up`.

    .venv/bin/python -m tests.support.pictures http://127.0.0.1:8000 FOLDER

People look at the pictures before a page is called done.
"""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Browser, Page, async_playwright

from tests.support.browser_pages import PHONE, chromium

DESKTOP = {"width": 1200, "height": 800}
SIGN_IN = """mutation($input: SignInInput!) { signIn(input: $input) { ... on SignInSuccess {
  accessToken expiresAt refreshToken refreshExpiresAt } } }"""
# A link that leads to a page of each kind, by the page on which it is found.
FOUND = {
    "sheet": ("/", "a.occurrence, .occurrence a"),
    "family": ("/families", ".familyLines a"),
    "class": ("/classes", ".lines a"),
    "carry-over": ("/sessions", 'a[href$="/carry-over"]'),
    "staff-member": ("/staff", '.lines a[href^="/staff/"]'),
}
STAFF = (
    *("/", "/dashboard", "/families", "/families/new", "/classes", "/tasks", "/reports", "/account", "/nothing"),
    *("/staff", "/staff/groups", "/settings", "/classes/new", "/sessions", "/closures", "/programs", "/locations"),
)
ANYBODY = {
    "sign-in": "/",
    "forgot-password": "/forgot-password",
    "link-over": "/reset-password#unknown",
    "family-sign-in": "/family",
    "kiosk-launch": "/kiosk",
}


class Album:
    """The pictures of one run."""

    def __init__(self, browser: Browser, address: str, folder: Path) -> None:
        self.browser, self.address, self.folder = browser, address, folder

    async def take(self, pages: dict[str, str], state: dict[str, Any] | None = None) -> None:
        """pages -- the address of each page, by the name of its picture"""
        for size, viewport in (("desktop", DESKTOP), ("phone", PHONE)):
            async with self._window(viewport, state) as page:
                for name, path in pages.items():
                    await self._go(page, path)
                    for scheme in ("light", "dark"):
                        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                        await page.screenshot(path=self.folder / f"{name}-{size}-{scheme}.png")

    async def find(self, where: str, link: str, state: dict[str, Any]) -> str | None:
        """Return the address to which the first such link on a page leads."""
        async with self._window(DESKTOP, state) as page:
            await self._go(page, where)
            found = page.locator(link).first
            return await found.get_attribute("href") if await found.count() else None

    @asynccontextmanager
    async def _window(self, viewport: dict[str, int], state: dict[str, Any] | None) -> AsyncIterator[Page]:
        context = await self.browser.new_context(viewport=viewport, locale="en-US", storage_state=state)  # type: ignore[arg-type]
        try:
            yield await context.new_page()
        finally:
            await context.close()

    async def _go(self, page: Page, path: str) -> None:
        await page.goto("about:blank")
        await page.goto(f"{self.address}{path}")
        await page.locator("h1").first.wait_for()
        # The page is complete when it has asked for nothing for half a second.
        await page.wait_for_load_state("networkidle")


async def session(address: str, entry: str, account: dict[str, str]) -> dict[str, Any]:
    """What a browser keeps after the account has signed in at the entry."""
    given = {name: account[name] for name in ("email", "password", "portal")}
    async with httpx.AsyncClient(verify=False) as client:
        asked = {"query": SIGN_IN, "variables": {"input": given}}
        tokens = (await client.post(f"{address}/graphql", json=asked)).json()["data"]["signIn"]
    kept = {key: _milliseconds(value) if key.endswith("xpiresAt") else value for key, value in tokens.items()}
    item = {"name": f"rollbook.{entry}", "value": json.dumps(kept)}
    return {"cookies": [], "origins": [{"origin": address, "localStorage": [item]}]}


def _milliseconds(instant: str) -> int:
    return int(datetime.fromisoformat(instant).timestamp() * 1000)


def named(paths: Iterable[str], prefix: str) -> dict[str, str]:
    return {f"{prefix}{re.sub(r'[^a-z]+', '-', path.strip('/')) or 'home'}": path for path in paths}


async def take_all(address: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    async with httpx.AsyncClient(verify=False) as client:
        accounts = (await client.get(f"{address}/client.json")).json()["demoSignIns"]
    by_portal = {account["portal"]: account for account in reversed(accounts)}
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium())
        album = Album(browser, address, folder)
        await album.take(ANYBODY)
        staff = await session(address, "staff", by_portal["OFFICE"])
        pages = named(STAFF, "staff-")
        for name, (where, link) in FOUND.items():
            if found := await album.find(where, link, staff):
                pages[f"staff-one-{name}"] = found
        if student := await album.find(pages.get("staff-one-family", "/families"), 'a[href^="/students/"]', staff):
            pages |= {f"staff-student-{tab}": f"{student}#{tab}" for tab in ("attendance", "enrollments", "tokens")}
        await album.take(pages, staff)
        guardian = await session(address, "family", by_portal["CUSTOMER"])
        pages = {"family-home": "/family", "family-nothing": "/family/nothing"}
        if child := await album.find("/family", 'a[href^="/family/children/"]', guardian):
            pages["family-child"] = child
            if token := await album.find(child, 'a[href^="/family/tokens/"]', guardian):
                pages["family-token"] = token
        await album.take(pages, guardian)
        await browser.close()


if __name__ == "__main__":
    asyncio.run(take_all(sys.argv[1].rstrip("/"), Path(sys.argv[2])))
