"""One's own account in a real browser."""

from playwright.async_api import expect

from attendance.rules.vocabulary import Permission
from db import models
from tests.api.organization.sign_in_client import PASSWORD, PASSWORD_HASH
from tests.support.browser_pages import PHONE, Hall
from tests.support.factories import World


async def test_R12_5_other_sign_ins_are_ended_and_the_password_is_changed(hall: Hall, world: World) -> None:
    olga = await world.staff(Permission.OWNER, email="olga@gym.example", password_hash=PASSWORD_HASH)
    other, desk = (
        await hall.signed_in(world, olga, service_workers="block"),
        await hall.signed_in(world, olga, PHONE, service_workers="block"),
    )
    page = desk.page
    await desk.open("/")
    await page.locator(".menu summary").click()
    await page.get_by_role("link", name="Your account").click()
    signed_in = page.get_by_label("Where you are signed in")
    await expect(signed_in.get_by_text("This one")).to_be_visible()
    await signed_in.get_by_role("button", name="Sign out").click()
    await expect(signed_in.get_by_role("button")).to_have_count(0)
    await other.open("/")
    await expect(other.page.get_by_label("E-mail address")).to_be_visible()
    for present, told in (("wrong password", "[role=alert]"), (PASSWORD, "[role=status]")):
        await page.get_by_label("Present password").fill(present)
        await page.get_by_label("New password").fill("staple battery horse")
        await desk.tap("Change the password")
        await expect(page.get_by_role("region", name="Password").locator(told)).not_to_be_empty()
        await desk.without_barriers()
    [person] = await world.rows(models.Person, id=olga)
    assert person.password_hash != PASSWORD_HASH
