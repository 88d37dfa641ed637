"""Staff and their permission groups in a real browser (R12.2, R12.6)."""

from playwright.async_api import expect

from attendance.rules.vocabulary import Permission
from db import models
from gql.fields.global_ids import encode_id
from tests.support.browser_pages import PHONE, Hall
from tests.support.factories import World


async def test_R12_6_a_group_is_made_and_a_person_is_invited_renamed_and_ended(hall: Hall, world: World) -> None:
    desk = await hall.signed_in(world, await world.staff(Permission.OWNER, first_name="Olga"), service_workers="block")
    page = desk.page
    await desk.open("/")
    await page.locator(".menu summary").click()
    await page.locator(".menuSections").get_by_role("link", name="Staff").click()
    await page.get_by_role("link", name="Permission groups").click()
    await desk.tap("New group")
    await page.get_by_label("Name").fill("Coaches")
    await page.get_by_label("Record attendance as staff").check()
    # What a permission includes is ticked, and cannot be taken from it.
    await expect(page.get_by_label("See attendance as staff")).to_be_checked()
    await expect(page.get_by_label("See attendance as staff")).to_be_disabled()
    await desk.without_barriers()
    await desk.tap("Create")
    groups = page.get_by_role("list", name="Permission groups")
    await expect(groups.get_by_role("listitem")).to_have_text("CoachesRecord attendance as staff0 membersChangeDelete")
    await desk.without_barriers()

    await page.get_by_role("link", name="People").click()
    await desk.tap("Invite somebody")
    for label, text in (("First name", "Nia"), ("Last name", "Berg"), ("E-mail address", "nia@gym.example")):
        await page.get_by_label(label).fill(text)
    await page.get_by_label("Coaches").check()
    await desk.without_barriers()
    await desk.tap("Send the invitation")
    await expect(page.get_by_role("status").first).to_contain_text("Nia Berg is invited")
    people = page.get_by_role("list", name="Staff")
    await expect(people.get_by_role("listitem").first).to_have_text("Nia Bergnia@gym.example · CoachesInvited")
    await desk.without_barriers()
    await page.get_by_label("Find by name").fill("olga")
    await expect(people.get_by_role("listitem")).to_have_text(["Olga StaffOwnerNo password yet"])
    await page.get_by_label("Find by name").fill("nia")
    await people.get_by_role("link", name="Nia Berg").click()

    await expect(page.get_by_label("Signing in")).to_contain_text("The link that went to nia@gym.example works until")
    await expect(page.get_by_label("Permissions", exact=True)).to_contain_text("Reads roll sheets and marks students")
    await desk.without_barriers()
    await desk.tap("Send the invitation again")
    await expect(page.get_by_label("Signing in")).to_contain_text("The invitation is on its way.")
    links = await world.rows(models.AccountLink)
    assert [link.revoked_at is None for link in sorted(links, key=lambda link: link.id)] == [False, True]
    await desk.tap("Edit")
    await page.get_by_label("Last name").fill("Bergman")
    await desk.tap("Save")
    await expect(page.get_by_role("heading", name="Nia Bergman")).to_be_visible()
    await desk.tap("Change permissions")
    await page.get_by_label("Coaches").uncheck()
    await page.get_by_text("Single permissions").click()
    await page.get_by_label("See reports").check()
    await desk.without_barriers()
    await desk.tap("Save")
    await expect(page.get_by_label("Permissions", exact=True)).to_contain_text("given to this person")
    await desk.tap("End the access")
    await page.get_by_label("First day without access").fill("2099-12-01")
    await desk.without_barriers()
    await desk.tap("End the access on that day")
    access, heading = page.get_by_label("Access", exact=True), page.get_by_role("heading", level=1)
    await expect(access).to_contain_text("The first day without access is Dec 1, 2099.")
    await desk.press("Do not end the access")
    await expect(access).to_have_count(0)
    await expect(heading).to_be_focused()
    await desk.press("End the access")
    await desk.press("End the access now")
    await expect(access).to_contain_text("The access ended on")
    await expect(page.get_by_label("Signing in")).to_have_text("Signing inThe person cannot sign in.")
    await expect(heading).to_be_focused()
    await desk.without_barriers()
    await desk.press("Let Nia in again")
    await expect(page.get_by_role("button", name="End the access")).to_be_visible()
    await expect(page.get_by_label("Signing in")).to_contain_text("no password and no invitation that works")
    await expect(heading).to_be_focused()
    # The Tab key goes on from there, and not from the top of the page.
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="Edit")).to_be_focused()
    [nia] = await world.rows(models.Person, email="nia@gym.example")
    assert (nia.last_name, nia.permissions, nia.ended_at) == ("Bergman", ["SEE_REPORTS"], None)


async def test_R12_6_a_person_gives_and_takes_only_what_the_person_holds(hall: Hall, world: World) -> None:
    olga = await world.staff(Permission.OWNER, first_name="Olga")
    # STAFF_ATTENDANCE_VIEW does not count in the Office Portal, but can be given there.
    held = (Permission.MANAGE_STAFF, Permission.OFFICE_ATTENDANCE_VIEW, Permission.STAFF_ATTENDANCE_VIEW)
    desk = await hall.signed_in(world, await world.staff(*held, first_name="Max"), PHONE, service_workers="block")
    page = desk.page
    await desk.open(f"/staff/{encode_id('StaffMember', olga)}")
    await expect(page.get_by_text("Olga Staff holds permissions that you do not hold.")).to_be_visible()
    for act in ("Edit", "End the access"):
        await expect(page.get_by_role("button", name=act)).to_have_count(0)
    await desk.without_barriers()
    await desk.open("/staff")
    await desk.tap("Invite somebody")
    await page.get_by_text("Single permissions").click()
    await expect(page.get_by_label("See attendance as staff")).to_be_enabled()
    for name in ("Owner", "Record attendance as staff", "Change settings"):
        await expect(page.get_by_label(name)).to_be_disabled()
    await desk.without_barriers()
