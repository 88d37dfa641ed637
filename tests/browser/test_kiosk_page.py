"""The kiosk's page on a tablet, in a real browser, on the real stack."""

import asyncio
import json
import shutil
import subprocess
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from playwright.async_api import Route, expect

from attendance.rules.kiosk.kiosk import FamilyCode
from attendance.rules.vocabulary import Permission
from db import models
from gql.credentials.check_in_codes import CheckInCodes
from tests.api.organization.sign_in_client import PASSWORD, PASSWORD_HASH
from tests.support.browser_pages import Desk, Hall, browser_that_sees
from tests.support.factories import World
from tests.support.processes import SECRET
from web.client.build import HERE as CLIENT
from web.npm import beside_python

TABLET = {"width": 820, "height": 1180}
PHONE_NUMBER = "+15125550142"


async def launched(hall: Hall, world: World) -> Desk:
    """A tablet that staff have made a kiosk of Noon Street, where it is about noon."""
    desk = await hall.desk(TABLET)
    page = desk.page
    await page.clock.install()
    await desk.open("/kiosk")
    await desk.without_barriers()
    await page.get_by_label("E-mail address").fill("olga@gym.example")
    await page.get_by_label("Password").fill(PASSWORD)
    await desk.tap("Sign in")
    await page.get_by_label("Location").select_option(label="Noon Street")
    await desk.without_barriers()
    await desk.tap("Start the kiosk")
    await expect(page.get_by_text("Noon Street")).to_be_visible()
    return desk


async def dial(desk: Desk, number: str) -> None:
    for digit in number:
        await desk.tap(digit)
    await desk.tap("Go on")


async def noon_street(world: World) -> tuple[UUID, UUID, str]:
    """Olga, and the family Secret, whose Ann and Ben have a class about now at Noon Street. Also its roll sheet."""
    olga = await world.staff(Permission.OWNER, first_name="Olga", email="olga@gym.example", password_hash=PASSWORD_HASH)
    ahead = 12 - datetime.now(UTC).hour
    zone = f"Etc/GMT{-ahead:+d}"
    # The dashboard shows the present day of the first location.
    await world.change(models.Location, world.location_id, time_zone=zone)
    street = await world.location(name="Noon Street", time_zone=zone)
    today = datetime.now(ZoneInfo(zone)).date()
    lesson = await world.weekly_class(
        name="Swim 1", location_id=street, weekday=today.isoweekday(), start_time=time(13, 30)
    )
    family = await world.family(name="Secret", phone=PHONE_NUMBER)
    for name in ("Ann", "Ben"):
        student = await world.student(first_name=name, last_name="Secret", family_id=family)
        await world.enroll(student, lesson.offering_id, starts_on=today - timedelta(days=7))
    return olga, family, lesson.sheet_id(today)


@pytest.mark.emptied_database
async def test_R5_a_family_checks_in_at_the_door_and_the_roll_sheet_shows_it(hall: Hall, world: World) -> None:
    olga, family, sheet_id = await noon_street(world)
    office = await hall.signed_in(world, olga)
    await office.open_sheet(sheet_id)
    desk = await launched(hall, world)
    page = desk.page
    await desk.without_barriers()
    await dial(desk, "+15125550199")
    await expect(page.get_by_role("alert")).to_contain_text("has a class here today")
    await dial(desk, PHONE_NUMBER)
    await expect(page.get_by_role("heading", name="Ann")).to_be_visible()
    await expect(page.locator("body")).not_to_contain_text("Secret")
    await desk.without_barriers()

    await page.get_by_role("button", name="Check in Ann").click()
    await office.sees("Ann", "Present · Front door")
    await desk.without_barriers()
    await page.get_by_role("button", name="Undo: Ann").click()
    await office.sees("Ann", "Not marked")
    await page.get_by_role("button", name="Check in Ann").click()
    await office.sees("Ann", "Present · Front door")

    board = await hall.signed_in(world, olga)
    await board.open("/dashboard")
    await expect(board.page.get_by_label("Latest marks").locator("li", has_text="Ann")).to_contain_text("Front door")
    await expect(board.page.locator(".tiles")).to_contain_text("Here1")

    async def lose(route: Route) -> None:
        await route.abort()

    await page.context.route("**/graphql", lose)
    tapped = datetime.now(UTC)
    await page.get_by_role("button", name="Check in Ben").click()
    await expect(page.get_by_text("No network: 1 check-in waits")).to_be_visible()
    await desk.tap("Done")
    await dial(desk, PHONE_NUMBER)
    await expect(page.get_by_role("alert")).to_contain_text("The network is away")
    await office.sees("Ben", "Absent · by default")
    await page.reload()
    await expect(page.get_by_text("No network: 1 check-in waits")).to_be_visible()
    await page.context.unroute("**/graphql")
    await office.sees("Ben", "Present · Front door")
    captured = [change.captured_at for change in await kiosk_changes(world)]
    assert abs(captured[-1] - tapped) < timedelta(seconds=5)

    code = CheckInCodes(SECRET).make(FamilyCode(world.organization_id, family, 1))
    await page.keyboard.type(code)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("✓ Checked in")).to_have_count(2)
    async with asyncio.timeout(15):
        # The page may begin to wait only after the clock was moved.
        while not await page.get_by_role("group", name="Keypad").is_visible():
            await page.clock.fast_forward(21_000)

    # A kiosk that nobody uses finds out that the server has newer pages, and loads them.
    async def newer_page(route: Route) -> None:
        await route.fulfill(body='<script src="/assets/kiosk-2.js"></script>')

    await page.route(f"{desk.address}/kiosk", newer_page, times=1)
    async with page.expect_event("load"):
        await page.clock.fast_forward(600_000)
    await expect(page.get_by_role("group", name="Keypad")).to_be_visible()


