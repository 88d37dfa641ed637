"""The second step of signing in, in a real browser (R12.4)."""

import re
from datetime import UTC, datetime, timedelta

import pyotp
from playwright.async_api import expect

from attendance.rules.vocabulary import Permission
from db import models
from tests.api.organization.sign_in_client import PASSWORD, PASSWORD_HASH
from tests.support.browser_pages import PHONE, Hall
from tests.support.factories import World


async def test_R12_4_the_second_step_is_set_up_renewed_and_turned_off(hall: Hall, world: World) -> None:
    olga = await world.staff(Permission.OWNER, email="olga@gym.example", password_hash=PASSWORD_HASH)
    desk = await hall.signed_in(world, olga, PHONE, service_workers="block")
    page = desk.page
    await desk.open("/account")
    step = page.get_by_role("region", name="Second step")
    await expect(step.get_by_role("status")).to_contain_text("Off.")
    await desk.tap("Set it up")
    for given, told in (("wrong password", "password"), (PASSWORD, None)):
        await page.get_by_label("Your password").fill(given)
        await desk.tap("Go on")
        if told is not None:
            await expect(page.get_by_role("alert")).to_contain_text(told)
    # The QR code says the same as the key that is typed.
    await expect(page.get_by_role("img", name="QR code")).to_be_visible()
    await expect(page.get_by_role("heading", name="Add the key to an app")).to_be_focused()
    await desk.without_barriers()
    secret = (await page.locator("dialog code").inner_text()).replace(" ", "")
    link = await page.get_by_role("link", name="Open in an app").get_attribute("href")
    assert link is not None
    assert f"secret={secret}" in link
    app, now = pyotp.TOTP(secret), datetime.now(UTC)
    await page.get_by_label("The code that the app shows").fill(app.at(now))
    await desk.tap("Turn it on")
    codes = page.locator(".recoveryCodes code")
    await expect(codes).to_have_count(10)
    await expect(page.get_by_role("heading", name="The second step is on.")).to_be_focused()
    await desk.without_barriers()
    first = await codes.all_inner_texts()
    await desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await desk.tap("Copy")
    await expect(page.get_by_text("The codes are copied.")).to_be_visible()
    assert (await page.evaluate("navigator.clipboard.readText()")).split("\n") == first
    # Paper gets the codes and nothing else of the page.
    await page.emulate_media(media="print")
    await expect(codes.first).to_be_visible()
    await expect(page.get_by_text("Recovery codes for Rollbook at")).to_be_visible()
    await expect(page.get_by_role("heading", name="The second step is on.")).to_be_hidden()
    await page.emulate_media(media="screen")
    await expect(page.get_by_role("button", name="Done")).to_be_disabled()
    await page.get_by_label("I have kept them").check()
    await desk.press("Done")
    await expect(step.get_by_role("status")).to_have_text(re.compile("^On since .* 10 recovery codes are left.$"))
    # The button that opened the window is gone.
    await expect(step.get_by_role("heading")).to_be_focused()
    await desk.without_barriers()

    await desk.tap("Make new recovery codes")
    await page.get_by_label("Code", exact=True).fill(app.at(now + timedelta(seconds=30)))
    await desk.tap("Make new codes")
    await expect(codes).to_have_count(10)
    second = await codes.all_inner_texts()
    assert set(second).isdisjoint(first)
    await page.get_by_label("I have kept them").check()
    await desk.tap("Done")
    await desk.tap("Turn it off")
    dialog = page.get_by_role("dialog")
    for code, is_refused in ((first[0], True), (second[0], False)):
        await dialog.get_by_label("Code").fill(code)
        await desk.tap("Turn it off", within=dialog)
        if is_refused:
            await expect(dialog.get_by_role("alert")).to_be_visible()
            await desk.without_barriers()
    await expect(step.get_by_role("status")).to_contain_text("Off.")
    await expect(step.get_by_role("heading")).to_be_focused()
    assert await world.rows(models.SecondFactor) == []
