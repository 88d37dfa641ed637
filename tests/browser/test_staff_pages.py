"""The staff's pages in a real browser, on the real stack."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pyotp
import pytest
from playwright.async_api import Route, expect

from attendance.rules.accounts.account_links import LinkTerms
from attendance.rules.vocabulary import AccountLinkPurpose, AttendanceStatus, Permission
from commands.servers.process import free_port
from commands.servers.start import Servers
from db import models
from db.ids import new_id
from tests.api.organization.sign_in_client import PASSWORD, PASSWORD_HASH
from tests.support.api_process import api_process, until
from tests.support.browser_pages import PHONE, Desk, Hall
from tests.support.databases import ProcessDatabase
from tests.support.factories import World
from tests.support.live_sheet import LiveSheet
from tests.support.processes import SECRET

# What the browser still has of somebody who has signed out. The page for signing in has no worker before it is loaded.
LEFT = "async () => [localStorage.length, sessionStorage.length, (await indexedDB.databases()).length]"
PRESENT, ABSENT = AttendanceStatus.PRESENT, AttendanceStatus.ABSENT


async def statuses(sheet: LiveSheet) -> dict[str, AttendanceStatus]:
    names = {student_id: name for name, student_id in sheet.students.items()}
    return {names[row.student_id]: AttendanceStatus(row.status) for row in await sheet.world.rows(models.Mark)}


@pytest.mark.emptied_database
async def test_somebody_signs_in_finds_the_class_and_meets_no_barrier(
    hall: Hall, world: World, sheet: LiveSheet
) -> None:
    await world.change(models.Person, sheet.olga, email="olga@gym.example", password_hash=PASSWORD_HASH)
    desk = await hall.desk(PHONE)
    page = desk.page
    await desk.open("/days/2026-11-16")
    await page.get_by_label("E-mail address").fill("olga@gym.example")
    await page.get_by_label("Password").fill("wrong")
    await desk.tap("Sign in")
    await expect(page.get_by_role("alert")).not_to_be_empty()
    await desk.without_barriers()
    # Who has only the other portal is told so.
    carl = await world.staff(Permission.STAFF_ATTENDANCE_VIEW)
    await world.change(models.Person, carl, email="carl@gym.example", password_hash=PASSWORD_HASH)
    await page.get_by_label("E-mail address").fill("carl@gym.example")
    await page.get_by_label("Password").fill(PASSWORD)
    await desk.tap("Sign in")
    await expect(page.get_by_role("alert")).to_contain_text("Choose the other one and sign in again.")
    await page.get_by_label("E-mail address").fill("olga@gym.example")
    await desk.tap("Sign in")
    card = page.locator(".occurrence")
    await expect(card).to_contain_text("3 students")
    await sheet.submit(Ann=PRESENT)
    await expect(card).to_contain_text("1 present · 0 absent · 2 unmarked")
    await desk.without_barriers()
    await card.click()
    await expect(page).to_have_url(re.compile("/sheets/"))
    await desk.sees("Ann", "Present")
    await desk.row("Ann").get_by_role("button", name="More about").click()
    await expect(page.get_by_role("list", name="History of the mark")).to_contain_text("Not marked → Present")
    await desk.mark("Ben", "Absent")
    await desk.without_barriers()
    await page.locator(".menu summary").click()
    async with page.expect_response("**/signed-out") as signed_out:
        await desk.tap("Sign out")
    assert (await (await signed_out.value).all_headers())["clear-site-data"] == '"cache", "storage"'
    # The page shows the form at once, and is then loaded anew.
    await page.wait_for_url(re.compile(r":\d+/$"))
    await expect(page.get_by_label("Password")).to_be_visible()
    assert await page.evaluate(LEFT) == [0, 0, 0]


async def test_R12_1_an_invitation_leads_to_a_password(hall: Hall, world: World, sheet: LiveSheet) -> None:
    await world.change(models.Person, sheet.olga, email=f"{sheet.olga}@gym.example")
    link_id, now = new_id(), datetime.now(UTC)
    token = LinkTerms.of(SECRET, "").token(world.organization_id, link_id)
    await world.add(
        models.AccountLink,
        id=link_id,
        person_id=sheet.olga,
        purpose=AccountLinkPurpose.INVITATION,
        secret_hash=token.digest,
        created_at=now,
        expires_at=now + timedelta(hours=1),
    )
    desk = await hall.desk(PHONE)
    await desk.open(f"/accept-invitation#{token.encode()}")
    for again, told in (("other horse", "The two passwords differ."), ("password", "Many people use this password")):
        await desk.page.get_by_label("New password").fill("password")
        await desk.page.get_by_label("The same again").fill(again)
        await desk.tap("Save the password")
        await expect(desk.page.get_by_role("alert")).to_contain_text(told)
    await desk.without_barriers()
    for label in ("New password", "The same again"):
        await desk.page.get_by_label(label).fill("staple battery horse")
    await desk.tap("Save the password")
    await expect(desk.page.get_by_role("heading")).to_have_text("Your password is saved")
    assert desk.page.url.endswith("/accept-invitation")
    # Whoever opens the link again is told at once.
    await desk.open("/")
    await desk.open(f"/accept-invitation#{token.encode()}")
    await expect(desk.page.get_by_role("heading")).to_have_text("This link was used already")
    await expect(desk.page.get_by_label("New password")).to_have_count(0)
    await desk.without_barriers()
    await desk.page.get_by_role("link", name="Go to signing in").click()
    await desk.page.get_by_role("link", name="Forgotten password?").click()
    await desk.page.get_by_label("E-mail address").fill("nobody@gym.example")
    await desk.tap("Send me a link")
    await expect(desk.page.get_by_text("nobody@gym.example has an account")).to_be_visible()
    await desk.without_barriers()
    await forgets_the_password(desk, world, sheet.olga)


async def forgets_the_password(desk: Desk, world: World, person_id: UUID) -> None:
    """The person asks for a link, chooses another password with it and signs in."""
    email, password = f"{person_id}@gym.example", "four brown kettles"
    await desk.open("/forgot-password")
    await desk.page.get_by_label("E-mail address").fill(email)
    await desk.tap("Send me a link")
    links: list[UUID] = []

    async def is_sent() -> bool:
        links.extend(row.id for row in await world.rows(models.AccountLink, purpose=AccountLinkPurpose.PASSWORD_RESET))
        return links != []

    await until(is_sent, 10)
    token = LinkTerms.of(SECRET, "").token(world.organization_id, links[0])
    await desk.open(f"/reset-password#{token.encode()}")
    for label in ("New password", "The same again"):
        await desk.page.get_by_label(label).fill(password)
    await desk.without_barriers()
    await desk.tap("Save the password")
    await desk.page.get_by_role("link", name="Sign in").click()
    await desk.page.get_by_label("E-mail address").fill(email)
    await desk.page.get_by_label("Password").fill(password)
    await desk.tap("Sign in")
    await expect(desk.page.locator(".menu summary")).to_be_visible()


@pytest.mark.emptied_database
async def test_a_second_factor_is_set_up_and_asked_for(hall: Hall, world: World, sheet: LiveSheet) -> None:
    await world.change(models.Person, sheet.olga, email="olga@gym.example", password_hash=PASSWORD_HASH)
    await world.change_settings(second_factor_required=True)
    desk = await hall.desk(PHONE)
    page = desk.page

    async def sign_in() -> None:
        await page.get_by_label("E-mail address").fill("olga@gym.example")
        await page.get_by_label("Password").fill(PASSWORD)
        await desk.tap("Sign in")

    await desk.open("/")
    await sign_in()
    secret = (await page.locator(".appKey code").inner_text()).replace(" ", "")
    code = page.get_by_label("The code that the app shows")
    await code.fill("12345")
    await desk.tap("Go on")
    await expect(page.get_by_role("alert")).not_to_be_empty()
    await desk.without_barriers()
    await code.fill(pyotp.TOTP(secret).now())
    await desk.tap("Go on")
    recovery = await page.locator(".codes code").first.inner_text()
    await desk.without_barriers()
    await desk.tap("I have kept them")
    await page.locator(".menu summary").click()
    async with page.expect_event("load"):
        await desk.tap("Sign out")
    await sign_in()
    await page.get_by_label("Code").fill(recovery)
    await desk.tap("Go on")
    await expect(page.locator(".menu summary")).to_be_visible()


async def test_everybody_is_marked_at_once_and_one_is_adjusted(office: Desk, phone: Desk, sheet: LiveSheet) -> None:
    await office.tap("Mark all present")
    await office.mark("Ben", "Absent")
    await office.mark("Cas", "Tardy, left early")
    await office.sees("Ann", "not submitted yet")
    await phone.sees("Ann", "Not marked")
    await office.tap("Submit 3 marks")
    await phone.sees("Ann", "Present · Olga Staff")
    await phone.sees("Ben", "Absent · Olga Staff")
    await phone.sees("Cas", "Tardy, left early · Olga Staff")
    await expect(phone.page.locator(".row .light")).to_have_count(3)
    await expect(office.page.locator(".row .light")).to_have_count(0)
    await office.sees("Ann", "Present · Olga Staff")
    assert await statuses(sheet) == {
        "Ann": PRESENT,
        "Ben": ABSENT,
        "Cas": AttendanceStatus.TARDY_AND_LEFT_EARLY,
    }


async def test_a_draft_survives_a_reload(office: Desk, sheet: LiveSheet) -> None:
    await office.mark("Ben", "Excused")
    await office.page.reload()
    await office.sees("Ben", "Excused · not submitted yet")
    await office.tap("Discard")
    await office.sees("Ben", "Not marked")
    assert await statuses(sheet) == {}


async def test_R4_10_a_conflict_shows_both_values_and_asks(office: Desk, phone: Desk, sheet: LiveSheet) -> None:
    await phone.context.set_offline(True)
    await phone.sees_connection("Offline")
    await phone.tap("Mark all present")
    await phone.mark("Ben", "Absent")
    await phone.tap("Submit 3 marks")
    await phone.sees_connection("Offline, 1 change waits")
    await office.mark("Ben", "Tardy")
    await office.tap("Submit 1 mark")
    await until(lambda: _has(sheet, "Ben", AttendanceStatus.TARDY), 10)
    await phone.context.set_offline(False)
    question = phone.page.locator(".conflict")
    await expect(question).to_contain_text("Tardy by Olga Staff")
    await expect(question).to_contain_text("Absent by you")
    await phone.sees("Ann", "Not marked")
    await phone.without_barriers()
    await phone.page.get_by_label("Absent by you").check()
    await phone.tap("Save", question)
    await expect(question).to_have_count(0)
    await office.sees("Ben", "Absent · Tom Hall")
    assert await statuses(sheet) == {"Ann": PRESENT, "Ben": ABSENT, "Cas": PRESENT}


async def _has(sheet: LiveSheet, name: str, status: AttendanceStatus) -> bool:
    return (await statuses(sheet)).get(name) is status


async def test_R4_5_in_check_in_mode_each_tap_is_sent(hall: Hall, world: World, sheet: LiveSheet) -> None:
    await world.change_settings(office_check_in_mode=True)
    desk = await hall.signed_in(world, sheet.olga)
    await desk.open_sheet(sheet.id)
    await desk.mark("Ann", "Present")
    await desk.sees("Ann", "Present · Olga Staff")
    await desk.sees("Ben", "Absent · by default")
    await desk.mark("Ann", "Clear the mark")
    await desk.sees("Ben", "Not marked")
    assert await statuses(sheet) == {}


async def test_what_waits_is_sent_after_the_tab_was_closed(hall: Hall, office: Desk, sheet: LiveSheet) -> None:
    lost = asyncio.Event()

    async def lose(route: Route) -> None:
        if "mutation" not in (route.request.post_data or ""):
            await route.continue_()
            return
        await route.abort()
        lost.set()

    await office.context.route("**/graphql", lose)
    await office.mark("Ann", "Present")
    await office.tap("Submit 1 mark")
    await office.sees("Ann", "being saved")
    # A request that is held back while the tab closes would be sent. The next one is tried a while after this one.
    lost.clear()
    await asyncio.wait_for(lost.wait(), 30)
    await office.page.close()
    await office.context.unroute("**/graphql")
    assert await statuses(sheet) == {}
    again = await hall.tab(office.context)
    await again.open_sheet(sheet.id)
    await again.sees("Ann", "Present · Olga Staff")
    assert await statuses(sheet) == {"Ann": PRESENT}


async def test_without_the_server_the_pages_open_and_marks_wait_for_it(
    browser: Hall, servers: Servers, process_database: ProcessDatabase, world: World, sheet: LiveSheet
) -> None:
    address = process_database.url, servers.redis_url
    port = free_port()
    await sheet.submit(Ann=PRESENT)
    async with api_process(*address, port=port) as process:
        hall = Hall(browser.browser, process)
        desk = await hall.signed_in(world, sheet.olga, PHONE)
        await desk.open_sheet(sheet.id)
        await desk.page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
        await until(lambda: desk.keeps(f"sheet {sheet.id}"), 10)
    await desk.page.reload()
    await desk.sees("Ann", "Present")
    await expect(desk.page.get_by_text("As it was at")).to_be_visible()
    await desk.mark("Ben", "Absent")
    await desk.tap("Submit 1 mark")
    await desk.page.reload()
    await desk.sees("Ben", "Absent · being saved")
    await desk.without_barriers()
    await desk.tap("Find a student")
    await desk.page.get_by_label("Name").fill("Ann")
    await expect(desk.page.get_by_text("The server cannot be reached.")).to_be_visible()
    await desk.tap("Close")
    async with api_process(*address, port=port):
        await desk.sees("Ben", "Absent · Olga Staff")
        await expect(desk.page.get_by_text("As it was at")).to_have_count(0)
        assert await statuses(sheet) == {"Ann": PRESENT, "Ben": ABSENT}
        await hall.close_desks()


async def test_who_loses_the_right_is_told(hall: Hall, world: World, sheet: LiveSheet) -> None:
    tom = await world.staff(Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL, first_name="Tom")
    desk = await hall.signed_in(world, tom)
    await desk.open_sheet(sheet.id)
    await expect(desk.page.get_by_text("You may not record attendance")).to_be_visible()
    await expect(desk.page.get_by_role("button", name="Present", exact=True)).to_have_count(0)
    await world.change(models.Person, tom, permissions=[])
    await expect(desk.page.get_by_role("alert").first).to_be_visible()
    await desk.without_barriers()