@pytest.mark.emptied_database
async def test_R5_1_a_code_is_read_by_the_camera(hall: Hall, world: World, tmp_path: Path) -> None:
    _, family, _ = await noon_street(world)
    film = tmp_path / "film.y4m"
    make_film(film, CheckInCodes(SECRET).make(FamilyCode(world.organization_id, family, 1)))
    async with browser_that_sees(film, beside=hall.browser) as browser:
        seeing = Hall(browser, hall.api)
        desk = await launched(seeing, world)
        page = desk.page
        await page.clock.resume()
        await desk.tap("Scan a code with the camera")
        await expect(page.get_by_role("heading", name="Ann")).to_be_visible()
        await desk.tap("Done")
        # The code is still there, and is not read again at once. The camera stays on.
        await expect(page.get_by_label("What the camera sees")).to_be_visible()
        await desk.without_barriers()
        await desk.tap("Turn the camera off")
        await expect(page.get_by_label("What the camera sees")).to_have_count(0)
        await seeing.close_desks()
    # A tablet whose camera is forbidden to all pages.
    desk = await launched(hall, world)
    await desk.context.grant_permissions([])
    await desk.tap("Scan a code with the camera")
    await expect(desk.page.locator("p.told").first).to_contain_text("Type your telephone number")
    await desk.without_barriers()
    await dial(desk, PHONE_NUMBER)
    await expect(desk.page.get_by_role("heading", name="Ann")).to_be_visible()


def make_film(path: Path, code: str) -> None:
    """Write what a camera sees of a QR code: one frame, which Chromium's fake camera repeats."""
    script = "import encodeQR from 'qr'; console.log(JSON.stringify(encodeQR(process.argv[1], 'raw', { border: 4 })))"
    node = shutil.which("node") or beside_python("node")
    assert node is not None
    done = subprocess.run(
        [node, "--input-type=module", "-e", script, code], cwd=CLIENT, capture_output=True, check=True, text=True
    )
    squares: list[list[bool]] = json.loads(done.stdout)
    width, height = 640, 480
    scale = height // len(squares)
    lines = [bytearray(b"\xeb" * width) for _ in range(height)]
    for y, row in enumerate(squares):
        for x, is_dark in enumerate(row):
            for line in lines[y * scale : (y + 1) * scale] if is_dark else ():
                line[80 + x * scale : 80 + (x + 1) * scale] = b"\x10" * scale
    frame = b"FRAME\n" + b"".join(lines) + b"\x80" * (width * height // 2)
    path.write_bytes(b"YUV4MPEG2 W640 H480 F10:1 Ip A1:1 C420jpeg\n" + frame * 2)


async def kiosk_changes(world: World) -> list[Any]:
    found = [change for change in await world.rows(models.Change) if change.kiosk_id is not None]
    return sorted(found, key=lambda change: change.revision)
