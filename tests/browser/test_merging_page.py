"""Merging two records of one student, and of one guardian, in a real browser."""

from playwright.async_api import expect

from attendance.rules.vocabulary import AttendanceStatus, Permission
from db import models
from gql.fields.global_ids import encode_id
from tests.support.browser_pages import PHONE, Hall
from tests.support.factories import World
from tests.support.live_sheet import LiveSheet

TITLE = "Who is the same person as"


async def test_R13_6_two_records_of_a_student_and_of_a_guardian_become_one(
    hall: Hall, world: World, sheet: LiveSheet
) -> None:
    await sheet.submit(Ann=AttendanceStatus.PRESENT, Ben=AttendanceStatus.ABSENT)
    ann = sheet.students["Ann"]
    [facts] = await world.rows(models.Student, id=ann)
    # The requests of a service worker cannot be stopped.
    desk = await hall.signed_in(world, sheet.olga, PHONE, service_workers="block")
    page = desk.page
    dialog, effects = page.get_by_role("dialog"), page.get_by_role("dialog").get_by_role("status")
    merge = dialog.get_by_role("button", name="Merge")
    await desk.open(f"/students/{encode_id('Student', ann)}")
    await expect(page.get_by_role("list", name="Attendance")).to_contain_text("Present")
    await desk.tap("Merge")
    await expect(dialog.get_by_role("heading", name=f"{TITLE} Ann Baker?")).to_be_visible()
    # The search begins with the own name, which both records most often have.
    await expect(dialog).to_contain_text("No other student is found by “Ann Baker”.")
    search = page.get_by_label("Find the other record")
    await search.fill("Ben")
    await expect(page.get_by_role("radio")).to_have_count(1)
    # What an earlier search has found is not taken for what one finds that failed.
    await page.route("**/graphql", lambda route: route.abort())
    await search.fill("Benjamin")
    await expect(page.get_by_role("radio")).to_have_count(0)
    await expect(dialog).to_contain_text("The server cannot be reached.")
    await page.unroute("**/graphql")
    await search.fill("Ben")
    await page.get_by_role("radio", name="Ben Baker").check()
    await expect(effects).to_contain_text("Moves to Ann Baker: 1 enrollment, 1 mark. This cannot be undone.")
    await expect(merge).to_be_disabled()
    shared = page.get_by_role("group", name="Mon, Nov 16")
    await expect(shared).to_contain_text("Present")
    await desk.without_barriers()
    await shared.get_by_role("radio", name="Absent On the other record").check()
    await merge.press("Enter")
    await expect(page.locator(".said")).to_have_text("The two records are one.")
    await expect(page.get_by_role("list", name="Attendance")).to_contain_text("Absent")
    assert [row.merged_into_id for row in await world.rows(models.Student, id=sheet.students["Ben"])] == [ann]
    await desk.without_barriers()

    for name, phone in (("Gail", "312 555 0143"), ("Gale", "312 555 0144")):
        guardian_id = await world.guardian(facts.family_id, first_name=name, last_name="Baker")
        await world.add(models.GuardianPhone, person_id=guardian_id, number=phone)
    await desk.open(f"/families/{encode_id('Family', facts.family_id)}")
    await desk.tap("Merge Gail Baker")
    await expect(dialog.get_by_role("heading", name=f"{TITLE} Gail Baker?")).to_be_visible()
    await expect(merge).to_be_disabled()
    await page.get_by_role("radio", name="Gale Baker").check()
    await expect(effects).to_contain_text("Moves to Gail Baker: 1 telephone number.")
    await desk.without_barriers()
    await merge.click()
    await expect(page.locator(".said")).to_have_text("The two guardians are one.")
    guardians = page.get_by_label("Guardians")
    await expect(guardians).to_contain_text("312 555 0144")
    await expect(guardians.get_by_role("listitem")).to_have_count(1)
    # There is nobody left to merge with.
    await expect(guardians.get_by_role("button", name="Merge")).to_have_count(0)

    # What a merge with one would do is not taken for what a merge with another would.
    for name in ("Guy", "Hana", "Ida", "Jo", "Kim"):
        await world.guardian(facts.family_id, first_name=name, last_name="Baker")
    await desk.open(f"/families/{encode_id('Family', facts.family_id)}")
    await desk.tap("Merge Gail Baker")
    await page.get_by_role("radio", name="Guy Baker").check()
    await expect(merge).to_be_enabled()
    await page.route("**/graphql", lambda route: route.abort())
    await page.get_by_role("radio", name="Hana Baker").check()
    await expect(effects.get_by_role("button", name="Try again")).to_be_visible()
    await expect(merge).to_be_disabled()
    await page.unroute("**/graphql")
    await desk.tap("Try again", effects)
    await expect(effects).to_contain_text("Moves to Gail Baker: nothing.")
    await expect(merge).to_be_enabled()
    # There is no field to type in.
    await expect(dialog).not_to_contain_text("type more")

    sees = (Permission.OFFICE_ATTENDANCE_FULL, Permission.OFFICE_ATTENDANCE_VIEW, Permission.OFFICE_SEE_ALL)
    coach = await hall.signed_in(world, await world.staff(*sees))
    await coach.open(f"/students/{encode_id('Student', ann)}")
    await expect(coach.page.get_by_role("button", name="Edit")).to_be_visible()
    await expect(coach.page.get_by_role("button", name="Merge")).to_have_count(0)
