"""Addresses at which nothing is, in a real browser, and forms that keep the focus."""

from playwright.async_api import expect

from attendance.rules.vocabulary import Permission, Portal
from tests.support.browser_pages import PHONE, Desk, Hall
from tests.support.factories import World

NOTHING = "There is nothing at this address"


async def finds_nothing(desk: Desk, path: str) -> None:
    await desk.open(path)
    await expect(desk.page.get_by_role("heading")).to_have_text(NOTHING)
    await expect(desk.page.locator("body")).not_to_contain_text("ID!")


async def test_an_address_without_a_page_says_so_to_everybody(hall: Hall, world: World) -> None:
    olga = await world.staff(Permission.OWNER)
    gail = await world.guardian(await world.family())
    staff, family = await hall.signed_in(world, olga), await hall.signed_in(world, gail, PHONE, Portal.CUSTOMER)
    nobody = await hall.desk()
    for desk, path, link, home in (
        (nobody, "/nothing", "Go to today's classes", "/"),
        (staff, "/nothing", "Go to today's classes", "/"),
        (nobody, "/family/nothing", "Go to your children", "/family"),
        (family, "/family/nothing", "Go to your children", "/family"),
        (nobody, "/kiosk/nothing", "Go to the kiosk", "/kiosk"),
    ):
        await finds_nothing(desk, path)
        await desk.without_barriers()
        await desk.page.get_by_role("link", name=link).click()
        await expect(desk.page).to_have_url(f"{desk.address}{home}")
    for folder in ("students", "families", "classes", "sheets"):
        await finds_nothing(staff, f"/{folder}/mistyped")
    for folder in ("children", "tokens"):
        await finds_nothing(family, f"/family/{folder}/mistyped")
        await finds_nothing(family, f"/family/{folder}/%E0%A4%A")
    await finds_nothing(staff, "/days/2026-13-45")
    # Nothing there changes, so no page says that it connects.
    await expect(staff.page.locator(".connection")).to_have_count(0)


async def test_a_form_keeps_the_focus_and_gives_it_to_what_it_asks(hall: Hall, world: World) -> None:
    await world.family(name="Miller", phone="+13125550142")
    desk = await hall.signed_in(world, await world.staff(Permission.OWNER))
    page = desk.page
    await desk.open("/families/new")
    for label, text in (
        ("Guardian\u2019s first name", "Gail"),
        ("Family\u2019s last name", "Miller"),
        ("Telephone", "(312) 555-0142"),
        ("First name", "Zoe"),
    ):
        await page.get_by_label(label, exact=True).fill(text)
    await page.keyboard.press("Enter")
    notice = page.get_by_role("alert")
    await expect(notice).to_be_focused()
    await page.keyboard.press("Tab")
    await expect(notice.get_by_role("link", name="Miller")).to_be_focused()
    await desk.open("/account")
    await page.get_by_label("Present password").fill("wrong password")
    await page.get_by_label("New password").fill("staple battery horse")
    button = page.get_by_role("button", name="Change the password")
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).not_to_be_empty()
    await expect(button).to_be_focused()
