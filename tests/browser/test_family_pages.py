"""The families' pages on a phone, in a real browser, on the real stack."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import time
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import Browser, expect

from attendance.rules.organization.settings import OrganizationSettings
from attendance.rules.vocabulary import AttendanceStatus, EnrollmentType, Portal
from commands.servers.start import Servers
from db.engine import Database
from tests.api.organization.sign_in_client import PASSWORD, PASSWORD_HASH
from tests.support.api_process import ApiProcess, api_process
from tests.support.browser_pages import MANIFEST, PHONE, Desk, Hall, build_pages, chromium
from tests.support.databases import ProcessDatabase
from tests.support.factories import World
from tests.support.live_sheet import LiveSheet, live_sheet
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
def browser(program: Browser, api: ApiProcess) -> Hall:
    return Hall(program, api)


@dataclass
class Home:
    """Gail at her phone, whose Ann is in the class of the roll sheet. Another class meets on Wednesdays."""

    desk: Desk
    sheet: LiveSheet
    ann: UUID

    async def chooses(self, name: str, confirmed_by: str) -> None:
        """Taps a button, reads the window that opens, without barriers, and confirms it."""
        await self.desk.page.get_by_role("button", name=name).first.click()
        dialog = self.desk.page.get_by_role("dialog")
        await expect(dialog).to_be_visible()
        await self.desk.without_barriers()
        await self.desk.tap(confirmed_by, dialog)
        await expect(dialog).to_have_count(0)


@pytest.fixture
async def home(hall: Hall, database: Database, world: World, servers: Servers) -> AsyncIterator[Home]:
    async with live_sheet(database, world, servers.redis_url) as sheet:
        sheet.settings = OrganizationSettings()
        await world.weekly_class(name="Tumbling", weekday=3, start_time=time(17, 30), capacity=3)
        family = await world.family()
        gail = await world.guardian(family)
        ann = await world.student(first_name="Nia", family_id=family)
        await world.enroll(ann, sheet.lesson.offering_id)
        sheet.students["Nia"] = ann
        desk = await hall.signed_in(world, gail, PHONE, Portal.CUSTOMER)
        # The phone's clock agrees with that of the API.
        await desk.page.clock.set_fixed_time(DURING_CLASS)
        await desk.open("/family")
        yield Home(desk, sheet, ann)


@pytest.mark.emptied_database
async def test_a_guardian_signs_in_and_sees_how_today_goes(hall: Hall, world: World) -> None:
    lesson = await world.weekly_class()
    family = await world.family()
    await world.guardian(family, email="gail@home.example", password_hash=PASSWORD_HASH)
    await world.enroll(await world.student(family_id=family), lesson.offering_id)
    desk = await hall.desk(PHONE)
    page = desk.page
    await page.clock.set_fixed_time(DURING_CLASS)
    # The link of an invitation that nobody was sent.
    await desk.open("/family/accept-invitation#unknown")
    await expect(page.get_by_role("heading")).to_have_text("This link is not valid")
    await expect(page.get_by_label("New password")).to_have_count(0)
    await desk.open("/family/forgot-password")
    await page.get_by_role("link", name="Back to signing in").click()
    await page.get_by_label("E-mail address").fill("gail@home.example")
    await page.get_by_label("Password").fill("wrong")
    await desk.tap("Sign in")
    await expect(page.get_by_role("alert")).not_to_be_empty()
    await desk.without_barriers()
    await page.get_by_label("Password").fill(PASSWORD)
    await desk.tap("Sign in")
    card = page.get_by_role("article", name="Ann Baker")
    await expect(card.get_by_label("Today")).to_contain_text("Not marked yet")
    await expect(card.get_by_label("Next classes")).to_contain_text("Mon, Nov 23")
    await desk.sees_connection("Live")
    await desk.without_barriers()
    await page.get_by_label("Account of").click()
    # The page for signing in is loaded anew at the same address.
    async with page.expect_event("load"):
        await desk.tap("Sign out")
    await expect(page.get_by_label("Password")).to_be_visible()
    assert await page.evaluate("localStorage.length") == 0


async def test_R6_2_an_absence_is_reported_and_taken_back(home: Home) -> None:
    page, desk = home.desk.page, home.desk
    await page.get_by_role("link", name="Nia Baker").click()
    await home.chooses("Report an absence", confirmed_by="Report it")
    reported = page.get_by_label("Reported absences")
    await expect(reported).to_contain_text("Mon, Nov 23")
    await expect(reported).to_contain_text("Waits for the office")
    await expect(page.get_by_label("Next classes").get_by_text("Will be absent")).to_have_count(1)
    await desk.without_barriers()
    await reported.get_by_role("button", name="Take back").click()
    await expect(reported).to_have_count(0)
    await expect(page.get_by_text("Will be absent")).to_have_count(0)


async def test_R7_3_R8_6_R8_12_a_missed_class_is_made_up_and_the_makeup_given_back(home: Home) -> None:
    page, desk = home.desk.page, home.desk
    await home.sheet.world.change_settings(auto_approve_makeups=True)
    await page.get_by_role("link", name="Nia Baker").click()
    await expect(page.get_by_text("No class was missed.")).to_be_visible()
    await desk.sees_connection("Live")
    await home.sheet.submit(Nia=AttendanceStatus.ABSENT)
    # The mark and its token are there without a tap.
    await expect(page.get_by_label("Today", exact=True)).to_contain_text("Absent")
    await expect(page.get_by_label("Missed classes")).to_contain_text("A makeup token was issued.")
    await desk.without_barriers()
    await page.get_by_role("link", name="Find a makeup").click()
    wednesday = page.get_by_label("Wednesday, November 18")
    await expect(wednesday).to_contain_text("Tumbling")
    await expect(wednesday).to_contain_text("3 places left")
    await desk.without_barriers()
    await home.chooses("Book Tumbling on Wednesday, November 18", confirmed_by="Book it")
    await expect(page.locator(".said")).to_have_text("Tumbling on Wednesday, November 18 is booked.")
    await expect(page.get_by_role("heading", name="Makeup booked")).to_be_visible()
    await expect(page.get_by_label("The makeup")).to_contain_text("Tumbling on Wed, Nov 18 at 5:30 PM, Main Street")
    await desk.without_barriers()
    await home.chooses("Give it back", confirmed_by="Give it back")
    await expect(page.get_by_role("heading", name="Find a makeup")).to_be_visible()
    await expect(wednesday).to_contain_text("3 places left")


async def test_R8_7_a_makeup_is_requested_and_the_request_withdrawn(home: Home) -> None:
    page = home.desk.page
    await home.sheet.world.change_settings(auto_approve_makeups=False)
    await home.sheet.submit(Nia=AttendanceStatus.ABSENT)
    await page.get_by_role("link", name="Nia Baker").click()
    await page.get_by_role("link", name="Find a makeup").click()
    await home.chooses("Request Tumbling on Wednesday, November 18", confirmed_by="Send the request")
    await expect(page.get_by_role("heading", name="Makeup requested")).to_be_visible()
    await home.desk.without_barriers()
    await home.chooses("Withdraw the request", confirmed_by="Withdraw the request")
    await expect(page.get_by_role("heading", name="Find a makeup")).to_be_visible()
    # A refusal is told in words of the page.
    await page.get_by_role("button", name="Request Tumbling on Wednesday, November 18").click()
    await home.sheet.world.change_settings(auto_approve_makeups=True)
    await home.desk.tap("Send the request")
    await expect(page.get_by_role("dialog").get_by_role("alert")).to_have_text(
        "You can book makeups yourself now. Open this page again."
    )


async def test_R3_1_a_place_that_is_offered_is_taken_or_declined(home: Home) -> None:
    page, desk, world = home.desk.page, home.desk, home.sheet.world
    waits = []
    for name in ("Diving", "Rowing"):
        lesson = await world.weekly_class(name=name, weekday=4, start_time=time(16, 0), capacity=3)
        waits.append(await world.enroll(home.ann, lesson.offering_id, type=EnrollmentType.WAITLIST))
    await page.get_by_role("link", name="Nia Baker").click()
    waitlist = page.get_by_label("Waitlist")
    await expect(waitlist).to_contain_text("Main Street \u00b7 next in line")
    for enrollment_id in waits:
        await world.place_offer(enrollment_id)
    await page.reload()
    await expect(waitlist).to_contain_text("Answer until")
    await desk.without_barriers()
    await home.chooses("Take it for Diving", confirmed_by="Take it")
    await expect(waitlist).to_contain_text("Nia has a place in Diving from")
    await home.chooses("Decline for Rowing", confirmed_by="Decline it")
    await expect(waitlist).to_contain_text("Nia does not wait for Rowing any more.")
    await expect(waitlist.get_by_role("listitem")).to_have_count(0)
    await desk.without_barriers()
